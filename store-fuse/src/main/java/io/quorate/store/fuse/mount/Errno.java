package io.quorate.store.fuse.mount;

import io.quorate.store.IndeterminateWriteException;
import io.quorate.store.NoQuorumException;
import io.quorate.store.SessionEndedException;
import io.quorate.store.file.RefusedException;
import io.quorate.store.file.StoreClosedException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The numbers of errors that the kernel knows, and which one an exception is. */
final class Errno {
  static final int EPERM = 1;
  static final int ENOENT = 2;
  static final int EINTR = 4;
  static final int EIO = 5;
  static final int ENXIO = 6;
  static final int EBADF = 9;
  static final int EAGAIN = 11;
  static final int ENODEV = 19;
  static final int EINVAL = 22;
  static final int EROFS = 30;
  static final int ERANGE = 34;
  static final int EDEADLK = 35;
  static final int ENOSYS = 38;
  static final int EOPNOTSUPP = 95;

  private static final Logger LOG = LoggerFactory.getLogger(Errno.class);

  /** An answer that is no failure of the store: the request can not be served as it is. */
  static final class ErrnoException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    ErrnoException(int errno) {
      super("error number " + errno, null);
      this.errno = errno;
    }
  }

  private Errno() {}

  /**
   * The number for what a handler threw. What says that the store itself is in trouble is logged:
   * the program that asked only learns that there was an error.
   */
  static int of(Throwable thrown) {
    return switch (thrown) {
      case ErrnoException e -> e.errno;
      case RefusedException e -> e.code().errno();
      case NonWritableChannelException e -> EBADF;
      case ClosedChannelException e -> EBADF;
      case StoreClosedException e -> ENODEV;
      case NoQuorumException e -> unavailable(e);
      case IndeterminateWriteException e -> unavailable(e);
      case SessionEndedException e -> unavailable(e);
      default -> {
        LOG.error("a request of the kernel failed", thrown);
        yield EIO;
      }
    };
  }

  private static int unavailable(Exception e) {
    LOG.warn("a request of the kernel failed: {}", e.getMessage());
    return EIO;
  }
}
