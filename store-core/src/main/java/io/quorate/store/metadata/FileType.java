package io.quorate.store.metadata;

/** Type of an inode, with the S_IFMT bits that POSIX gives it. */
public enum FileType {
  FIFO(0010000),
  CHARACTER_DEVICE(0020000),
  DIRECTORY(0040000),
  BLOCK_DEVICE(0060000),
  REGULAR(0100000),
  SYMLINK(0120000),
  SOCKET(0140000);

  private final int bits;

  FileType(int bits) {
    this.bits = bits;
  }

  /** The bits within S_IFMT (0170000). */
  public int bits() {
    return bits;
  }

  /** The type with those bits; throws IllegalArgumentException if there is none. */
  public static FileType ofBits(int mode) {
    for (FileType type : values()) {
      if (type.bits == (mode & 0170000)) {
        return type;
      }
    }
    throw new IllegalArgumentException(
        "no file type has mode bits 0" + Integer.toOctalString(mode));
  }
}
