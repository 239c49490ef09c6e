package io.quorate.store.benchmarks.soak;

import io.quorate.store.benchmarks.Figure;
import java.util.Locale;

/** What of a peer must not grow. Which of them there are depends on the peer's JVM. */
enum Quantity {
  /** After a full collection; a sample has it only if there was one since the sample before. */
  HEAP("live heap", "MiB"),

  /** Buffers that the JDK counts; Netty allocates past it. */
  NIO("direct buffers of NIO", "MiB"),

  /** What native memory tracking calls Other: direct buffers of NIO, and all of Netty's. */
  DIRECT("direct memory, NIO's and Netty's", "MiB"),

  /** Committed, as native memory tracking counts it: metaspace, code, threads, collector, Other. */
  NATIVE("native memory of the JVM", "MiB"),

  /** Where RocksDB's memory is, which malloc gives it and the JVM knows nothing of. */
  ANONYMOUS("anonymous memory besides the heap", "MiB"),

  /** With pages of files, which the kernel takes back when it needs them. */
  RESIDENT("resident memory", "MiB"),

  THREADS("threads", ""),

  OPEN_FILES("open file descriptors", ""),

  JOURNAL_FILES("files of the journal", ""),

  DISK("bytes on disk", "MiB");

  private static final double BYTES_PER_MIB = 1 << 20;

  private final String title;
  private final String unit;

  Quantity(String title, String unit) {
    this.title = title;
    this.unit = unit;
  }

  /** What the JSON and the names of pictures call it. */
  String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  String title() {
    return title;
  }

  /** Empty for what is counted. */
  String unit() {
    return unit;
  }

  /** From bytes, or pieces, as they are read. */
  double inUnits(double raw) {
    return unit.isEmpty() ? raw : raw / BYTES_PER_MIB;
  }

  /** A growth that is less than this means nothing, however little there was: a mebibyte, or 3. */
  double leastGrowth() {
    return unit.isEmpty() ? 3 : 1;
  }

  /** A value with its unit. */
  String text(double value) {
    return (Figure.number(value) + " " + unit).strip();
  }
}
