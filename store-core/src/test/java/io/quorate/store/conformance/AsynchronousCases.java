package io.quorate.store.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** AsynchronousFileChannel. */
abstract class AsynchronousCases extends Cases {
  AsynchronousCases(Callable<Face> opener) {
    super(opener);
  }

  /** What a handler is told, as a future. */
  private static final class Told<V> implements CompletionHandler<V, String> {
    final CompletableFuture<V> outcome = new CompletableFuture<>();
    volatile String attachment;
    volatile Thread thread;

    @Override
    public void completed(V value, String with) {
      attachment = with;
      thread = Thread.currentThread();
      outcome.complete(value);
    }

    @Override
    public void failed(Throwable error, String with) {
      attachment = with;
      thread = Thread.currentThread();
      outcome.completeExceptionally(error);
    }
  }

  private static Class<?> failure(Future<?> future) {
    return assertThrows(ExecutionException.class, future::get).getCause().getClass();
  }

  @Test
  void writesAndReads() throws Exception {
    try (AsynchronousFileChannel channel =
        AsynchronousFileChannel.open(at("f"), READ, WRITE, CREATE)) {
      ByteBuffer source = bytes("abcdef");
      assertEquals(6, channel.write(source, 2).get());
      assertFalse(source.hasRemaining());
      assertEquals(8, channel.size());
      ByteBuffer target = ByteBuffer.allocate(10);
      assertEquals(4, channel.read(target, 4).get());
      assertEquals("cdef", new String(target.array(), 0, 4, UTF_8));
      assertEquals(-1, channel.read(target, 8).get());
      assertEquals(-1, channel.read(target, 800).get());
      assertEquals(0, channel.read(ByteBuffer.allocate(0), 0).get());
    }
    assertEquals("\0\0abcdef", text(at("f")));
  }

  @Test
  void tellsAHandler() throws Exception {
    try (AsynchronousFileChannel channel =
        AsynchronousFileChannel.open(file("f", "abc"), READ, WRITE)) {
      Told<Integer> read = new Told<>();
      channel.read(ByteBuffer.allocate(9), 0, "with it", read);
      assertEquals(3, read.outcome.get());
      assertEquals("with it", read.attachment);
      assertNotSame(Thread.currentThread(), read.thread);
      Told<Integer> write = new Told<>();
      channel.write(bytes("de"), 3, null, write);
      assertEquals(2, write.outcome.get());
      assertNull(write.attachment);
      assertThrows(
          NullPointerException.class, () -> channel.read(ByteBuffer.allocate(1), 0, "", null));
    }
    assertEquals("abcde", text(at("f")));
  }

  @Test
  void runsOnTheExecutorThatItGot() throws Exception {
    Thread[] made = new Thread[1];
    ExecutorService executor =
        Executors.newSingleThreadExecutor(
            task -> {
              made[0] = new Thread(task);
              return made[0];
            });
    try (AsynchronousFileChannel channel =
        AsynchronousFileChannel.open(file("f", "abc"), Set.of(READ), executor)) {
      Told<Integer> read = new Told<>();
      channel.read(ByteBuffer.allocate(9), 0, "", read);
      assertEquals(3, read.outcome.get());
      assertSame(made[0], read.thread);
    } finally {
      executor.shutdown();
    }
  }

  @Test
  void handlersMayAskForMore() throws Exception {
    try (AsynchronousFileChannel channel =
        AsynchronousFileChannel.open(file("f", "abcdef"), READ)) {
      CompletableFuture<String> whole = new CompletableFuture<>();
      ByteBuffer target = ByteBuffer.allocate(6);
      channel.read(
          target.limit(1),
          0,
          "",
          new CompletionHandler<Integer, String>() {
            @Override
            public void completed(Integer count, String sofar) {
              if (target.position() == 6) {
                whole.complete(new String(target.array(), UTF_8));
              } else {
                target.limit(target.position() + 1);
                channel.read(target, target.position(), sofar, this);
              }
            }

            @Override
            public void failed(Throwable error, String sofar) {
              whole.completeExceptionally(error);
            }
          });
      assertEquals("abcdef", whole.get());
    }
  }

