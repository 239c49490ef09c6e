package io.quorate.store.benchmarks.duel;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/** How long operations took, in nanoseconds, in histograms of one kind that can be added. */
final class Latencies {
  /** What takes longer counts as this. */
  private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(30);

  /** A value is told from one that is a hundredth larger. */
  private static final int DIGITS = 2;

  private Latencies() {}

  /** An empty one. */
  static Histogram histogram() {
    return new Histogram(LONGEST_NANOS, DIGITS);
  }

  static void record(Histogram histogram, long nanos) {
    histogram.recordValue(Math.clamp(nanos, 0, LONGEST_NANOS));
  }

  /** When operation {@code number}, from 0, is to begin at a fixed rate, from the first on. */
  static long dueNanos(int number, double perSecond) {
    return Math.round(number * 1e9 / perSecond);
  }

  /** Without spaces, for {@link #parse}. */
  static String text(Histogram histogram) {
    ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
    int length = histogram.encodeIntoCompressedByteBuffer(bytes);
    return Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length));
  }

  static Histogram parse(String text) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(text));
      return Histogram.decodeFromCompressedByteBuffer(bytes, LONGEST_NANOS);
    } catch (DataFormatException | BufferUnderflowException e) {
      throw new IllegalArgumentException("this is no histogram: " + text, e);
    }
  }
}
