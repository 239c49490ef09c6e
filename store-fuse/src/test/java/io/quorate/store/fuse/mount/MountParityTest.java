package io.quorate.store.fuse.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.quorate.store.fuse.cluster.ProcessCluster;
import io.quorate.store.fuse.cluster.Tmpfs;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Each case is run on the kernel's own file system in memory, and must go the same on a mount. */
final class MountParityTest {
  /** One that is not root, with no groups. */
  private static final String[] SOMEBODY = {
    "setpriv", "--reuid=65533", "--regid=65533", "--clear-groups", "sh", "-c"
  };

  private static final String[] KINDS = {"none", "file", "empty", "full", "link", "fifo"};
  private static final int UTIME_NOW = (1 << 30) - 1;
  private static final int UTIME_OMIT = (1 << 30) - 2;

  @TempDir(cleanup = CleanupMode.NEVER)
  private static Path temporary;

  private static ProcessCluster cluster;
  private static MountProcess mount;
  private static Tmpfs memory;

  @BeforeAll
  static void start() throws Exception {
    MountProcess.assumePossible();
    call(new String[] {"chmod"}, Path.of("/"), "755", temporary.toString());
    memory = new Tmpfs();
    memory.mount(temporary.resolve("control"), 64);
    cluster = ProcessCluster.create(ProcessCluster.Settings.temporary("parity", 3, temporary));
    cluster.start();
    mount = MountProcess.start(cluster, 1, temporary.resolve("mount"));
  }

  @AfterAll
  static void stop() throws Exception {
    try (Tmpfs ignored = memory;
        ProcessCluster alsoIgnored = cluster;
        MountProcess last = mount) {
      // Closed in the reverse order.
    }
  }

  private interface Case {
    void run(Path directory, List<String> seen) throws Exception;
  }

  /** Runs it on both, in an empty directory that everybody may use. */
  private static void same(Case one) throws Exception {
    List<List<String>> both = new ArrayList<>();
    for (Path top : List.of(temporary.resolve("control"), mount.directory())) {
      Path directory = Files.createTempDirectory(top, "case");
      Libc.call("chmod", directory.toString(), 0777);
      List<String> seen = new ArrayList<>();
      one.run(directory, seen);
      both.add(seen);
    }
    assertFalse(both.getFirst().isEmpty());
    assertEquals(String.join("\n", both.getFirst()), String.join("\n", both.getLast()));
  }

  private static String call(String[] user, Path directory, String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of(user));
    all.addAll(List.of(words));
    Process process =
        new ProcessBuilder(all).directory(directory.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() + " " + said.strip();
  }

