package io.quorate.store.sim;

import java.nio.ByteBuffer;

/**
 * Content with holes: a row of slots, each with the record of a token at its beginning or nothing
 * but zeros. In words it is {@code slot=token;} for each slot that holds something.
 */
final class SparseContent {
  static final int SLOTS = 6;

  /** No multiple of a page or a chunk, so that slots begin anywhere in them. */
  static final int SLOT_BYTES = 9_000;

  /** Every record has this length, so that a later one covers an earlier one. */
  private static final int RECORD_BYTES = 600;

  private SparseContent() {}

  static byte[] record(int token) {
    int frame = ("<" + token + ":000:>").length();
    return TokenContent.record(token, RECORD_BYTES - frame);
  }

  /** What puts a hole where a record was. */
  static byte[] zeros() {
    return new byte[RECORD_BYTES];
  }

  static long offset(int slot) {
    return (long) slot * SLOT_BYTES;
  }

  /** The content in words; throws if anything but whole records and zeros is in it. */
  static String slots(ByteBuffer content) {
    StringBuilder words = new StringBuilder();
    for (int slot = 0; slot * SLOT_BYTES < content.remaining(); slot++) {
      int from = slot * SLOT_BYTES;
      ByteBuffer bytes =
          content.slice(
              content.position() + from, Math.min(SLOT_BYTES, content.remaining() - from));
      if (bytes.get(0) != 0) {
        int length = Math.min(RECORD_BYTES, bytes.remaining());
        String tokens = TokenContent.tokens(bytes.slice(0, length));
        words.append(slot).append('=').append(tokens);
        bytes.position(length);
      }
      while (bytes.hasRemaining()) {
        if (bytes.get() != 0) {
          throw new AssertionError(
              "torn file: a hole holds something at byte " + (from + bytes.position() - 1));
        }
      }
    }
    return words.toString();
  }

  /** The words after slot {@code slot} was given {@code token}. */
  static String with(String words, int slot, int token) {
    StringBuilder after = new StringBuilder();
    boolean placed = false;
    for (String word : words.split(";", -1)) {
      if (word.isEmpty()) {
        continue;
      }
      int at = slotOf(word);
      if (at >= slot && !placed) {
        after.append(slot).append('=').append(token).append(';');
        placed = true;
      }
      if (at != slot) {
        after.append(word).append(';');
      }
    }
    return placed ? after.toString() : after.append(slot + "=" + token + ";").toString();
  }

  /** The words after the slots from one on up to another, exclusive, were emptied. */
  static String without(String words, int fromSlot, int toSlot) {
    StringBuilder after = new StringBuilder();
    for (String word : words.split(";", -1)) {
      if (!word.isEmpty() && (slotOf(word) < fromSlot || slotOf(word) >= toSlot)) {
        after.append(word).append(';');
      }
    }
    return after.toString();
  }

  private static int slotOf(String word) {
    return Integer.parseInt(word.substring(0, word.indexOf('=')));
  }
}
