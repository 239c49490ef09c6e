package io.quorate.store.sim;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * File content that says what it is: each put or append writes one record, {@code
 * <token:length:bytes>}, whose bytes follow from the token. So whoever reads a file can tell,
 * without knowing its history, which writes it holds and whether any was torn.
 */
public final class TokenContent {
  private TokenContent() {}

  /** A shorter payload would not tell a changed token. */
  private static final int MIN_PAYLOAD_BYTES = 8;

  /** The record of {@code token} with {@code payloadBytes} bytes of payload, 8 at least. */
  public static byte[] record(int token, int payloadBytes) {
    if (payloadBytes < MIN_PAYLOAD_BYTES) {
      throw new IllegalArgumentException("payload of " + payloadBytes + " bytes is too short");
    }
    byte[] header = ("<" + token + ":" + payloadBytes + ":").getBytes(StandardCharsets.US_ASCII);
    byte[] payload = payload(token, payloadBytes);
    return ByteBuffer.allocate(header.length + payloadBytes + 1)
        .put(header)
        .put(payload)
        .put((byte) '>')
        .array();
  }

  private static byte[] payload(int token, int length) {
    return new SimRandom(token * 0x9E3779B97F4A7C15L + length).bytes(length);
  }

  /**
   * The tokens in {@code content}, as {@link TreeModel} writes them; throws if anything is torn.
   */
  public static String tokens(ByteBuffer content) {
    ByteBuffer rest = content.duplicate();
    StringBuilder tokens = new StringBuilder();
    while (rest.hasRemaining()) {
      int at = rest.position();
      if (rest.get() != '<') {
        throw new AssertionError("torn file: no record begins at byte " + at);
      }
      int token = number(rest, at);
      int length = number(rest, at);
      if (length < MIN_PAYLOAD_BYTES || length > content.remaining()) {
        throw new AssertionError(
            "torn file: token " + token + " at byte " + at + " claims " + length + " bytes");
      }
      byte[] record = record(token, length);
      if (at + record.length > content.limit()) {
        throw new AssertionError("torn file: token " + token + " at byte " + at + " lacks its end");
      }
      for (int i = 0; i < record.length; i++) {
        if (content.get(at + i) != record[i]) {
          throw new AssertionError(
              "torn file: token " + token + " at byte " + at + " is wrong from byte " + i + " on");
        }
      }
      rest.position(at + record.length);
      tokens.append(token).append(';');
    }
    return tokens.toString();
  }

  private static int number(ByteBuffer bytes, int recordAt) {
    int value = 0;
    for (int digits = 0; digits < 10 && bytes.hasRemaining(); digits++) {
      byte next = bytes.get();
      if (next == ':') {
        return value;
      }
      if (next < '0' || next > '9') {
        break;
      }
      value = value * 10 + next - '0';
    }
    throw new AssertionError("torn file: bad record header at byte " + recordAt);
  }
}