  private static String facts(Path file) throws IOException {
    Map<String, Object> all = Files.readAttributes(file, "unix:*", LinkOption.NOFOLLOW_LINKS);
    Object size = Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS) ? "-" : all.get("size");
    return "%o links %s owner %s:%s size %s"
        .formatted(
            (Integer) all.get("mode"), all.get("nlink"), all.get("uid"), all.get("gid"), size);
  }

  private static String names(Path directory) throws IOException {
    try (Stream<Path> names = Files.list(directory)) {
      List<String> all = new ArrayList<>();
      for (Path name : names.sorted().toList()) {
        all.add(name.getFileName() + "=" + facts(name));
      }
      return all.toString();
    }
  }

  private static void make(String kind, Path at) throws IOException {
    switch (kind) {
      case "file" -> Files.writeString(at, kind);
      case "empty" -> Files.createDirectory(at);
      case "full" -> Files.createFile(Files.createDirectory(at).resolve("x"));
      case "link" -> Files.createSymbolicLink(at, Path.of("nowhere"));
      case "fifo" -> Libc.call("mkfifo", at.toString(), 0600);
      default -> {}
    }
  }

  @Test
  void renamesOfEachKindOverEachKind() throws Exception {
    same(
        (directory, seen) -> {
          for (int flags = 0; flags <= 3; flags++) {
            for (String from : KINDS) {
              for (String to : KINDS) {
                Path own = Files.createDirectory(directory.resolve(flags + from + to));
                make(from, own.resolve("a"));
                make(to, own.resolve("b"));
                long done =
                    Libc.call(
                        "renameat2",
                        Libc.AT_FDCWD,
                        own.resolve("a").toString(),
                        Libc.AT_FDCWD,
                        own.resolve("b").toString(),
                        flags);
                seen.add(flags + " " + from + " " + to + ": " + done + " " + names(own));
              }
            }
          }
        });
  }

  /** Which of mtime and ctime an act moves. */
  private static void moves(List<String> seen, String what, Runnable act, Path... files)
      throws Exception {
    List<Map<String, Object>> before = new ArrayList<>();
    for (Path file : files) {
      before.add(Files.readAttributes(file, "unix:lastModifiedTime,ctime"));
    }
    TimeUnit.MILLISECONDS.sleep(12); // the clock of the control has steps of 10 ms at worst
    act.run();
    for (int i = 0; i < files.length; i++) {
      Map<String, Object> after = Files.readAttributes(files[i], "unix:lastModifiedTime,ctime");
      Map<String, Object> was = before.get(i);
      seen.add(
          what
              + (was.get("lastModifiedTime").equals(after.get("lastModifiedTime")) ? " -" : " m")
              + (was.get("ctime").equals(after.get("ctime")) ? "-" : "c"));
    }
  }

  @Test
  void timesMove() throws Exception {
    same(
        (directory, seen) -> {
          Path file = Files.writeString(directory.resolve("file"), "content");
          Path other = Files.createDirectory(directory.resolve("other"));
          String name = file.toString();
          String moved = other.resolve("moved").toString();
          moves(seen, "chmod", () -> Libc.call("chmod", name, 0600), directory, file);
          moves(seen, "chown", () -> Libc.call("chown", name, 1, 1), directory, file);
          moves(seen, "chown none", () -> Libc.call("chown", name, -1, -1), file);
          moves(seen, "link", () -> Libc.call("link", name, moved), directory, other, file);
          moves(seen, "unlink", () -> Libc.call("unlink", moved), directory, other, file);
          moves(seen, "rename", () -> Libc.call("rename", name, moved), directory, other);
          moves(seen, "rename", () -> Libc.call("rename", moved, name), directory, other);
          moves(seen, "truncate", () -> Libc.call("truncate", name, 3), file);
          moves(seen, "truncate to the same", () -> Libc.call("truncate", name, 3), file);
          long descriptor = Libc.open(file, Libc.O_RDWR);
          moves(seen, "ftruncate", () -> Libc.call("ftruncate", descriptor, 9), file);
          moves(seen, "write", () -> Libc.callLong("write", descriptor, "text", 4), file);
          moves(seen, "write nothing", () -> Libc.callLong("write", descriptor, "", 0), file);
          Libc.close(descriptor);
          int empties = Libc.O_WRONLY | Libc.O_TRUNC;
          moves(seen, "open, truncate", () -> Libc.close(Libc.open(file, empties)), file);
          moves(seen, "of an empty one", () -> Libc.close(Libc.open(file, empties)), file);
          moves(seen, "set", () -> Libc.call("setxattr", name, "trusted.a", "1", 1, 0), file);
          moves(seen, "mkdir", () -> Libc.call("mkdir", directory + "/new", 0700), directory);
          moves(seen, "rmdir", () -> Libc.call("rmdir", directory + "/new"), directory);
        });
  }

  private static String times(Path file) throws IOException {
    Map<String, Object> all = Files.readAttributes(file, "lastAccessTime,lastModifiedTime");
    return all.get("lastAccessTime") + " " + all.get("lastModifiedTime");
  }

  @Test
  void timesAreSet() throws Exception {
    same(
        (directory, seen) -> {
          Path file = Files.createFile(directory.resolve("file"));
          long[][] all = {
            {0, 0, 0, 0},
            {-1, 999_999_999, -1_000_000_000L, 1},
            {4_294_967_296L, 5, 1L << 31, 6},
            {0, UTIME_OMIT, 7, 8},
            {9, 10, 0, UTIME_OMIT},
            {0, UTIME_OMIT, 0, UTIME_OMIT},
            {1, 1_000_000_000, 1, 1}
          };
          try (Arena arena = Arena.ofConfined()) {
            for (long[] one : all) {
              MemorySegment words = arena.allocateFrom(ValueLayout.JAVA_LONG, one);
              seen.add(Libc.call("utimensat", -100, file.toString(), words, 0) + " " + times(file));
            }
            // Now, while writes are not published yet.
            long descriptor = Libc.open(file, Libc.O_RDWR);
            Libc.callLong("write", descriptor, "text", 4);
            MemorySegment now =
                arena.allocateFrom(ValueLayout.JAVA_LONG, 0, UTIME_NOW, 0, UTIME_NOW);
            seen.add("" + Libc.call("futimens", descriptor, now));
            long modified = Files.getLastModifiedTime(file).toMillis();
            seen.add("" + (Math.abs(System.currentTimeMillis() - modified) < 60_000));
            MemorySegment then = arena.allocateFrom(ValueLayout.JAVA_LONG, 1, 2, 3, 4);
            seen.add(Libc.call("futimens", descriptor, then) + " " + times(file));
            Libc.close(descriptor);
            seen.add(times(file));
          }
        });
  }

  @Test
  void privilegesGoWithTheWritesOfOthers() throws Exception {
    String[] acts = {
      "printf x >> file",
      ": > file",
      "truncate -s 1 file",
      "fallocate -l 100 file",
      "chgrp 65533 file",
      "chmod 6755 file",
      "cat file"
    };
    same(
        (directory, seen) -> {
          for (int mode : new int[] {06777, 06767, 04755, 02755}) {
            for (String act : acts) {
              Path file = Files.writeString(directory.resolve("file"), "some content");
              Libc.call("chown", file.toString(), 65533, 65533);
              Libc.call("chmod", file.toString(), mode);
              String done = call(SOMEBODY, directory, act);
              seen.add("%o %s: %s %s".formatted(mode, act, done, facts(file)));
              Files.delete(file);
            }
          }
          Path file = Files.createFile(directory.resolve("file"));
          // Before the first is published.
          long descriptor = Libc.open(file, Libc.O_RDWR);
          Libc.callLong("write", descriptor, "text", 4);
          Libc.call("fchmod", descriptor, 06755);
          seen.add(facts(file));
          Libc.call("fchown", descriptor, 1, 1);
          seen.add(facts(file));
          Libc.close(descriptor);
          seen.add(facts(file));
        });
  }

  @Test
  void aSetgidDirectoryGivesItsGroupAndAStickyOneKeepsNames() throws Exception {
    same(
        (directory, seen) -> {
          Path group = Files.createDirectory(directory.resolve("group"));
          Libc.call("chown", group.toString(), 0, 77);
          Libc.call("chmod", group.toString(), 02777);
          seen.add(
              call(SOMEBODY, group, "umask 027; mkdir d; : > f; ln -s x l; mkfifo p; chmod g+s f"));
          seen.add(names(group));
          Path sticky = Files.createDirectory(directory.resolve("sticky"));
          Libc.call("chmod", sticky.toString(), 01777);
          Files.createFile(sticky.resolve("theirs"));
          Files.createDirectory(sticky.resolve("directory"));
          seen.add(call(SOMEBODY, sticky, ": > own; rm own; rm -f theirs; mv theirs x"));
          seen.add(call(SOMEBODY, sticky, "rmdir directory; : > own; mv own theirs"));
          seen.add(names(sticky));
        });
  }

  @Test
  void holesAndAllocation() throws Exception {
    same(
        (directory, seen) -> {
          long file = Libc.open(directory.resolve("file"), Libc.O_RDWR | Libc.O_CREAT);
          Libc.callLong("pwrite", file, "x".repeat(4096), 4096, 65_536);
          for (long offset : new long[] {-1, 0, 65_536, 65_537, 69_632, 70_000}) {
            seen.add(offset + " data " + Libc.callLong("lseek", file, offset, 3));
            seen.add(offset + " hole " + Libc.callLong("lseek", file, offset, 4));
          }
          long[][] ranges = {{0, 8192}, {65_536, 4096}, {65_540, 10}, {200_000, 100}, {0, 0}};
          for (int mode : new int[] {0, 1, 2, 3, 16, 17}) {
            for (long[] range : ranges) {
              long done = Libc.call("fallocate", file, mode, range[0], range[1]);
              // The control can not zero a range.
              seen.add(mode >= 16 ? "" : mode + " at " + range[0] + ": " + done);
              seen.add(mode >= 16 ? "" : facts(directory.resolve("file")));
            }
          }
          Libc.close(file);
          long reader = Libc.open(directory.resolve("file"), Libc.O_RDONLY);
          seen.add("" + Libc.call("fallocate", reader, 0, 0, 1));
          Libc.close(reader);
        });
  }

  @Test
  void directoriesAreReadFromAPlaceOn() throws Exception {
    same(
        (directory, seen) -> {
          for (int i = 0; i < 1200; i++) {
            Files.createFile(directory.resolve("file-" + i));
          }
          long stream = Libc.callLong("opendir", directory.toString());
          List<Long> places = new ArrayList<>();
          List<String> names = new ArrayList<>();
          for (String name = next(stream); name != null; name = next(stream)) {
            names.add(name);
            places.add(Libc.callLong("telldir", stream));
          }
          seen.add(names.size() + " " + names.stream().distinct().count());
          for (int i : new int[] {0, 5, 600, 1100}) {
            Libc.callLong("seekdir", stream, places.get(i));
            seen.add(i + " " + names.get(i + 1).equals(next(stream)));
          }
          // What was before a place is removed, the entry at it, too.
          for (String name : names.subList(100, 900)) {
            Files.deleteIfExists(directory.resolve(name.startsWith(".") ? "none" : name));
          }
          Libc.callLong("seekdir", stream, places.get(899));
          List<String> rest = new ArrayList<>();
          for (String name = next(stream); name != null; name = next(stream)) {
            rest.add(name);
          }
          seen.add("" + rest.equals(names.subList(900, names.size())));
          Libc.callLong("closedir", stream);
        });
  }

  private static String next(long stream) {
    long entry = Libc.callLong("readdir", stream);
    return entry == 0 ? null : MemorySegment.ofAddress(entry).reinterpret(300).getString(19);
  }

  @Test
  void extendedAttributes() throws Exception {
    same(
        (directory, seen) -> {
          String file = Files.createFile(directory.resolve("file")).toString();
          for (String name : List.of("user.a", "trusted.a", "trusted.", "bogus.a", "user")) {
            // Memory has no attributes of users on older kernels.
            String space = name.equals("user.a") ? "trusted.b" : name;
            for (int flags : new int[] {2, 1, 1, 2, 0, 3}) {
              seen.add(space + flags + Libc.call("setxattr", file, space, "value", 5, flags));
            }
          }
          try (Arena arena = Arena.ofConfined()) {
            MemorySegment room = arena.allocate(100);
            seen.add("" + Libc.callLong("getxattr", file, "trusted.a", room, 100));
            seen.add("" + Libc.callLong("getxattr", file, "trusted.a", room, 4));
            seen.add("" + Libc.callLong("getxattr", file, "trusted.a", room, 0));
            seen.add("" + Libc.callLong("getxattr", file, "trusted.none", room, 9));
            seen.add("" + Libc.callLong("listxattr", file, room, 3));
          }
          seen.add("" + Libc.call("removexattr", file, "trusted.a"));
          seen.add("" + Libc.call("removexattr", file, "trusted.a"));
        });
  }

  @Test
  void locksThatAreWaitedForAreGivenUp() throws Exception {
    same(
        (directory, seen) -> {
          String[] shell = {"sh", "-c"};
          // One holds it while the other waits: until it is told to end, and until it is free.
          seen.add(
              call(
                  shell,
                  directory,
                  "flock f sh -c ': > held; sleep 3' & while [ ! -e held ]; do sleep 0.05; done;"
                      + " timeout 0.5 flock f true; echo $?; flock -n f true; echo $?;"
                      + " flock f echo free; wait"));
        });
  }
}
