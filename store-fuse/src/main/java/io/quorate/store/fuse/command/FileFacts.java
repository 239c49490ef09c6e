package io.quorate.store.fuse.command;

import io.quorate.store.UnixFileAttributes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code ls} and {@code stat} show of a file, a symbolic link itself included. Where a link
 * points is no attribute, and costs a request of its own.
 *
 * @param mode type and permissions, as st_mode
 */
record FileFacts(
    long inode,
    int mode,
    int links,
    int uid,
    int gid,
    long sizeBytes,
    Instant modified,
    Instant changed,
    Instant accessed) {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT)
          .withZone(ZoneId.systemDefault());

  static FileFacts of(Path path) throws IOException {
    Map<String, Object> facts =
        Files.readAttributes(
            path,
            "unix:ino,mode,nlink,uid,gid,size,lastModifiedTime,ctime,lastAccessTime",
            LinkOption.NOFOLLOW_LINKS);
    return new FileFacts(
        number(facts, "ino"),
        (int) number(facts, "mode"),
        (int) number(facts, "nlink"),
        (int) number(facts, "uid"),
        (int) number(facts, "gid"),
        number(facts, "size"),
        time(facts, "lastModifiedTime"),
        time(facts, "ctime"),
        time(facts, "lastAccessTime"));
  }

  static FileFacts of(UnixFileAttributes attributes) {
    return new FileFacts(
        attributes.inode(),
        attributes.mode(),
        attributes.links(),
        attributes.uid(),
        attributes.gid(),
        attributes.size(),
        attributes.lastModifiedTime().toInstant(),
        attributes.changeTime().toInstant(),
        attributes.lastAccessTime().toInstant());
  }

  private static long number(Map<String, Object> facts, String name) {
    return ((Number) facts.getOrDefault(name, 0)).longValue();
  }

  private static Instant time(Map<String, Object> facts, String name) {
    return facts.get(name) instanceof FileTime time ? time.toInstant() : Instant.EPOCH;
  }

  boolean isDirectory() {
    return (mode & 0170000) == 0040000;
  }

  boolean isSymbolicLink() {
    return (mode & 0170000) == 0120000;
  }

  /** Where it points if it is a symbolic link, or null. */
  @Nullable String target(Path path) throws IOException {
    return isSymbolicLink() ? Files.readSymbolicLink(path).toString() : null;
  }

  /** The same as it is appended to a name, or nothing. */
  String arrow(Path path) throws IOException {
    String target = target(path);
    return target == null ? "" : " -> " + printable(target);
  }

  String type() {
    return switch (mode & 0170000) {
      case 0040000 -> "directory";
      case 0100000 -> "file";
      case 0120000 -> "symlink";
      case 0010000 -> "fifo";
      case 0140000 -> "socket";
      case 0020000 -> "character device";
      case 0060000 -> "block device";
      default -> "unknown";
    };
  }

  /** As {@code drwxr-xr-x}. */
  String modeText() {
    char[] text = new char[10];
    text[0] =
        switch (mode & 0170000) {
          case 0040000 -> 'd';
          case 0120000 -> 'l';
          case 0010000 -> 'p';
          case 0140000 -> 's';
          case 0020000 -> 'c';
          case 0060000 -> 'b';
          default -> '-';
        };
    for (int i = 0; i < 9; i++) {
      text[i + 1] = (mode & (0400 >> i)) != 0 ? "rwx".charAt(i % 3) : '-';
    }
    special(text, 04000, 3, 's');
    special(text, 02000, 6, 's');
    special(text, 01000, 9, 't');
    return new String(text);
  }

  private void special(char[] text, int bit, int at, char mark) {
    if ((mode & bit) != 0) {
      text[at] = text[at] == 'x' ? mark : Character.toUpperCase(mark);
    }
  }

  static String time(Instant instant) {
    return TIME.format(instant);
  }

  /** A name as it may be printed: without characters that control a terminal. */
  static String printable(String name) {
    return name.codePoints().anyMatch(Character::isISOControl)
        ? name.codePoints()
            .map(c -> Character.isISOControl(c) ? '?' : c)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString()
        : name;
  }

  /**
   * @param shown what to call it
   */
  Map<String, @Nullable Object> json(Path path, String shown) throws IOException {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("path", shown);
    map.put("type", type());
    map.put("size", sizeBytes);
    map.put("mode", String.format(Locale.ROOT, "%04o", mode & 07777));
    map.put("inode", inode);
    map.put("links", links);
    map.put("uid", uid);
    map.put("gid", gid);
    map.put("modified", modified.toString());
    map.put("changed", changed.toString());
    map.put("accessed", accessed.toString());
    String target = target(path);
    if (target != null) {
      map.put("target", target);
    }
    return map;
  }
}
