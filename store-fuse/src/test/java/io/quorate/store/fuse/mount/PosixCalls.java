package io.quorate.store.fuse.mount;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs system calls that are written as words, on the files of one directory: {@code chmod f 2755},
 * or {@code @65533:65533,77 chmod f 2755} with the rights of another user and groups. Open files
 * have names of their own: {@code open a f rdwr,creat 644}, then {@code write a text}. {@code
 * x*300} is 300 times x, {@code 4K}, {@code 4M}, {@code 4G}, {@code 4T} are numbers, and {@code ''}
 * is nothing. The answer of a call is a number, −errno or what it told.
 */
final class PosixCalls implements AutoCloseable {
  private static final int AT_SYMLINK_FOLLOW = 0x400;
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int AT_EACCESS = 0x200;
  private static final int AT_REMOVEDIR = 0x200;
  private static final int MAP_SHARED = 1;
  private static final int SIGBUS = 7;
  private static final int TICK_MILLIS = 12;

  private static final Map<String, Integer> OPEN_FLAGS =
      Map.ofEntries(
          Map.entry("rdonly", 0),
          Map.entry("wronly", 1),
          Map.entry("rdwr", 2),
          Map.entry("creat", 0100),
          Map.entry("excl", 0200),
          Map.entry("trunc", 01000),
          Map.entry("append", 02000),
          Map.entry("nonblock", 04000),
          Map.entry("sync", 04010000),
          Map.entry("direct", Libc.O_DIRECT),
          Map.entry("directory", Libc.O_DIRECTORY),
          Map.entry("nofollow", Libc.O_NOFOLLOW),
          Map.entry("path", 010000000),
          Map.entry("tmpfile", 020000000 | Libc.O_DIRECTORY));

  private final Path root;
  private final long directory;
  private final Map<String, Long> open = new HashMap<>();
  private final Map<String, List<String>> marked = new HashMap<>();
  private Libc.User user = Libc.User.ROOT;
  private String[] words = {};

  PosixCalls(Path root) {
    this.root = root;
    directory = Libc.call("open", root.toString(), Libc.O_DIRECTORY, 0);
    if (directory < 0) {
      throw new AssertionError(root + " can not be opened: " + directory);
    }
  }

  @Override
  public void close() {
    open.values().forEach(Libc::close);
    open.clear();
    Libc.close(directory);
  }

  Path root() {
    return root;
  }

  /** The files that are open, by their names here. */
  Map<String, Long> open() {
    return open;
  }

  PosixFacts.Node node(String name) {
    return PosixFacts.node(directory, name);
  }

  // ---- words

  private String text(int index) {
    String word = words[index];
    int star = word.lastIndexOf('*');
    if (star > 0) {
      int slash = word.indexOf('/', star);
      String rest = slash < 0 ? "" : word.substring(slash);
      String count = slash < 0 ? word.substring(star + 1) : word.substring(star + 1, slash);
      return word.substring(0, star).repeat(Integer.parseInt(count)) + rest;
    }
    return word.equals("''") ? "" : word;
  }

  private long number(int index) {
    String word = words[index];
    int unit = "KMGT".indexOf(word.charAt(word.length() - 1));
    return unit < 0
        ? Long.parseLong(word)
        : Long.parseLong(word.substring(0, word.length() - 1)) << (10 * (unit + 1));
  }

  private int octal(int index) {
    return Integer.parseInt(words[index], 8);
  }

  private String word(int index, String otherwise) {
    return index < words.length ? words[index] : otherwise;
  }

  private long file(int index) {
    return open.getOrDefault(words[index], -1L);
  }

  private String path(int index) {
    return root + "/" + text(index);
  }

  private long as(String name, Object... arguments) {
    return Libc.callAs(user, name, arguments);
  }

  // ---- calls

