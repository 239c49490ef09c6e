package io.quorate.store.benchmarks.parts;

import io.quorate.store.fuse.kernel.MalformedRequestException;
import io.quorate.store.fuse.kernel.Presentation;
import io.quorate.store.fuse.kernel.Reply;
import io.quorate.store.fuse.kernel.Request;
import io.quorate.store.fuse.kernel.RequestDecoder;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.FileType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What the kernel asks a mount, read, and what it is told, laid out. */
@State(Scope.Benchmark)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FuseBenchmark extends PartBenchmark {
  // Of linux/fuse.h.
  private static final int LOOKUP = 1;
  private static final int WRITE = 16;
  private static final int HEADER_BYTES = 40;
  private static final int WRITE_IN_BYTES = 40;

  private final ByteBuffer content = Parts.content(Parts.FILE_BYTES);
  private final ByteBuffer lookup =
      message(LOOKUP, ByteBuffer.wrap("cat.jpg\0".getBytes(StandardCharsets.US_ASCII)));
  private final ByteBuffer write = message(WRITE, writeIn(content));
  private final Attributes attributes =
      new Attributes(
          7, 8, 9, 9, FileType.REGULAR, 0644, 1, 1000, 1000, 0, 16384, 16384, 1, 2, 3, 4);

  private static ByteBuffer message(int opcode, ByteBuffer body) {
    ByteBuffer message =
        ByteBuffer.allocateDirect(HEADER_BYTES + body.remaining()).order(ByteOrder.nativeOrder());
    message.putInt(message.capacity()).putInt(opcode).putLong(7).putLong(1);
    message.putInt(1000).putInt(1000).putInt(42).putInt(0);
    return message.put(body.duplicate()).flip();
  }

  /** A handle, an offset, how many bytes, and flags that are all 0; then the bytes. */
  private static ByteBuffer writeIn(ByteBuffer content) {
    ByteBuffer body =
        ByteBuffer.allocate(WRITE_IN_BYTES + content.remaining()).order(ByteOrder.nativeOrder());
    body.putLong(5).putLong(0).putInt(content.remaining());
    return body.position(WRITE_IN_BYTES).put(content.duplicate()).flip();
  }

  private static Request decode(ByteBuffer message) throws MalformedRequestException {
    ByteBuffer own = message.duplicate();
    Request.Header header = RequestDecoder.header(own);
    return RequestDecoder.body(header, own, 0);
  }

  /** A name in a directory. */
  @Benchmark
  public Request decodeLookUp() throws MalformedRequestException {
    return decode(lookup);
  }

  /** 16 KiB. */
  @Benchmark
  public Request decodeWrite() throws MalformedRequestException {
    return decode(write);
  }

  /** The node of a name. */
  @Benchmark
  public ByteBuffer replyEntry() {
    return Reply.entry(attributes, Presentation.PLAIN);
  }

  /** 16 KiB. */
  @Benchmark
  public ByteBuffer replyRead() {
    return Reply.bytes(content.duplicate());
  }
}
