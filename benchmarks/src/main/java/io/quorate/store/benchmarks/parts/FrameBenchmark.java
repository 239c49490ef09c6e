package io.quorate.store.benchmarks.parts;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.quorate.store.consensus.ConsensusMessage.AppendEntries;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.net.wire.Frame;
import io.quorate.store.net.wire.FrameException;
import io.quorate.store.net.wire.FrameLimits;
import io.quorate.store.net.wire.FrameReader;
import io.quorate.store.net.wire.FrameWriter;
import io.quorate.store.net.wire.PeerCodec;
import io.quorate.store.peer.PeerMessage;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Messages of peers, into the bytes of a socket and out of them. */
@State(Scope.Benchmark)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FrameBenchmark extends PartBenchmark {
  /** What is sent: the content of a file, or an entry of the log. */
  @Param({"chunk", "append"})
  public String what;

  private final FrameWriter writer =
      new FrameWriter(PooledByteBufAllocator.DEFAULT, FrameLimits.DEFAULT, true);
  private final FrameReader reader = new FrameReader(FrameLimits.DEFAULT);
  private PeerMessage message;
  private ByteBuf bytes;

  /** The bytes that are read again and again. */
  @Setup
  public void encodeOnce() throws FrameException {
    ByteBuffer content = Parts.content(Parts.FILE_BYTES);
    ChunkRef chunk = Parts.chunk(1, content);
    AppendEntries append =
        new AppendEntries(
            1,
            1,
            6,
            1,
            List.of(Parts.entry(7, List.of(chunk), Parts.put(1, 1, "uploads/cat.jpg", chunk))),
            5,
            4,
            true,
            0,
            3,
            false,
            6);
    message =
        what.equals("chunk")
            ? new PeerMessage.PushChunk(new Chunk(chunk, content))
            : new PeerMessage.Consensus(append);
    List<ByteBuf> parts = writer.encode(PeerCodec.encode(message));
    bytes = Unpooled.copiedBuffer(parts.toArray(ByteBuf[]::new));
    parts.forEach(ByteBuf::release);
    if (reader.next(FrameWriter.preamble()) != null) {
      throw new IllegalStateException("a preamble is no frame");
    }
    PeerMessage read = decode();
    if (!read.getClass().equals(message.getClass())) {
      throw new IllegalStateException(read + " was " + message);
    }
  }

  /** Answers their number, so that it is done. */
  @Benchmark
  public int encode() throws FrameException {
    List<ByteBuf> parts = writer.encode(PeerCodec.encode(message));
    int sum = 0;
    for (ByteBuf part : parts) {
      sum += part.readableBytes();
      part.release();
    }
    return sum;
  }

  /** Of content also its checksum is compared. */
  @Benchmark
  public PeerMessage decode() throws FrameException {
    bytes.readerIndex(0);
    Frame frame = reader.next(bytes);
    if (frame == null) {
      throw new IllegalStateException("the frame is not whole");
    }
    return PeerCodec.decode(frame);
  }
}