  /** One line; answers what there is to compare. */
  String run(String line) throws IOException, InterruptedException {
    String[] all = line.strip().split(" +");
    boolean other = all[0].startsWith("@");
    user = other ? Libc.User.of(all[0].substring(1)) : Libc.User.ROOT;
    words = other ? Arrays.copyOfRange(all, 1, all.length) : all;
    return switch (words[0]) {
      case "sh" -> shell(String.join(" ", words).substring(3));
      case "mark" -> mark();
      case "moved" -> moved();
      case "stat" -> PosixFacts.of(user, directory, text(1), false);
      case "statf" -> PosixFacts.of(user, directory, text(1), true);
      case "fstat" -> PosixFacts.of(user, file(1), "", true);
      case "readlink" -> readLink();
      case "list" -> list();
      case "read", "pread" -> read();
      case "getxattr", "fgetxattr", "listxattr" -> xattr();
      case "getlk", "ogetlk" -> testLock();
      default -> Long.toString(names());
    };
  }

  private long names() {
    return switch (words[0]) {
      case "open" -> openFile();
      case "close" -> {
        Long number = open.remove(words[1]);
        yield number == null ? -9 : as("close", number);
      }
      case "mkdir" -> as("mkdirat", directory, text(1), octal(2));
      case "rmdir" -> as("unlinkat", directory, text(1), AT_REMOVEDIR);
      case "unlink" -> as("unlinkat", directory, text(1), 0);
      case "rename" ->
          as("renameat2", directory, text(1), directory, text(2), Integer.parseInt(word(3, "0")));
      case "link" ->
          as(
              "linkat",
              directory,
              text(1),
              directory,
              text(2),
              word(3, "").equals("follow") ? AT_SYMLINK_FOLLOW : 0);
      case "linkfile" ->
          as(
              "linkat",
              Libc.AT_FDCWD,
              "/proc/self/fd/" + file(1),
              directory,
              text(2),
              AT_SYMLINK_FOLLOW);
      case "symlink" -> as("symlinkat", text(1), directory, text(2));
      case "mknod" -> makeNode();
      case "access" -> as("faccessat", directory, text(1), octal(2), 0);
      case "eaccess" -> as("faccessat", directory, text(1), octal(2), AT_EACCESS);
      default -> attributes();
    };
  }

  private long openFile() {
    int flags = 0;
    for (String flag : words[3].split(",")) {
      flags |= OPEN_FLAGS.get(flag);
    }
    long number = as("openat", directory, text(2), flags, Integer.parseInt(word(4, "644"), 8));
    if (number < 0) {
      return number;
    }
    Long before = open.put(words[1], number);
    if (before != null) {
      Libc.close(before);
    }
    return 0;
  }

  private long makeNode() {
    int type =
        switch (words[2]) {
          case "fifo" -> 0010000;
          case "char" -> 0020000;
          case "directory" -> 0040000;
          case "block" -> 0060000;
          case "file" -> 0100000;
          case "socket" -> 0140000;
          default -> throw new IllegalArgumentException(words[2]);
        };
    return as("mknodat", directory, text(1), type | octal(3), Integer.parseInt(word(4, "0")));
  }

  private long attributes() {
    return switch (words[0]) {
      case "umask" -> as("umask", octal(1));
      case "chmod" -> as("fchmodat", directory, text(1), octal(2), 0);
      case "fchmod" -> as("fchmod", file(1), octal(2));
      case "chown" -> as("fchownat", directory, text(1), number(2), number(3), 0);
      case "lchown" ->
          as("fchownat", directory, text(1), number(2), number(3), AT_SYMLINK_NOFOLLOW);
      case "fchown" -> as("fchown", file(1), number(2), number(3));
      case "truncate" -> as("truncate", path(1), number(2));
      case "ftruncate" -> as("ftruncate", file(1), number(2));
      case "utimens" -> times(text(1), 0);
      case "lutimens" -> times(text(1), AT_SYMLINK_NOFOLLOW);
      case "futimens" -> times(null, 0);
      case "setxattr" ->
          as(
              "setxattr",
              path(1),
              text(2),
              text(3),
              text(3).length(),
              Integer.parseInt(word(4, "0")));
      case "removexattr" -> as("removexattr", path(1), text(2));
      default -> content();
    };
  }

