package io.quorate.store.fuse.mount;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What statx(2) tells of files, as text that can be compared. */
final class PosixFacts {
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int BASIC_STATS = 0x7ff;
  private static final int BIRTH = 0x800;
  private static final int DIRECTORY = 004;
  private static final int REGULAR = 010;
  private static final int LONGEST_SHOWN = 16;

  private PosixFacts() {}

  /** Type, permissions, links, owner, and size; −errno if it can not be told. */
  static String of(Libc.User user, long directory, String name, boolean follow) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment stat = arena.allocate(256, 8);
      long answer = statx(user, directory, name, follow, BASIC_STATS, stat);
      return answer < 0 ? "" + answer : told(stat);
    }
  }

  /** The same of what is there, with its number and times; {@code birth} where it is told. */
  record Node(long inode, String facts, String mtime, String ctime, String birth) {}

  /** Asks for the birth, too, which a mount is asked for by another request than the rest. */
  static Node node(long directory, String name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment stat = arena.allocate(256, 8);
      long answer = statx(Libc.User.ROOT, directory, name, false, BASIC_STATS | BIRTH, stat);
      boolean born = (stat.get(ValueLayout.JAVA_INT, 0) & BIRTH) != 0;
      return answer < 0
          ? new Node(0, "" + answer, "", "", "")
          : new Node(
              stat.get(ValueLayout.JAVA_LONG, 32),
              told(stat),
              time(stat, 112),
              time(stat, 96),
              born ? time(stat, 80) : "");
    }
  }

  private static long statx(
      Libc.User user, long directory, String name, boolean follow, int wanted, MemorySegment stat) {
    int flags = name.isEmpty() ? AT_EMPTY_PATH : follow ? 0 : AT_SYMLINK_NOFOLLOW;
    return Libc.callAs(user, "statx", directory, name, flags, wanted, stat);
  }

  private static String time(MemorySegment stat, int at) {
    return stat.get(ValueLayout.JAVA_LONG, at) + "." + stat.get(ValueLayout.JAVA_INT, at + 8);
  }

  private static String told(MemorySegment stat) {
    int mode = stat.get(ValueLayout.JAVA_SHORT, 28) & 0xffff;
    boolean device = mode >>> 12 == 2 || mode >>> 12 == 6;
    String size =
        mode >>> 12 == DIRECTORY
            ? "-"
            : device
                ? stat.get(ValueLayout.JAVA_INT, 128) + "," + stat.get(ValueLayout.JAVA_INT, 132)
                : "" + stat.get(ValueLayout.JAVA_LONG, 40);
    return "%o links %d owner %d:%d size %s"
        .formatted(
            mode,
            stat.get(ValueLayout.JAVA_INT, 16),
            stat.get(ValueLayout.JAVA_INT, 20),
            stat.get(ValueLayout.JAVA_INT, 24),
            size);
  }

  /**
   * How much of an open file can be mapped and used: whole pages, or what is the file's. No limit
   * if it is none.
   */
  static long mappedBytes(long file, boolean wholePages) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment stat = arena.allocate(256, 8);
      boolean regular =
          statx(Libc.User.ROOT, file, "", true, BASIC_STATS, stat) == 0
              && (stat.get(ValueLayout.JAVA_SHORT, 28) & 0xffff) >>> 12 == REGULAR;
      long bytes = stat.get(ValueLayout.JAVA_LONG, 40);
      return !regular ? Long.MAX_VALUE : wholePages ? bytes + 4095 & -4096 : bytes;
    }
  }

  /** mtime and ctime. */
  static List<String> times(long directory, String name) {
    Node node = node(directory, name);
    return List.of(node.mtime(), node.ctime());
  }

  /** Bytes, the same ones in a row as {@code x*300}, zeros as {@code ~}. */
  static String show(MemorySegment content) {
    String text = new String(content.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
    StringBuilder all = new StringBuilder().append(text.length()).append(':');
    for (int i = 0; i < text.length(); ) {
      int end = i;
      while (end < text.length() && text.charAt(end) == text.charAt(i)) {
        end++;
      }
      String one = text.charAt(i) == 0 ? "~" : text.substring(i, i + 1);
      all.append(end - i < LONGEST_SHOWN ? one.repeat(end - i) : one + "*" + (end - i));
      i = end;
    }
    return all.toString();
  }
}
