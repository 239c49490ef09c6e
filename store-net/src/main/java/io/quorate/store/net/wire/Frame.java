package io.quorate.store.net.wire;

import io.quorate.store.net.proto.Header;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A frame: what it is, and the content that comes with it.
 *
 * @param payload read-only by agreement; parts follow each other on the wire, and a received frame
 *     has at most one
 */
public record Frame(Header header, List<ByteBuffer> payload) {

  public Frame {
    payload = List.copyOf(payload);
  }

  /** A frame without content. */
  public static Frame of(Header header) {
    return new Frame(header, List.of());
  }

  public static Frame of(Header.Builder header) {
    return of(header.build());
  }

  /** Bytes of content. */
  public long payloadBytes() {
    long bytes = 0;
    for (ByteBuffer part : payload) {
      bytes += part.remaining();
    }
    return bytes;
  }

  /** A received frame's content as one buffer of its own position. */
  public ByteBuffer content() {
    return payload.isEmpty() ? ByteBuffer.allocate(0) : payload.getFirst().duplicate();
  }
}
