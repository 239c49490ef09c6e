package io.quorate.store.fuse.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.quorate.store.fuse.cluster.ProcessCluster;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Two peers' mounts, whose kernel may rely on what it was told for a day. */
@Timeout(120)
final class CoherentCacheTest {
  private static final String[] A_DAY = {"-o", "attr_timeout=86400,entry_timeout=86400"};

  @TempDir(cleanup = CleanupMode.NEVER)
  private static Path temporary;

  private static ProcessCluster cluster;
  private static MountProcess first;
  private static MountProcess second;

  @BeforeAll
  static void mount() throws Exception {
    MountProcess.assumePossible();
    cluster = ProcessCluster.create(ProcessCluster.Settings.temporary("coherent", 3, temporary));
    cluster.start();
    first = MountProcess.start(cluster, 1, temporary.resolve("first"), A_DAY);
    second = MountProcess.start(cluster, 2, temporary.resolve("second"), A_DAY);
  }

  @AfterAll
  static void unmount() throws Exception {
    try (var ignored = cluster;
        MountProcess one = first;
        MountProcess two = second) {
      // Closed in the reverse order.
    }
  }

  private static Path here(String name) {
    return first.directory().resolve(name);
  }

  private static Path there(String name) {
    return second.directory().resolve(name);
  }

  private static String sh(Path directory, String line) throws IOException {
    Process shell =
        new ProcessBuilder("sh", "-c", line)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    return new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }

  /** What a line says on the second mount, in the end. */
  private static void await(String expected, String line) throws Exception {
    while (!sh(second.directory(), line).equals(expected)) {
      Thread.sleep(20);
    }
  }

  @Test
  void contentAndSize() throws Exception {
    Files.writeString(here("content"), "one");
    assertEquals(
        "one 3", sh(second.directory(), "cat content; stat -c ' %s' content").replace("\n", ""));
    Files.writeString(here("content"), "another");
    await("another 7", "printf '%s ' $(cat content); stat -c %s content");
    sh(first.directory(), "printf more >> content");
    await("anothermore", "cat content");
  }

  @Test
  void contentOfAFileThatStaysOpen() throws Exception {
    Files.writeString(here("open"), "one");
    Process reader =
        new ProcessBuilder(
                "sh", "-c", "exec 5< open; until [ \"$(cat /proc/self/fd/5)\" = two ]; do :; done")
            .directory(second.directory().toFile())
            .start();
    try {
      assertEquals("one", Files.readString(there("open")));
      Files.writeString(here("open"), "two");
      assertEquals(0, reader.waitFor());
    } finally {
      reader.destroyForcibly();
    }
  }

  @Test
  void modeOwnerAndTimes() throws Exception {
    sh(first.directory(), "touch -d @5 mode; chmod 640 mode");
    assertEquals("640 0 5", sh(second.directory(), "stat -c '%a %u %Y' mode"));
    sh(first.directory(), "chmod 600 mode");
    await("600 0 5", "stat -c '%a %u %Y' mode");
    sh(first.directory(), "chown 7 mode; touch -d @9 mode");
    await("600 7 9", "stat -c '%a %u %Y' mode");
  }

  @Test
  void names() throws Exception {
    sh(first.directory(), "mkdir d; echo a > d/a; echo b > d/b");
    assertEquals(
        "a", sh(second.directory(), "ls d > /dev/null; cat d/a; stat d/a d/b > /dev/null"));
    assertNotEquals("", sh(second.directory(), "test -e d/c || echo absent"));
    sh(first.directory(), "mv d/a d/c");
    await("a absent", "printf '%s ' $(cat d/c 2> /dev/null); test -e d/a || echo absent");
    sh(first.directory(), "mv d/b d/c");
    await("b", "cat d/c");
    assertEquals("c", sh(second.directory(), "ls d"));
    sh(first.directory(), "rm d/c");
    await("absent", "test -e d/c || echo absent");
    sh(first.directory(), "mkdir d/e");
    await("3", "stat -c %h d");
    sh(first.directory(), "rmdir d/e d; echo file > d");
    await("file", "cat d");
  }

  /** What this mount itself does comes back as a change. */
  @Test
  void aWorkingDirectoryStays() throws Exception {
    String expected = second.directory() + "/w/d";
    Process shell =
        new ProcessBuilder(
                "sh",
                "-c",
                "mkdir w; cd w; for i in $(seq 50); do mkdir d; cd d; /bin/pwd; cd ..; rmdir d;"
                    + " done; mkdir d; cd d; until [ -e done ]; do :; done; /bin/pwd")
            .directory(second.directory().toFile())
            .redirectErrorStream(true)
            .start();
    try {
      BufferedReader said = shell.inputReader(StandardCharsets.UTF_8);
      for (int i = 0; i < 50; i++) {
        assertEquals(expected, said.readLine());
      }
      while (!Files.exists(here("w/d"))) {
        Thread.sleep(20);
      }
      Files.createFile(here("w/d/done"));
      assertEquals(expected, said.readLine());
      assertEquals(0, shell.waitFor());
    } finally {
      shell.destroyForcibly();
    }
  }

  @Test
  void furtherNames() throws Exception {
    Files.writeString(here("linked"), "x");
    assertEquals("1", sh(second.directory(), "stat -c %h linked"));
    sh(first.directory(), "ln linked further");
    await("2", "stat -c %h linked");
    sh(first.directory(), "rm linked");
    await("1", "stat -c %h further");
  }

  @Test
  void aRootDirectory() throws Exception {
    sh(first.directory(), "chmod 755 .");
    await("755", "stat -c %a .");
    sh(first.directory(), "chmod 700 .");
    await("700", "stat -c %a .");
  }
}
