package io.quorate.store.fuse.command;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Standard output takes no more. Unchecked, so that it gets past {@link java.io.PrintStream}, which
 * would swallow it, and ends the command wherever that is.
 */
final class OutputFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean readerGone;

  private OutputFailedException(IOException cause) {
    super(cause);
    String message = String.valueOf(cause.getMessage());
    readerGone = message.contains("Broken pipe") || message.contains("reset by peer");
  }

  /**
   * Whether the reader has gone, as {@code head} does when it has seen enough: no failure, and
   * nobody is left to tell of it.
   */
  boolean readerGone() {
    return readerGone;
  }

  /** {@code out}, but with failures that can not be overlooked. */
  static OutputStream failing(OutputStream out) {
    return new OutputStream() {
      @Override
      public void write(int value) {
        write(new byte[] {(byte) value}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) {
        try {
          out.write(bytes, offset, length);
        } catch (IOException e) {
          throw new OutputFailedException(e);
        }
      }

      @Override
      public void flush() {
        try {
          out.flush();
        } catch (IOException e) {
          throw new OutputFailedException(e);
        }
      }
    };
  }
}
