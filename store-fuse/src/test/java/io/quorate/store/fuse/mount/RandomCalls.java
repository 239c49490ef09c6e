package io.quorate.store.fuse.mount;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Makes up calls, as lines of {@link PosixCalls}, from a seed: on few names, so that they meet.
 * Left out is where the file system in memory that they are compared with is known to do otherwise
 * than others: seeking data and holes that are no whole pages, zeroing of ranges, whiteouts, the
 * times of reads, and what a mapping writes beyond the end of the file, which it keeps and shows
 * when the file grows (POSIX leaves that open; others write zeros there).
 */
final class RandomCalls {
  private static final List<String> NAMES =
      List.of("f", "g", "h", "d", "e", "d/f", "d/g", "d/s", "e/f", "e/s", "d/s/f");

  /** Files that are open: the first two on one mount, the others on the second if there is one. */
  private static final List<String> FILES = List.of("A", "B", "C", "D");

  private static final List<String> USERS =
      List.of("", "", "", "", "", "@65533 ", "@65533:65533,77 ", "@65534:77 ");
  private static final List<String> ACCESS =
      List.of("rdonly", "wronly", "rdwr", "rdwr", "rdwr", "rdwr");
  private static final List<String> MORE =
      List.of("", ",creat", ",creat", ",creat", ",creat,excl", ",trunc", ",append", ",creat,trunc");
  private static final List<String> MODES =
      List.of(
          "644", "755", "600", "777", "666", "2755", "6755", "2644", "1777", "2777", "700", "0");
  private static final List<String> OWNERS = List.of("0", "65533", "65534", "-1", "-1");
  private static final List<String> GROUPS = List.of("0", "65533", "77");
  private static final List<String> SIZES =
      List.of("0", "1", "5", "100", "4095", "4096", "5000", "8192", "20000");
  private static final List<String> TIMES = List.of("now", "omit", "5", "7.5", "1000000000.25");

  private final Random random;
  private final boolean two;

  RandomCalls(long seed, boolean two) {
    random = new Random(seed);
    this.two = two;
  }

  /** Names that calls are about. */
  static List<String> names() {
    return NAMES;
  }

  static List<String> files() {
    return FILES;
  }

  private String any(List<String> all) {
    return all.get(random.nextInt(all.size()));
  }

  private String name() {
    return any(NAMES);
  }

  private String file() {
    return any(FILES);
  }

  /** Locks that a close drops on one mount are gone a moment later on another. */
  private String lockable() {
    return any(two ? FILES.subList(0, 2) : FILES);
  }

  private String size() {
    return any(SIZES);
  }

  private String content() {
    String count = any(List.of("0", "1", "3", "100", "4096", "9000"));
    return count.equals("0") ? "''" : (char) ('a' + random.nextInt(26)) + "*" + count;
  }

  /** So many lines; names and directories to begin with come first. */
  List<String> lines(int count) {
    List<String> all = new ArrayList<>(List.of("mkdir d 777", "chmod d 777", "mkdir e 777"));
    all.add("open A f rdwr,creat,nonblock 666");
    for (int i = 0; i < count; i++) {
      all.add(any(USERS) + line());
    }
    return all;
  }

  private String line() {
    List<Supplier<String>> kinds =
        List.of(this::onNames, this::onAttributes, this::onOpenFiles, this::onOpenFiles);
    return kinds.get(random.nextInt(kinds.size())).get();
  }

  private String onNames() {
    return switch (random.nextInt(14)) {
      case 0, 1 -> "mkdir " + name() + " " + any(MODES);
      case 2 -> "rmdir " + name();
      case 3, 4 -> "unlink " + name();
      case 5, 6 -> "rename " + name() + " " + name();
      case 7 -> "rename " + name() + " " + name() + " " + (1 + random.nextInt(3));
      case 8, 9 -> "link " + name() + " " + name() + any(List.of("", " follow"));
      case 10 -> "symlink " + name() + " " + name();
      case 11 ->
          "mknod %s %s %s"
              .formatted(
                  name(), any(List.of(two ? "socket" : "fifo", "file", "socket")), any(MODES));
      case 12 -> "linkfile " + file() + " " + name();
      default -> any(List.of("readlink ", "stat ", "statf ")) + name();
    };
  }

  private String onAttributes() {
    return switch (random.nextInt(15)) {
      case 0, 1, 2 -> "chmod " + name() + " " + any(MODES);
      case 3, 4 -> "chown " + name() + " " + any(OWNERS) + " " + any(GROUPS);
      case 5 -> "lchown " + name() + " " + any(OWNERS) + " " + any(GROUPS);
      case 6 -> "fchmod " + file() + " " + any(MODES);
      case 7 -> "fchown " + file() + " " + any(OWNERS) + " " + any(GROUPS);
      case 8 -> any(List.of("access ", "eaccess ")) + name() + " " + random.nextInt(8);
      case 9 ->
          any(List.of("utimens ", "lutimens ")) + name() + " " + any(TIMES) + " " + any(TIMES);
      case 10 -> "futimens " + file() + " " + any(TIMES) + " " + any(TIMES);
      case 11 ->
          "setxattr %s trusted.%s %s %d"
              .formatted(name(), any(List.of("a", "b")), content(), random.nextInt(3));
      case 12 -> "getxattr " + name() + " trusted.a " + size();
      case 13 -> "removexattr " + name() + " trusted." + any(List.of("a", "b"));
      default -> "listxattr " + name() + " " + any(List.of("10", "30"));
    };
  }

  private String onOpenFiles() {
    String file = file();
    return switch (random.nextInt(26)) {
      case 0, 1, 2, 3 ->
          "open %s %s %s%s,nonblock %s".formatted(file, name(), any(ACCESS), any(MORE), any(MODES));
      case 4 -> "open " + file + " " + any(List.of("d", "e", "d/s", "f")) + " rdwr,tmpfile 644";
      case 5, 6 -> "close " + file;
      case 7, 8, 9 -> "write " + file + " " + content();
      case 10, 11 -> "pwrite " + file + " " + content() + " " + size();
      case 12 -> "read " + file + " " + size();
      case 13, 14 -> "pread " + file + " " + size() + " " + size();
      case 15 -> "lseek " + file + " " + size() + " " + any(List.of("set", "cur", "end"));
      case 16, 17 -> "ftruncate " + file + " " + size();
      case 18 -> "truncate " + name() + " " + size();
      case 19 ->
          "fallocate %s %s %s %s".formatted(file, any(List.of("0", "1", "3")), size(), size());
      case 20 ->
          "copy %s %s %s %s %s"
              .formatted(
                  file,
                  size(),
                  two ? FILES.get(FILES.indexOf(file) ^ random.nextInt(2)) : file(),
                  size(),
                  size());
      case 21 -> two ? "fsync " + file : "mmapwithin " + file + " " + size() + " m*10";
      case 22 -> any(List.of("fsync ", "fdatasync ")) + file;
      case 23 -> "flock " + lockable() + " " + any(List.of("5", "6", "8"));
      case 24 ->
          "osetlk %s %s %d %d"
              .formatted(
                  lockable(),
                  any(List.of("read", "write", "unlock")),
                  random.nextInt(10),
                  random.nextInt(10));
      default -> "ogetlk " + lockable() + " write " + random.nextInt(10) + " " + random.nextInt(10);
    };
  }
}
