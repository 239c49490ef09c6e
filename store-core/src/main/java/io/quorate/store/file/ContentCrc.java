package io.quorate.store.file;

/**
 * Arithmetic on CRC32C values: what the checksum of two strings one after the other is, from their
 * checksums and the length of the second alone.
 *
 * <p>A CRC is the remainder of a polynomial over GF(2), most significant coefficient in the lowest
 * bit here. Appending {@code n} bytes multiplies what came before by x^(8n), so that crc(ab) =
 * crc(a)·x^(8·|b|) + crc(b), the inversions at both ends cancelling out. Powers of x come from
 * repeated squaring: 64 products at most, however long the string is.
 *
 * <p>The method is that of Mark Adler's crc32_combine in zlib.
 */
final class ContentCrc {
  /** The Castagnoli polynomial without its highest term, bits reversed. */
  private static final int POLYNOMIAL = 0x82F63B78;

  /** The polynomial 1. */
  private static final int ONE = 0x80000000;

  /** x^8, x^16, x^32, ...: element k is x^(8·2^k). */
  private static final int[] POWERS = powers();

  private ContentCrc() {}

  private static int[] powers() {
    int[] powers = new int[63];
    powers[0] = ONE >>> 8;
    for (int k = 1; k < powers.length; k++) {
      powers[k] = multiply(powers[k - 1], powers[k - 1]);
    }
    return powers;
  }

  /** CRC32C of string a followed by string b. */
  static int concatenate(int crcOfA, int crcOfB, long lengthOfB) {
    return multiply(crcOfA, shift(lengthOfB)) ^ crcOfB;
  }

  /** CRC32C of a string followed by {@code zeros} zero bytes. */
  static int appendZeros(int crc, long zeros) {
    return ~multiply(~crc, shift(zeros));
  }

  /** x^(8·bytes) modulo the polynomial. */
  private static int shift(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("a string has no " + bytes + " bytes");
    }
    int product = ONE;
    long rest = bytes;
    for (int k = 0; rest != 0; k++, rest >>>= 1) {
      if ((rest & 1) != 0) {
        product = multiply(product, POWERS[k]);
      }
    }
    return product;
  }

  private static int multiply(int a, int b) {
    int product = 0;
    int factor = b;
    for (int bit = ONE; bit != 0; bit >>>= 1) {
      if ((a & bit) != 0) {
        product ^= factor;
      }
      factor = (factor & 1) == 0 ? factor >>> 1 : (factor >>> 1) ^ POLYNOMIAL;
    }
    return product;
  }
}
