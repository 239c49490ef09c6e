package io.quorate.store.net.wire;

import com.google.protobuf.CodedOutputStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.quorate.store.net.proto.Header;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Lays frames out for a socket. Head and header share a buffer; a direct payload is sent from where
 * it is, a small or heap one is copied once, because the kernel can only gather from direct memory.
 * The copy of the newest payload is kept until {@link #forget}, so that a chunk for all peers is
 * copied once and not for each.
 *
 * <p>Not thread-safe: one event loop's.
 */
public final class FrameWriter {
  /** Below this, copying costs less than another element in the gathering write. */
  private static final int INLINE_BYTES = 16 << 10;

  private final ByteBufAllocator allocator;
  private final FrameLimits limits;
  private @Nullable ByteBuffer newest;
  private @Nullable ByteBuf newestCopy;

  private final boolean repeats;

  /**
   * @param repeats whether the same payload is likely to be written several times in a row
   */
  public FrameWriter(ByteBufAllocator allocator, FrameLimits limits, boolean repeats) {
    this.allocator = allocator;
    this.limits = limits;
    this.repeats = repeats;
  }

  /** The bytes that begin a connection. */
  public static ByteBuf preamble() {
    return Unpooled.wrappedBuffer(FrameReader.PREAMBLE);
  }

  /**
   * Buffers that make up {@code frame}, in order; the caller releases them (writing them does).
   *
   * @throws FrameException if the other side would not accept a frame of this size
   */
  public List<ByteBuf> encode(Frame frame) throws FrameException {
    Header header = frame.header();
    int headerBytes = header.getSerializedSize();
    long payloadBytes = frame.payloadBytes();
    if (headerBytes > limits.headerBytes() || payloadBytes > limits.payloadBytes()) {
      throw new FrameException(
          "a "
              + header.getBodyCase()
              + " frame with "
              + headerBytes
              + " bytes of header and "
              + payloadBytes
              + " of payload is over the limits of "
              + limits.headerBytes()
              + " and "
              + limits.payloadBytes());
    }
    boolean inline = payloadBytes <= INLINE_BYTES;
    int headBytes = FrameReader.HEAD_BYTES + headerBytes;
    ByteBuf first = allocator.directBuffer(headBytes + (inline ? (int) payloadBytes : 0));
    first.writeInt((int) (8 + headerBytes + payloadBytes));
    first.writeInt(headerBytes);
    writeHeader(first, header, headerBytes);
    if (inline) {
      for (ByteBuffer part : frame.payload()) {
        first.writeBytes(part.duplicate());
      }
      return List.of(first);
    }
    List<ByteBuf> buffers = new ArrayList<>(1 + frame.payload().size());
    buffers.add(first);
    for (ByteBuffer part : frame.payload()) {
      buffers.add(gatherable(part));
    }
    return buffers;
  }

  /** Lets go of the copy of the newest payload. */
  public void forget() {
    if (newestCopy != null) {
      newestCopy.release();
    }
    newest = null;
    newestCopy = null;
  }

  private ByteBuf gatherable(ByteBuffer part) {
    if (part.isDirect()) {
      return Unpooled.wrappedBuffer(part.duplicate());
    }
    if (!repeats) {
      return copy(part);
    }
    ByteBuf copy = newestCopy;
    if (copy == null || newest != part) {
      forget();
      copy = copy(part);
      newest = part;
      newestCopy = copy;
    }
    return copy.retainedDuplicate();
  }

  private ByteBuf copy(ByteBuffer part) {
    return allocator.directBuffer(part.remaining()).writeBytes(part.duplicate());
  }

  private static void writeHeader(ByteBuf to, Header header, int headerBytes) {
    ByteBuffer target = to.internalNioBuffer(to.writerIndex() + 4, headerBytes);
    int start = target.position();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(target);
      header.writeTo(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("a header fits the size that it gave", e);
    }
    CRC32C checksum = new CRC32C();
    target.limit(start + headerBytes).position(start);
    checksum.update(target);
    to.writeInt((int) checksum.getValue());
    to.writerIndex(to.writerIndex() + headerBytes);
  }
}
