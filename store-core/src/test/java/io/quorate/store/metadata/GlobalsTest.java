package io.quorate.store.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What of another format is not taken for this one's rows. */
class GlobalsTest {
  private static String refusal(int formatChange) {
    byte[] row = new Globals().encode();
    row[0] += (byte) formatChange;
    return assertThrows(IllegalStateException.class, () -> Globals.decode(row)).getMessage();
  }

  @Test
  void otherFormatsAreRefused() {
    assertEquals(2, new Globals().encode()[0], "raise it whenever a row's form changes");
    assertTrue(refusal(1).endsWith("has format 3; this version reads 2: upgrade it"));
    assertTrue(refusal(-1).contains("has format 1; this version reads 2: an earlier one"));
  }
}
