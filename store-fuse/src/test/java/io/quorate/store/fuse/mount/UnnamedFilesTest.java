package io.quorate.store.fuse.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** O_TMPFILE, and linkat(2) of what it opens. */
final class UnnamedFilesTest {
  private static final int O_TMPFILE = 020200000;
  private static final int O_EXCL = 0200;
  private static final int AT_SYMLINK_FOLLOW = 0x400;
  private static final int ENOENT = 2;

  @TempDir(cleanup = CleanupMode.NEVER)
  private static Path temporary;

  private static MountPair mounts;

  @BeforeAll
  static void mount() throws Exception {
    mounts = MountPair.start("unnamed", temporary);
  }

  @AfterAll
  static void unmount() throws Exception {
    if (mounts != null) {
      mounts.close();
    }
  }

  private static Path here(String name) {
    return mounts.first().directory().resolve(name);
  }

  private static Path there(String name) {
    return mounts.second().directory().resolve(name);
  }

  private static long unnamed(Path directory, int more) {
    long descriptor = Libc.call("open", directory.toString(), O_TMPFILE | Libc.O_RDWR | more, 0640);
    assertTrue(descriptor >= 0, "open answered " + descriptor);
    return descriptor;
  }

  private static void write(long descriptor, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment content = arena.allocate(bytes.length).copyFrom(MemorySegment.ofArray(bytes));
      assertEquals(bytes.length, Libc.callLong("write", descriptor, content, bytes.length));
    }
  }

  private static long link(long descriptor, Path name) {
    return Libc.call(
        "linkat",
        Libc.AT_FDCWD,
        "/proc/self/fd/" + descriptor,
        Libc.AT_FDCWD,
        name.toString(),
        AT_SYMLINK_FOLLOW);
  }

  private static long inodes(Path directory) throws Exception {
    Process stat = new ProcessBuilder("stat", "-f", "-c", "%c %d", directory.toString()).start();
    String[] both = new String(stat.getInputStream().readAllBytes()).strip().split(" ");
    return Long.parseLong(both[0]) - Long.parseLong(both[1]);
  }

  private static void awaitInodes(long count) throws Exception {
    while (inodes(there(".")) != count) {
      Thread.sleep(50);
    }
  }

  @Test
  void whatGetsANameIsThereElsewhereWithAllThatWasWritten() throws IOException {
    long descriptor = unnamed(mounts.first().directory(), 0);
    try {
      write(descriptor, "written before it had a name");
      assertEquals(0, link(descriptor, here("named")));
      assertEquals("written before it had a name", Files.readString(there("named")));
      assertEquals(
          "1 640",
          Files.getAttribute(there("named"), "unix:nlink")
              + " "
              + Integer.toOctalString(
                  (int) Files.getAttribute(there("named"), "unix:mode") & 0777));
      write(descriptor, ", and after");
      assertEquals(-17, link(descriptor, here("named")), "the name is taken");
      assertEquals(0, link(descriptor, here("second")));
    } finally {
      Libc.close(descriptor);
    }
    assertEquals("written before it had a name, and after", Files.readString(there("named")));
    assertEquals(2, Files.getAttribute(there("second"), "unix:nlink"));
  }

  @Test
  void oneThatIsExclusiveGetsNoName() {
    long descriptor = unnamed(mounts.first().directory(), O_EXCL);
    try {
      assertEquals(-ENOENT, link(descriptor, here("never")));
    } finally {
      Libc.close(descriptor);
    }
  }

  @Test
  @Timeout(120)
  void whatGetsNoNameIsGoneWhenItIsClosed() throws Exception {
    long before = inodes(there("."));
    long descriptor = unnamed(mounts.first().directory(), 0);
    write(descriptor, "for nobody");
    assertEquals(before + 1, inodes(there(".")));
    Libc.close(descriptor);
    awaitInodes(before);
  }

  @Test
  @Timeout(180)
  void whatAProcessThatIsKilledHadIsGone() throws Exception {
    long before = inodes(there("."));
    Path directory = temporary.resolve("killed");
    MountProcess killed = MountProcess.start(mounts.cluster(), 3, directory);
    long descriptor = unnamed(directory, 0);
    write(descriptor, "for nobody");
    assertEquals(before + 1, inodes(there(".")));
    killed.kill();
    awaitInodes(before);
    Libc.close(descriptor);
    killed.close();
    new ProcessBuilder("umount", "-l", directory.toString()).inheritIO().start().waitFor();
  }
}