  @Test
  void manyAtOnce() throws Exception {
    int count = 200;
    try (AsynchronousFileChannel channel =
        AsynchronousFileChannel.open(at("f"), READ, WRITE, CREATE)) {
      List<Future<Integer>> writes = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        writes.add(channel.write(bytes("%08d".formatted(i)), i * 8L));
      }
      for (Future<Integer> write : writes) {
        assertEquals(8, write.get());
      }
    }
    String all = text(at("f"));
    for (int i = 0; i < count; i++) {
      assertEquals("%08d".formatted(i), all.substring(i * 8, i * 8 + 8));
    }
  }

  @Test
  void options() throws Exception {
    assertThrows(NoSuchFileException.class, () -> AsynchronousFileChannel.open(at("no")));
    assertThrows(
        UnsupportedOperationException.class,
        () -> AsynchronousFileChannel.open(at("f"), WRITE, CREATE, APPEND));
    assertFalse(Files.exists(at("f")));
    file("there", "");
    assertThrows(
        FileAlreadyExistsException.class,
        () -> AsynchronousFileChannel.open(at("there"), WRITE, CREATE_NEW));
    try (AsynchronousFileChannel channel =
        AsynchronousFileChannel.open(at("g"), WRITE, CREATE, DELETE_ON_CLOSE)) {
      assertEquals(1, channel.write(bytes("x"), 0).get());
    }
    assertFalse(Files.exists(at("g")));
  }

  @Test
  void wrongModesAndArguments() throws Exception {
    file("f", "abc");
    ByteBuffer one = ByteBuffer.allocate(1);
    try (AsynchronousFileChannel reader = AsynchronousFileChannel.open(at("f"));
        AsynchronousFileChannel writer = AsynchronousFileChannel.open(at("f"), WRITE)) {
      assertThrows(NonWritableChannelException.class, () -> reader.write(one, 0));
      assertThrows(NonWritableChannelException.class, () -> reader.truncate(0));
      assertThrows(NonReadableChannelException.class, () -> writer.read(one, 0));
      assertThrows(IllegalArgumentException.class, () -> reader.read(one, -1));
      assertThrows(IllegalArgumentException.class, () -> writer.write(one, -1));
      assertThrows(IllegalArgumentException.class, () -> writer.truncate(-1));
      assertThrows(IllegalArgumentException.class, () -> reader.read(one.asReadOnlyBuffer(), 0));
      assertThrows(NonWritableChannelException.class, () -> reader.lock());
      assertThrows(NonReadableChannelException.class, () -> writer.lock(0, 1, true));
      assertThrows(NonWritableChannelException.class, () -> reader.tryLock());
    }
  }

  @Test
  void truncatesAndForces() throws Exception {
    try (AsynchronousFileChannel channel =
        AsynchronousFileChannel.open(file("f", "abcdef"), READ, WRITE)) {
      assertSame(channel, channel.truncate(2));
      assertEquals(2, channel.size());
      channel.truncate(9);
      assertEquals(2, channel.size());
      channel.force(true);
      assertEquals("ab", text(elsewhere(at("f"))));
    }
  }

  @Test
  void locks() throws Exception {
    try (AsynchronousFileChannel one = AsynchronousFileChannel.open(at("f"), READ, WRITE, CREATE);
        FileChannel two = channel(at("f"), READ, WRITE)) {
      FileLock lock = one.lock(0, 10, false).get();
      assertTrue(lock.isValid());
      assertSame(one, lock.acquiredBy());
      assertThrows(OverlappingFileLockException.class, () -> one.lock(5, 1, false));
      assertThrows(OverlappingFileLockException.class, () -> one.tryLock(5, 1, true));
      assertThrows(OverlappingFileLockException.class, () -> two.tryLock(5, 1, false));
      Told<FileLock> told = new Told<>();
      one.lock(10, 5, true, "a", told);
      assertTrue(told.outcome.get().isShared());
      told.outcome.get().release();
      lock.release();
      assertFalse(lock.isValid());
      FileLock again = one.tryLock();
      assertEquals(Long.MAX_VALUE, again.size());
      one.close();
      assertFalse(again.isValid());
      assertTrue(two.tryLock().isValid());
    }
  }

  @Test
  void nothingWorksAfterClosing() throws Exception {
    AsynchronousFileChannel channel = AsynchronousFileChannel.open(file("f", "abc"), READ, WRITE);
    channel.close();
    channel.close();
    assertFalse(channel.isOpen());
    assertEquals(ClosedChannelException.class, failure(channel.read(ByteBuffer.allocate(1), 0)));
    assertEquals(ClosedChannelException.class, failure(channel.write(bytes("x"), 0)));
    assertEquals(ClosedChannelException.class, failure(channel.lock()));
    Told<Integer> told = new Told<>();
    channel.read(ByteBuffer.allocate(1), 0, "a", told);
    assertEquals(ClosedChannelException.class, failure(told.outcome));
    assertEquals("a", told.attachment);
    assertThrows(ClosedChannelException.class, channel::size);
    assertThrows(ClosedChannelException.class, () -> channel.truncate(0));
    assertThrows(ClosedChannelException.class, () -> channel.force(false));
    assertThrows(ClosedChannelException.class, channel::tryLock);
    assertEquals("abc", text(at("f")));
  }

  @Test
  void closingEndsWhatIsUnderWay() throws Exception {
    AsynchronousFileChannel channel = AsynchronousFileChannel.open(at("f"), READ, WRITE, CREATE);
    List<Future<Integer>> writes = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      writes.add(channel.write(bytes("0123456789"), i * 10L));
    }
    channel.close();
    for (Future<Integer> write : writes) {
      try {
        assertEquals(10, write.get());
      } catch (ExecutionException e) {
        assertTrue(e.getCause() instanceof IOException, () -> "" + e.getCause());
      }
    }
  }
}
