package io.quorate.store.fuse.command;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Tells how far a transfer has come, how fast it goes and how long it will take. Painted by whoever
 * reports progress. Thread-safe.
 */
final class Progress implements AutoCloseable {
  private static final int BAR_COLUMNS = 20;

  private final StatusLine statusLine;
  private final String title;
  private final long totalFiles;
  private final long totalBytes;
  private final long startNanos = System.nanoTime();
  private final AtomicLong files = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();

  /**
   * @param totalFiles to come, or −1 if unknown
   * @param totalBytes to come, or −1 if unknown
   */
  Progress(Surroundings surroundings, String title, long totalFiles, long totalBytes) {
    this(new StatusLine(surroundings, surroundings.terminal()), title, totalFiles, totalBytes);
  }

  Progress(StatusLine statusLine, String title, long totalFiles, long totalBytes) {
    this.statusLine = statusLine;
    this.title = title;
    this.totalFiles = totalFiles;
    this.totalBytes = totalBytes;
  }

  /** Counts, and shows nothing. */
  static Progress silent(Surroundings surroundings) {
    return new Progress(new StatusLine(surroundings, false), "", -1, -1);
  }

  long files() {
    return files.get();
  }

  long bytes() {
    return bytes.get();
  }

  long elapsedNanos() {
    return System.nanoTime() - startNanos;
  }

  void addBytes(long count) {
    bytes.addAndGet(count);
    paint();
  }

  /** Counts a file as done; answers how many are. */
  long addFile() {
    long done = files.incrementAndGet();
    paint();
    return done;
  }

  /** Lets {@code print} write lines that stay, above the progress. */
  void above(Runnable print) {
    statusLine.above(print);
  }

  private void paint() {
    statusLine.paint(() -> line(files.get(), bytes.get(), elapsedNanos()));
  }

  /** The text; apart from what paints it, so that a test can read it. */
  String line(long filesDone, long bytesDone, long nanos) {
    StringBuilder line = new StringBuilder(title);
    // A tree of empty files has no bytes to measure itself by.
    double share =
        totalBytes > 0
            ? (double) bytesDone / totalBytes
            : totalBytes == 0 && totalFiles > 0 ? (double) filesDone / totalFiles : -1;
    if (share >= 0) {
      share = Math.min(share, 1);
      int full = (int) (share * BAR_COLUMNS);
      line.append(" [")
          .append("=".repeat(full))
          .append(full < BAR_COLUMNS ? ">" + " ".repeat(BAR_COLUMNS - full - 1) : "")
          .append("] ")
          .append((int) (share * 100))
          .append('%');
    }
    line.append("  ").append(Human.bytes(bytesDone));
    if (totalFiles != 1) {
      line.append("  ").append(Human.count(filesDone, "file"));
    }
    line.append("  ").append(Human.rate(bytesDone, nanos));
    if (share > 0.005 && nanos > 500_000_000) {
      long left = (long) (nanos / share * (1 - share) / 1e9);
      line.append("  ").append(Human.clock(left)).append(" left");
    }
    return line.toString();
  }

  @Override
  public void close() {
    statusLine.close();
  }
}