  /** Times are {@code seconds}, {@code seconds.nanoseconds}, {@code now} or {@code omit}. */
  private long times(String name, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment times = arena.allocate(32, 8);
      for (int i = 0; i < 2; i++) {
        String word = words[2 + i];
        String[] both = word.split("\\.");
        boolean special = word.equals("now") || word.equals("omit");
        long nanos = both.length > 1 ? Long.parseLong(both[1]) : 0;
        nanos = special ? (1 << 30) - (word.equals("now") ? 1 : 2) : nanos;
        times.set(ValueLayout.JAVA_LONG, 16L * i, special ? 0 : Long.parseLong(both[0]));
        times.set(ValueLayout.JAVA_LONG, 16L * i + 8, nanos);
      }
      return name == null
          ? as("futimens", file(1), times)
          : as("utimensat", directory, name, times, flags);
    }
  }

  private long content() {
    return switch (words[0]) {
      case "write" -> write(-1);
      case "pwrite" -> write(number(3));
      case "lseek" -> seek();
      case "fsync" -> as("fsync", file(1));
      case "fdatasync" -> as("fdatasync", file(1));
      case "sync_file_range" -> as("sync_file_range", file(1), number(2), number(3), 7);
      case "fadvise" -> as("posix_fadvise", file(1), number(2), number(3), number(4));
      case "fallocate" -> as("fallocate", file(1), number(2), number(3), number(4));
      case "copy" -> copy();
      case "flock" -> as("flock", file(1), number(2));
      case "setlk" -> lock(6, null);
      case "osetlk" -> lock(37, null);
      case "fcntl" -> as("fcntl", file(1), number(2), number(3));
      case "mmapwrite", "mmapwithin" -> mapAndWrite();
      default -> throw new IllegalArgumentException(String.join(" ", words));
    };
  }

  private long write(long offset) {
    byte[] bytes = text(2).getBytes(StandardCharsets.ISO_8859_1);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment content = arena.allocate(Math.max(1, bytes.length), 4096);
      MemorySegment.copy(bytes, 0, content, ValueLayout.JAVA_BYTE, 0, bytes.length);
      return offset < 0
          ? as("write", file(1), content, bytes.length)
          : as("pwrite", file(1), content, bytes.length, offset);
    }
  }

  private long seek() {
    int whence = List.of("set", "cur", "end", "data", "hole").indexOf(words[3]);
    return Libc.callLong("lseek", file(1), number(2), whence);
  }

  /** {@code copy FROM OFFSET TO OFFSET BYTES}. */
  private long copy() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment from = arena.allocateFrom(ValueLayout.JAVA_LONG, number(2));
      MemorySegment to = arena.allocateFrom(ValueLayout.JAVA_LONG, number(4));
      return as("copy_file_range", file(1), from, file(3), to, number(5), 0);
    }
  }

  /**
   * {@code mmapwrite FILE OFFSET TEXT}: through a shared mapping and msync(2). {@code mmapwithin}
   * does nothing if it would write beyond the end of the file.
   */
  private long mapAndWrite() {
    byte[] bytes = text(3).getBytes(StandardCharsets.ISO_8859_1);
    long length = number(2) + bytes.length;
    if (PosixFacts.mappedBytes(file(1), words[0].equals("mmapwrite")) < length) {
      return -SIGBUS; // What such a write would get.
    }
    long at = Libc.callLong("mmap", 0, length, 3, MAP_SHARED, file(1), 0);
    if (at < 0 && at > -4096) {
      return at;
    }
    MemorySegment mapped = MemorySegment.ofAddress(at).reinterpret(length);
    MemorySegment.copy(bytes, 0, mapped, ValueLayout.JAVA_BYTE, number(2), bytes.length);
    long synced = Libc.call("msync", at, length, 4);
    Libc.call("munmap", at, length);
    return synced;
  }

  /** {@code setlk FILE read|write|unlock START LENGTH}. */
  private long lock(int command, MemorySegment told) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment lock = told == null ? arena.allocate(32, 8) : told;
      int type = List.of("read", "write", "unlock").indexOf(words[2]);
      lock.set(ValueLayout.JAVA_SHORT, 0, (short) type);
      lock.set(ValueLayout.JAVA_LONG, 8, number(3));
      lock.set(ValueLayout.JAVA_LONG, 16, number(4));
      return as("fcntl", file(1), command, lock);
    }
  }

  private String testLock() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment lock = arena.allocate(32, 8);
      long answer = lock(words[0].equals("getlk") ? 5 : 36, lock);
      int pid = lock.get(ValueLayout.JAVA_INT, 24);
      return "%d type %d from %d for %d by %s"
          .formatted(
              answer,
              lock.get(ValueLayout.JAVA_SHORT, 0),
              lock.get(ValueLayout.JAVA_LONG, 8),
              lock.get(ValueLayout.JAVA_LONG, 16),
              pid == ProcessHandle.current().pid() ? "this process" : pid);
    }
  }

  private String readLink() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target = arena.allocate(5000);
      long bytes = as("readlinkat", directory, text(1), target, 5000);
      return bytes < 0 ? "" + bytes : PosixFacts.show(target.asSlice(0, bytes));
    }
  }

  private String list() throws IOException {
    List<String> names = new ArrayList<>();
    try (var all = Files.list(root.resolve(text(1)))) {
      all.forEach(path -> names.add(path.getFileName().toString()));
    }
    names.sort(null);
    return names.toString();
  }

  /** {@code read FILE BYTES}, {@code pread FILE BYTES OFFSET}. */
  private String read() {
    try (Arena arena = Arena.ofConfined()) {
      long room = number(2);
      MemorySegment content = arena.allocate(Math.max(1, room), 4096);
      long bytes =
          words[0].equals("read")
              ? as("read", file(1), content, room)
              : as("pread", file(1), content, room, number(3));
      return bytes < 0 ? "" + bytes : PosixFacts.show(content.asSlice(0, bytes));
    }
  }

  /** {@code getxattr FILE NAME ROOM}, {@code listxattr FILE ROOM}. */
  private String xattr() {
    boolean list = words[0].equals("listxattr");
    long room = number(list ? 2 : 3);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(Math.max(1, room));
      long bytes =
          list
              ? as("listxattr", path(1), value, room)
              : as("getxattr", path(1), text(2), value, room);
      if (bytes < 0 || room == 0) {
        return "" + bytes;
      }
      String shown = PosixFacts.show(value.asSlice(0, bytes));
      String names = shown.substring(shown.indexOf(':') + 1);
      return list ? Arrays.stream(names.split("~")).sorted().toList().toString() : shown;
    }
  }

  private String shell(String command) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>();
    if (user != Libc.User.ROOT) {
      all.addAll(List.of("setpriv", "--reuid=" + user.uid(), "--regid=" + user.gid()));
      List<String> groups = user.groups().stream().map(String::valueOf).toList();
      all.add(groups.isEmpty() ? "--clear-groups" : "--groups=" + String.join(",", groups));
    }
    all.addAll(List.of("sh", "-c", command));
    Process process =
        new ProcessBuilder(all).directory(root.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() + " " + said.strip().replace(root.toString(), "ROOT");
  }

  /**
   * {@code mark FILE...}, an act, and {@code moved FILE...} tells which times the act has moved.
   */
  private String mark() throws InterruptedException {
    marked.clear();
    for (int i = 1; i < words.length; i++) {
      marked.put(words[i], PosixFacts.times(directory, text(i)));
    }
    TimeUnit.MILLISECONDS.sleep(TICK_MILLIS); // steps of the control's clock on older kernels
    return "";
  }

  private String moved() {
    StringBuilder all = new StringBuilder();
    for (int i = 1; i < words.length; i++) {
      List<String> now = PosixFacts.times(directory, text(i));
      List<String> before = marked.getOrDefault(words[i], now);
      all.append(String.format(Locale.ROOT, "%s:", words[i]));
      all.append(now.get(0).equals(before.get(0)) ? "-" : "m");
      all.append(now.get(1).equals(before.get(1)) ? "- " : "c ");
    }
    return all.toString();
  }
}
