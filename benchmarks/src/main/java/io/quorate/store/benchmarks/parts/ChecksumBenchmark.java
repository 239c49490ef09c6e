package io.quorate.store.benchmarks.parts;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The checksum of content, which each peer that takes it computes. */
@State(Scope.Benchmark)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ChecksumBenchmark extends PartBenchmark {
  /** Of the content. */
  @Param({"4096", "16384", "1048576"})
  public int bytes;

  private ByteBuffer direct;
  private ByteBuffer heap;

  /** The same in both. */
  @Setup
  public void fill() {
    direct = Parts.content(bytes);
    heap = ByteBuffer.allocate(bytes).put(direct.duplicate()).flip();
  }

  private static long crc(ByteBuffer content) {
    CRC32C crc = new CRC32C();
    crc.update(content.duplicate());
    return crc.getValue();
  }

  /** As it comes from the kernel. */
  @Benchmark
  public long direct() {
    return crc(direct);
  }

  /** As it comes from the network. */
  @Benchmark
  public long heap() {
    return crc(heap);
  }
}
