package io.quorate.store.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Combined checksums against the JDK's. */
class ContentCrcTest {
  private static int crc(byte[] bytes, int from, int to) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, to - from);
    return (int) crc.getValue();
  }

  @Test
  void concatenation() {
    Random random = new Random(1);
    for (int round = 0; round < 500; round++) {
      byte[] bytes = new byte[random.nextInt(5_000)];
      random.nextBytes(bytes);
      int cut = random.nextInt(bytes.length + 1);
      assertEquals(
          crc(bytes, 0, bytes.length),
          ContentCrc.concatenate(
              crc(bytes, 0, cut), crc(bytes, cut, bytes.length), bytes.length - cut),
          "cut at " + cut + " of " + bytes.length);
    }
  }

  @Test
  void zeros() {
    Random random = new Random(2);
    for (int round = 0; round < 500; round++) {
      byte[] bytes = new byte[random.nextInt(100)];
      random.nextBytes(bytes);
      byte[] longer = Arrays.copyOf(bytes, bytes.length + random.nextInt(100_000));
      assertEquals(
          crc(longer, 0, longer.length),
          ContentCrc.appendZeros(crc(bytes, 0, bytes.length), longer.length - bytes.length));
    }
  }

  /** Longer than could be computed here: two ways to the same length must agree. */
  @Test
  void lengthsOfTebibytes() {
    long half = (1L << 43) + 12_345;
    assertEquals(
        ContentCrc.appendZeros(0x1234, 2 * half),
        ContentCrc.appendZeros(ContentCrc.appendZeros(0x1234, half), half));
    assertEquals(
        ContentCrc.concatenate(7, ContentCrc.appendZeros(0, half), half),
        ContentCrc.appendZeros(7, half));
    assertThrows(IllegalArgumentException.class, () -> ContentCrc.appendZeros(0, -1));
  }
}
