package io.quorate.store.fuse.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.fuse.cluster.ProcessCluster;
import io.quorate.store.fuse.kernel.Device;
import io.quorate.store.fuse.kernel.MountTable;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** {@code quorate mount} and {@code umount} as an operator uses them. */
@Timeout(120)
final class MountCommandTest {
  @TempDir(cleanup = CleanupMode.NEVER)
  private static Path temporary;

  private static ProcessCluster cluster;

  /** What a command said and how it ended. */
  private record Outcome(int status, String said) {}

  @BeforeAll
  static void start() throws Exception {
    MountProcess.assumePossible();
    cluster = ProcessCluster.create(ProcessCluster.Settings.temporary("commands", 3, temporary));
    cluster.start();
  }

  @AfterAll
  static void stop() throws Exception {
    // What a test that failed has left. The process in the background ends with its mount.
    for (String name : List.of("background", "beside", "all", "shown")) {
      while (cluster != null && MountTable.find(temporary.toRealPath().resolve(name)) != null) {
        Device.unmount(temporary.resolve(name).toString());
      }
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  private static Outcome run(List<String> words) throws Exception {
    Path said = Files.createTempFile(temporary, "said", "");
    // To a file: what goes on in the background has no hold on it, and on a pipe it would.
    Process process =
        new ProcessBuilder(words)
            .directory(temporary.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    int status = process.waitFor();
    return new Outcome(status, Files.readString(said));
  }

  private static Outcome mount(Object... words) throws Exception {
    List<String> all = new ArrayList<>(List.of("mount", "-c", cluster.clientFile().toString()));
    for (Object word : words) {
      all.add(word.toString());
    }
    return run(MountProcess.quorate(all.toArray(String[]::new)));
  }

  private static void unmount(Path directory) throws Exception {
    Outcome outcome = run(MountProcess.quorate("umount", directory.toString()));
    assertEquals(new Outcome(0, ""), outcome);
    assertNull(MountTable.find(directory.toRealPath()));
  }

  private static Path directory(String name) throws IOException {
    return Files.createDirectory(temporary.resolve(name));
  }

  @Test
  void itReturnsWhenMountedAndRefusesToMountOverIt() throws Exception {
    Path directory = directory("background");
    Outcome outcome = mount(directory);
    assertEquals(new Outcome(0, "mounted on " + directory.toRealPath() + "\n"), outcome);
    assertEquals("fuse.quorate", MountTable.find(directory.toRealPath()).type());
    Files.writeString(directory.resolve("file"), "content");
    Outcome again = mount(directory);
    assertEquals(2, again.status());
    assertTrue(again.said().contains("something is mounted there already"), again.said());
    assertEquals("content", Files.readString(directory.resolve("file")));
    unmount(directory);
    assertFalse(Files.exists(directory.resolve("file")));
    Outcome none = run(MountProcess.quorate("umount", directory.toString()));
    assertEquals(2, none.status());
  }

  @Test
  void optionsShowATreeAsTheySay() throws Exception {
    Path all = directory("all");
    assertEquals(0, mount(all).status());
    Path top = Files.createDirectories(all.resolve("top/inner"));
    Files.writeString(top.resolve("file"), "content");
    Path shown = directory("shown");
    Outcome outcome = mount("-o", "ro,subdir=/top,uid=7,gid=8", "-o", "umask=077", shown);
    assertEquals(0, outcome.status(), outcome.said());
    Path file = shown.resolve("inner/file");
    assertEquals("content", Files.readString(file));
    assertEquals(7, Files.getAttribute(file, "unix:uid"));
    assertEquals(8, Files.getAttribute(shown, "unix:gid"));
    assertEquals(
        "rwx------",
        PosixFilePermissions.toString(
            Files.getPosixFilePermissions(shown, LinkOption.NOFOLLOW_LINKS)));
    assertEquals(
        "Read-only file system",
        assertThrows(FileSystemException.class, () -> Files.delete(file)).getReason());
    // The same file through both, moved within one.
    Files.move(all.resolve("top/inner"), all.resolve("top/moved"));
    assertEquals("content", Files.readString(shown.resolve("moved/file")));
    unmount(shown);
    unmount(all);
  }

  @Test
  void whatCanNotBeMountedIsRefusedWithTheReason() throws Exception {
    Path file = Files.writeString(temporary.resolve("file"), "no directory");
    String[][] wrong = {
      {file.toString(), "not a directory"},
      {temporary.resolve("missing").toString(), "does not exist"},
      {"-o", "fast", temporary.toString(), "there is no mount option 'fast'"},
      {"-o", "subdir=/nowhere", temporary.toString(), "'/nowhere' does not exist"}
    };
    for (String[] words : wrong) {
      Outcome outcome = mount((Object[]) java.util.Arrays.copyOf(words, words.length - 1));
      assertEquals(2, outcome.status(), outcome.said());
      assertTrue(outcome.said().contains(words[words.length - 1]), outcome.said());
    }
    assertNull(MountTable.find(temporary.toRealPath()));
  }

  /**
   * With a device of the same kernel that everybody may open, as distributions set it up; in a
   * namespace of its own, so that nobody else sees it. The user is "nobody", who has a name, which
   * fusermount3 asks for, and may read all files, else a class path below root's home would be out
   * of reach. Then the words that run the program.
   */
  private static final String AS_A_USER =
      """
      scratch=$1 directory=$2 configuration=$3; shift 3
      trap 'umount -l "$directory" 2>/dev/null || :' EXIT
      mount -t tmpfs -o mode=755 scratch "$scratch"
      mknod -m 666 "$scratch/fuse" c 10 229
      mount --bind "$scratch/fuse" /dev/fuse
      user() {
        setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=+dac_read_search \
            --ambient-caps=+dac_read_search "$@"
      }
      echo written by root | "$@" put -q -c "$configuration" - /of-root
      user "$@" mount -c "$configuration" "$directory"
      grep " $directory fuse" /proc/self/mounts
      user cat "$directory/of-root"
      user "$@" umount "$directory"
      if grep " $directory fuse" /proc/self/mounts; then echo still mounted; exit 1; fi
      """;

  @Test
  void aUserMountsThroughFusermount() throws Exception {
    Assumptions.assumeTrue(Files.exists(Path.of("/usr/bin/fusermount3")), "no fusermount3");
    Path home = Files.createTempDirectory("quorate-user");
    Path directory = Files.createDirectory(home.resolve("mount"));
    for (String name : List.of("client.conf", "cluster.key")) {
      Files.copy(cluster.clientFile().resolveSibling(name), home.resolve(name));
      Libc.call("chown", home.resolve(name).toString(), 65534, 65534);
    }
    Libc.call("chown", directory.toString(), 65534, 65534);
    Libc.call("chmod", home.toString(), 0755);
    List<String> words =
        new ArrayList<>(List.of("unshare", "--mount", "sh", "-eu", "-c", AS_A_USER, "sh"));
    words.add(Files.createDirectory(home.resolve("scratch")).toString());
    words.add(directory.toString());
    words.add(home + "/client.conf");
    words.addAll(MountProcess.quorate());
    Outcome outcome = run(words);
    assertEquals(0, outcome.status(), outcome.said());
    assertTrue(outcome.said().contains("written by root"), outcome.said());
  }

  @Test
  void aPeerServesAMountAndTakesItAwayWhenItIsToldToEnd() throws Exception {
    Path directory = directory("beside");
    Path configurations = directory("alone");
    String address;
    try (ServerSocket free = new ServerSocket(0)) {
      address = "127.0.0.1:" + free.getLocalPort();
    }
    List<String> init =
        MountProcess.quorate("init", "--dir", configurations + "/c", "--peers", address);
    assertEquals(0, run(init).status());
    Process peer =
        new ProcessBuilder(
                MountProcess.quorate(
                    "serve", "--mount", directory.toString(), configurations + "/c/peer-1.conf"))
            .redirectErrorStream(true)
            .start();
    try (var lines = peer.inputReader(StandardCharsets.UTF_8)) {
      String line = lines.readLine();
      while (line != null && !line.startsWith("mounted on ")) {
        line = lines.readLine();
      }
      assertNotNull(line);
      Files.writeString(directory.resolve("file"), "content");
      assertEquals("content", Files.readString(directory.resolve("file")));
      peer.destroy();
      assertEquals(143, peer.waitFor());
      assertNull(MountTable.find(directory.toRealPath()));
    } finally {
      peer.destroyForcibly();
    }
  }
}
