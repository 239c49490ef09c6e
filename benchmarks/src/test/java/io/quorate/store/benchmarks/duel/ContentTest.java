package io.quorate.store.benchmarks.duel;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ContentTest {
  private static final int PAGE_BYTES = 4096;
  private static final int MOST_BYTES = 4 * PAGE_BYTES;

  /** Also where a page that is cut short has not all of the number. */
  @Test
  void doesNotDependOnThePieceBefore() {
    for (int bytes = PAGE_BYTES; bytes <= PAGE_BYTES + 16; bytes++) {
      Content writer = new Content(MOST_BYTES);
      writer.piece(0x0102_0304_0506_0708L);
      ByteBuffer written = ByteBuffer.allocate(bytes).put(writer.piece(306, bytes)).flip();
      Content reader = new Content(MOST_BYTES);
      reader.piece(17);
      assertTrue(reader.matches(306, bytes, written), bytes + " bytes");
      assertFalse(reader.matches(307, bytes, written), bytes + " bytes");
    }
  }
}
