package io.quorate.store.world;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What only an operating system can show: locks between processes, blocks, interrupts. */
@EnabledOnOs(OS.LINUX)
final class RealDiskTest {
  private static final Path TMPFS = Path.of("/dev/shm");

  @TempDir Path temporary;
  private final RealWorld world = RealWorld.create();

  @AfterEach
  void endThreads() {
    world.close();
  }

  /** Holds a directory until its standard input ends. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] args) throws Exception {
      try (RealWorld world = RealWorld.create()) {
        Disk disk = world.openDisk(Path.of(args[0]));
        System.out.println("open");
        System.in.read();
        disk.close();
      } catch (IOException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  private Process hold(Path directory) throws IOException {
    return new ProcessBuilder(
            ProcessHandle.current().info().command().orElseThrow(),
            "-Xmx64m",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Holder.class.getName(),
            directory.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  @Test
  void aSecondProcessIsToldWhoHoldsTheDirectory() throws Exception {
    Path directory = temporary.resolve("data");
    Process first = hold(directory);
    assertEquals("open", first.inputReader(UTF_8).readLine());
    IOException refused = assertThrows(IOException.class, () -> world.openDisk(directory));
    assertEquals(
        "data directory "
            + directory
            + " is in use by process "
            + first.pid()
            + "; stop it first, or give this peer a directory of its own",
        refused.getMessage());
    first.destroyForcibly().waitFor();
    try (Disk disk = world.openDisk(directory)) {
      // A second attempt in this process must not release the lock of the first.
      assertThrows(IOException.class, () -> world.openDisk(directory));
      Process second = hold(directory);
      String answer = second.inputReader(UTF_8).readLine();
      assertTrue(answer.contains("process " + ProcessHandle.current().pid()), answer);
      second.waitFor();
      assertEquals(List.of(), disk.list());
    }
  }

  @Test
  void filesHaveTheirBlocksAtOnce() throws Exception {
    allocatesBlocks(temporary.resolve("data"));
    if (Files.isDirectory(TMPFS)) {
      Path directory = Files.createTempDirectory(TMPFS, "quorate-test");
      try {
        allocatesBlocks(directory);
      } finally {
        try (Stream<Path> files = Files.walk(directory)) {
          for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(file);
          }
        }
      }
    }
  }

  private void allocatesBlocks(Path directory) throws Exception {
    int sizeBytes = 8 << 20;
    try (Disk disk = world.openDisk(directory);
        DiskFile file = disk.create("a", sizeBytes)) {
      Process stat =
          new ProcessBuilder("stat", "-c", "%b %B %s", directory.resolve("a").toString()).start();
      String[] fields = stat.inputReader(UTF_8).readLine().split(" ");
      long allocated = Long.parseLong(fields[0]) * Long.parseLong(fields[1]);
      assertTrue(allocated >= sizeBytes, allocated + " bytes allocated in " + directory);
      assertEquals(sizeBytes, Long.parseLong(fields[2]));
      ByteBuffer content = ByteBuffer.allocate(sizeBytes);
      assertEquals(sizeBytes, file.read(0, content));
      assertArrayEquals(new byte[sizeBytes], content.array());
    }
  }

  @Test
  void noSpaceSaysHowMuchThereIs() throws Exception {
    try (Disk disk = world.openDisk(temporary.resolve("data"))) {
      long tooMuch = disk.usableBytes() + (4L << 30);
      NoSpaceException refused =
          assertThrows(NoSpaceException.class, () -> disk.create("a", tooMuch));
      assertTrue(refused.getMessage().contains(tooMuch + " bytes were asked for, "));
      assertEquals(List.of(), disk.list());
    }
  }

  @Test
  void anInterruptedReaderReadsOnAndStaysInterrupted() throws Exception {
    try (Disk disk = world.openDisk(temporary.resolve("data"));
        DiskFile file = disk.create("a", 4096)) {
      file.write(0, ByteBuffer.wrap(new byte[] {1, 2, 3}));
      Thread.currentThread().interrupt();
      ByteBuffer target = ByteBuffer.allocate(3);
      assertEquals(3, file.read(0, target));
      assertTrue(Thread.interrupted());
      assertArrayEquals(new byte[] {1, 2, 3}, target.array());
      Thread.currentThread().interrupt();
      file.write(1, ByteBuffer.wrap(new byte[] {7}));
      file.sync();
      assertTrue(Thread.interrupted());
      assertEquals(3, file.read(0, target.clear()));
      assertArrayEquals(new byte[] {1, 7, 3}, target.array());
    }
  }

  /** Interrupts that hit in the middle of reads, while others read and one writes. */
  @Test
  void interruptsOfSomeReadersHarmNobody() throws Exception {
    byte[] content = new byte[1 << 20];
    java.util.Arrays.fill(content, (byte) 5);
    try (Disk disk = world.openDisk(temporary.resolve("data"));
        DiskFile file = disk.create("a", 2 << 20)) {
      file.write(0, ByteBuffer.wrap(content));
      AtomicBoolean done = new AtomicBoolean();
      AtomicInteger interrupted = new AtomicInteger();
      CompletableFuture<Throwable> failure = new CompletableFuture<>();
      List<World.Task> readers =
          Stream.generate(() -> reader(file, content, done, interrupted, failure))
              .limit(3)
              .toList();
      while (interrupted.get() < 200 && !failure.isDone()) {
        readers.get(0).interrupt();
        readers.get(1).interrupt();
        file.write(1 << 20, ByteBuffer.wrap(content, 0, 1000));
      }
      done.set(true);
      for (World.Task reader : readers) {
        reader.join();
      }
      assertFalse(failure.isDone(), () -> String.valueOf(failure.join()));
    }
  }

