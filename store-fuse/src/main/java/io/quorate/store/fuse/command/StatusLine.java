package io.quorate.store.fuse.command;

import java.io.PrintStream;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The last line of a terminal, painted over at most ten times a second and gone when something is
 * to stay. Silent where there is no terminal. Thread-safe.
 */
final class StatusLine implements AutoCloseable {
  private static final long REPAINT_NANOS = 100_000_000;

  private final PrintStream err;
  private final boolean visible;
  private final int columns;
  private final ReentrantLock painting = new ReentrantLock();
  private long paintedNanos = System.nanoTime();
  private boolean painted;

  StatusLine(Surroundings surroundings, boolean visible) {
    err = surroundings.err();
    columns = surroundings.columns();
    this.visible = visible;
  }

  /** Shows what {@code text} says now, unless it is too early for another painting. */
  void paint(Supplier<String> text) {
    if (!visible || !painting.tryLock()) {
      return;
    }
    try {
      long now = System.nanoTime();
      if (now - paintedNanos >= REPAINT_NANOS) {
        paintedNanos = now;
        String line = text.get();
        // Erases what is right of the text after painting it; the other way round it would flicker.
        err.print("\r" + line.substring(0, Math.min(line.length(), columns - 1)) + "\u001b[K");
        err.flush();
        painted = true;
      }
    } finally {
      painting.unlock();
    }
  }

  /** Clears the line and lets {@code print} write lines that stay. */
  void above(Runnable print) {
    painting.lock();
    try {
      if (painted) {
        err.print("\r\u001b[K");
        err.flush();
        painted = false;
      }
      print.run();
    } finally {
      painting.unlock();
    }
  }

  @Override
  public void close() {
    above(() -> {});
  }
}
