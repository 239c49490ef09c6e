package io.quorate.store.net.wire;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.netty.buffer.ByteBuf;
import io.quorate.store.net.proto.Header;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a stream of bytes into frames. It takes bytes as they come, in pieces of any size, and
 * copies each once, into an array of the right size that then belongs to the frame.
 *
 * <p>Not thread-safe. After a {@link FrameException} it must not be fed again.
 */
public final class FrameReader {
  /** What each direction of a connection begins with. */
  static final byte[] PREAMBLE = "QUORATE\n".getBytes(StandardCharsets.US_ASCII);

  /** Length, header length, header checksum. */
  static final int HEAD_BYTES = 12;

  /** No header of ours nests deeper than this. */
  private static final int MAX_NESTING = 8;

  private enum Part {
    PREAMBLE,
    HEAD,
    HEADER,
    PAYLOAD
  }

  private final byte[] head = new byte[HEAD_BYTES];
  private final CRC32C checksum = new CRC32C();
  private FrameLimits limits;
  private Part part = Part.PREAMBLE;
  private byte[] target = head;
  private int filled;
  private int wanted = PREAMBLE.length;
  private int payloadBytes;
  private @Nullable Header header;

  public FrameReader(FrameLimits limits) {
    this.limits = limits;
  }

  /** Changes the limits for the frames whose head has not arrived yet. */
  public void limits(FrameLimits newLimits) {
    limits = newLimits;
  }

  /** Whether the stream may end here: between frames. */
  public boolean betweenFrames() {
    return filled == 0 && (part == Part.HEAD || part == Part.PREAMBLE);
  }

  /**
   * Takes bytes from {@code in} until a frame is complete.
   *
   * @return the frame, or null when all bytes are taken and more are needed
   * @throws FrameException if this is not a frame; the message says why
   */
  public @Nullable Frame next(ByteBuf in) throws FrameException {
    while (true) {
      int taken = Math.min(in.readableBytes(), wanted - filled);
      in.readBytes(target, filled, taken);
      filled += taken;
      if (filled < wanted) {
        if (part == Part.PREAMBLE) {
          checkPreamble();
        }
        return null;
      }
      Frame frame = finishPart();
      if (frame != null) {
        return frame;
      }
    }
  }

  private @Nullable Frame finishPart() throws FrameException {
    switch (part) {
      case PREAMBLE -> {
        checkPreamble();
        begin(Part.HEAD, head, HEAD_BYTES);
        return null;
      }
      case HEAD -> {
        begin(Part.HEADER, new byte[checkHead()], 0);
        return null;
      }
      case HEADER -> {
        Header parsed = parseHeader();
        if (payloadBytes == 0) {
          begin(Part.HEAD, head, HEAD_BYTES);
          return Frame.of(parsed);
        }
        header = parsed;
        begin(Part.PAYLOAD, new byte[payloadBytes], 0);
        return null;
      }
      case PAYLOAD -> {
        Header parsed = header;
        if (parsed == null) {
          throw new AssertionError("a payload always follows a header");
        }
        Frame frame = new Frame(parsed, List.of(ByteBuffer.wrap(target)));
        header = null;
        begin(Part.HEAD, head, HEAD_BYTES);
        return frame;
      }
    }
    throw new AssertionError(part);
  }

  private void begin(Part next, byte[] into, int length) {
    part = next;
    target = into;
    filled = 0;
    wanted = length == 0 ? into.length : length;
  }

  private void checkPreamble() throws FrameException {
    for (int i = 0; i < filled; i++) {
      if (head[i] != PREAMBLE[i]) {
        throw new FrameException(
            "it does not speak the Quorate protocol (it began with " + printable(filled) + ")");
      }
    }
  }

  /** Returns the header's length. */
  private int checkHead() throws FrameException {
    ByteBuffer fields = ByteBuffer.wrap(head);
    long length = Integer.toUnsignedLong(fields.getInt());
    long headerBytes = Integer.toUnsignedLong(fields.getInt());
    if (headerBytes == 0 || length < 8 + headerBytes) {
      throw new FrameException(
          "a frame of " + length + " bytes claims a header of " + headerBytes + " bytes");
    }
    if (headerBytes > limits.headerBytes()) {
      throw new FrameException(
          "a frame has a header of "
              + headerBytes
              + " bytes; at most "
              + limits.headerBytes()
              + " are accepted");
    }
    long payload = length - 8 - headerBytes;
    if (payload > limits.payloadBytes()) {
      throw new FrameException(
          "a frame has a payload of "
              + payload
              + " bytes; at most "
              + limits.payloadBytes()
              + " are accepted");
    }
    payloadBytes = (int) payload;
    return (int) headerBytes;
  }

  private Header parseHeader() throws FrameException {
    checksum.reset();
    checksum.update(target);
    if ((int) checksum.getValue() != ByteBuffer.wrap(head).getInt(8)) {
      throw new FrameException("a frame's header is damaged (its checksum does not match)");
    }
    try {
      CodedInputStream in = CodedInputStream.newInstance(target);
      // The array is ours and never changes, so byte fields may refer to it.
      in.enableAliasing(true);
      in.setRecursionLimit(MAX_NESTING);
      Header parsed = Header.parseFrom(in);
      in.checkLastTagWas(0);
      return parsed;
    } catch (InvalidProtocolBufferException e) {
      throw new FrameException("a frame's header can not be read: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new FrameException("a frame's header can not be read", e);
    }
  }

  private String printable(int length) {
    StringBuilder text = new StringBuilder("\"");
    for (int i = 0; i < length; i++) {
      int b = head[i] & 0xff;
      if (b >= 0x20 && b < 0x7f && b != '"') {
        text.append((char) b);
      } else {
        text.append(String.format("\\x%02x", b));
      }
    }
    return text.append('"').toString();
  }
}
