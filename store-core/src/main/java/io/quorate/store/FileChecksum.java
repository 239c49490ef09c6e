package io.quorate.store;

/**
 * A checksum of a file's content.
 *
 * @param version the content that it is of
 * @param crc32c CRC32C (Castagnoli) of all its bytes, holes being zeros; what {@link
 *     java.util.zip.CRC32C} computes over the file, as an int
 */
public record FileChecksum(FileVersion version, int crc32c) {

  /** The checksum as 8 hexadecimal digits. */
  public String hex() {
    return String.format("%08x", crc32c);
  }
}