  private World.Task reader(
      DiskFile file,
      byte[] expected,
      AtomicBoolean done,
      AtomicInteger interrupted,
      CompletableFuture<Throwable> failure) {
    return world.spawn(
        "reader",
        () -> {
          ByteBuffer target = ByteBuffer.allocate(expected.length);
          while (!done.get()) {
            try {
              file.read(0, target.clear());
              assertArrayEquals(expected, target.array());
            } catch (IOException | AssertionError e) {
              failure.complete(e);
              return;
            }
            if (Thread.interrupted()) {
              interrupted.incrementAndGet();
            }
          }
        });
  }

  @Test
  void aClosedFileStaysClosed() throws Exception {
    try (Disk disk = world.openDisk(temporary.resolve("data"))) {
      DiskFile file = disk.create("a", 10);
      file.close();
      assertThrows(IOException.class, () -> file.read(0, ByteBuffer.allocate(1)));
      assertThrows(IOException.class, () -> file.write(0, ByteBuffer.allocate(1)));
      assertThrows(IOException.class, file::sync);
    }
  }

  @Test
  void closingTheWorldLeavesNoThread() throws Exception {
    RealWorld other = RealWorld.create();
    CompletableFuture<Thread> timer = new CompletableFuture<>();
    CompletableFuture<Thread> body = new CompletableFuture<>();
    other.schedule(0, () -> timer.complete(Thread.currentThread()));
    other.spawn(
        "waits",
        () -> {
          body.complete(Thread.currentThread());
          try {
            new CompletableFuture<Void>().get();
          } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
            // Told to end.
          }
        });
    Thread timerThread = timer.join();
    Thread bodyThread = body.join();
    assertEquals("waits", bodyThread.getName());
    other.close();
    assertFalse(bodyThread.isAlive());
    timerThread.join();
    assertThrows(IllegalStateException.class, () -> other.schedule(0, () -> {}));
  }

  @Test
  void aCancelledTimerDoesNotRun() {
    CompletableFuture<Void> later = new CompletableFuture<>();
    AtomicBoolean ran = new AtomicBoolean();
    World.Timer timer = world.schedule(5_000_000, () -> ran.set(true));
    timer.cancel();
    world.schedule(10_000_000, () -> later.complete(null));
    later.join();
    assertFalse(ran.get());
  }
}
