package io.quorate.store.fuse.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** What is done on a mount of one peer shows on that of another. */
final class TwoMountsTest {
  private static final int F_GETLK = 5;
  private static final int F_OFD_GETLK = 36;
  private static final short F_WRLCK = 1;

  @TempDir(cleanup = CleanupMode.NEVER)
  private static Path temporary;

  private static MountPair mounts;

  @BeforeAll
  static void mount() throws Exception {
    mounts = MountPair.start("mounts", temporary);
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

  @Test
  void aClosedFileIsThereElsewhere() throws IOException {
    Files.writeString(here("closed"), "one");
    assertEquals("one", Files.readString(there("closed")));
    Files.writeString(there("closed"), "two, longer");
    assertEquals("two, longer", Files.readString(here("closed")));
    assertEquals(11, Files.size(here("closed")));
  }

  @Test
  void theKernelReadsAheadAsMuchAsItMayAskForAtATime() throws IOException {
    long device = (Long) Files.getAttribute(mounts.first().directory(), "unix:dev");
    long minor = (device & 0xff) | ((device >>> 12) & 0xfff00);
    Path setting = Path.of("/sys/class/bdi/0:" + minor + "/read_ahead_kb");
    assumeTrue(Files.isWritable(setting), "needs root and a /sys that can be written");
    assertEquals("1024", Files.readString(setting).strip());
  }

  @Test
  void namesShowAtOnce() throws IOException {
    Files.createDirectory(here("names"));
    assertThrows(FileAlreadyExistsException.class, () -> Files.createDirectory(there("names")));
    Files.createFile(here("names/a"));
    Files.move(there("names/a"), there("names/b"));
    assertFalse(Files.exists(here("names/a")));
    try (Stream<Path> names = Files.list(here("names"))) {
      assertEquals(List.of(here("names/b")), names.toList());
    }
    Files.delete(there("names/b"));
    assertThrows(NoSuchFileException.class, () -> Files.size(here("names/b")));
  }

  @Test
  void forcedWritesShowWhileTheFileIsOpen() throws IOException {
    try (FileChannel channel =
        FileChannel.open(here("forced"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap("abc".getBytes()));
      channel.force(true);
      assertEquals("abc", Files.readString(there("forced")));
    }
  }

  @Test
  void appendsOfTwoDoNotOverwriteEachOther() throws IOException {
    for (int i = 0; i < 10; i++) {
      Files.writeString(
          i % 2 == 0 ? here("log") : there("log"),
          i + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    }
    assertEquals("0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n", Files.readString(here("log")));
  }

  @Test
  void aLockHoldsElsewhere() throws IOException {
    Files.createFile(here("locked"));
    try (FileChannel one = FileChannel.open(here("locked"), StandardOpenOption.WRITE);
        FileChannel two = FileChannel.open(there("locked"), StandardOpenOption.WRITE)) {
      FileLock held = one.lock();
      assertNull(two.tryLock(), "it is held on the other mount");
      held.release();
      assertNotNull(two.tryLock());
    }
  }

  /** Processes are told by number where that number means something: on the mount they use. */
  @Test
  void aProcessElsewhereHasNoNumber() throws IOException {
    Files.createFile(here("held"));
    try (FileChannel one = FileChannel.open(here("held"), StandardOpenOption.WRITE);
        Arena arena = Arena.ofConfined()) {
      FileLock held = one.lock(3, 4, false);
      long two = Libc.call("open", there("held").toString(), Libc.O_RDWR, 0);
      for (Map.Entry<Integer, Integer> asked : Map.of(F_GETLK, 0, F_OFD_GETLK, -1).entrySet()) {
        MemorySegment flock = arena.allocate(32, 8);
        flock.set(ValueLayout.JAVA_SHORT, 0, F_WRLCK);
        assertEquals(0, Libc.call("fcntl", two, asked.getKey(), flock));
        assertEquals(F_WRLCK, flock.get(ValueLayout.JAVA_SHORT, 0));
        assertEquals(3, flock.get(ValueLayout.JAVA_LONG, 8));
        assertEquals(4, flock.get(ValueLayout.JAVA_LONG, 16));
        assertEquals(asked.getValue(), flock.get(ValueLayout.JAVA_INT, 24));
      }
      assertEquals(0, Libc.call("close", two));
      held.release();
    }
  }

  @Test
  void whatWasWrittenUnderALockShowsToWhoeverHasItNext() throws IOException {
    try (FileChannel one =
            FileChannel.open(
                here("handed-on"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileChannel two =
            FileChannel.open(
                there("handed-on"), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      FileLock held = one.lock();
      one.write(ByteBuffer.wrap("abc".getBytes()));
      held.release();
      assertNotNull(two.tryLock());
      ByteBuffer content = ByteBuffer.allocate(10);
      assertEquals(3, two.read(content), "it is published before others get the lock");
    }
  }

  /** Through the last one it would be published a moment later all the same. */
  @Test
  void theCloseOfAnyDescriptorShowsWhatWasWritten() throws IOException {
    long first = Libc.call("open", here("shared").toString(), Libc.O_WRONLY | Libc.O_CREAT, 0644);
    long second = Libc.call("dup", first);
    assertEquals(3, Libc.call("write", first, "abc", 3));
    assertEquals(0, Libc.call("close", second));
    assertEquals("abc", Files.readString(there("shared")));
    assertEquals(0, Libc.call("close", first));
  }

  @Test
  void mappedMemoryReachesTheOther() throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            here("mapped"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      MappedByteBuffer memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, 8192);
      memory.put(5000, (byte) 7);
      memory.force();
      channel.force(true);
    }
    assertEquals(7, Files.readAllBytes(there("mapped"))[5000]);
  }

  @Test
  void anUnlinkedFileStaysForWhoHasItOpen() throws IOException {
    Files.writeString(here("unlinked"), "still here");
    try (FileChannel channel = FileChannel.open(here("unlinked"), StandardOpenOption.READ)) {
      Files.delete(there("unlinked"));
      ByteBuffer content = ByteBuffer.allocate(100);
      assertEquals(10, channel.read(content));
    }
  }

  @Test
  void theApiSeesWhatTheMountWroteAndTheReverse() throws Exception {
    try (Store store = mounts.cluster().connectTo(3, StoreOptions.defaults())) {
      Files.writeString(here("from-mount"), "mount");
      assertEquals("mount", Files.readString(store.path("/from-mount")));
      Files.writeString(store.path("/from-api"), "api");
      assertEquals("api", Files.readString(there("from-api")));
    }
  }

  @Test
  void aMountWhoseProcessWasKilledIsReplaced() throws Exception {
    Path directory = temporary.resolve("killed");
    MountProcess killed = MountProcess.start(mounts.cluster(), 3, directory);
    Files.writeString(directory.resolve("before"), "acknowledged");
    killed.kill();
    assertThrows(IOException.class, () -> Files.readString(directory.resolve("before")));
    try (MountProcess again = MountProcess.start(mounts.cluster(), 3, directory)) {
      assertEquals("acknowledged", Files.readString(again.directory().resolve("before")));
      assertEquals(143, again.stop(), "SIGTERM unmounts");
    }
    assertFalse(Files.exists(directory.resolve("before")), "nothing is mounted any more");
  }
}
