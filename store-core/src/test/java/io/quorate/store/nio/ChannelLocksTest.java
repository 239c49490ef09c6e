package io.quorate.store.nio;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.IndeterminateWriteException;
import io.quorate.store.NoQuorumException;
import io.quorate.store.SessionEndedException;
import io.quorate.store.StoreOptions;
import io.quorate.store.file.SoloGateway;
import io.quorate.store.world.RealWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * That no lock is left behind in the cluster that nobody here knows of, and none is dropped that
 * somebody holds. Two stores stand for two servers.
 */
@Timeout(60) // Only against waiting for ever for a lock that was left behind.
class ChannelLocksTest {
  private final RealWorld world = RealWorld.create();
  private final SoloGateway cluster = new SoloGateway(world);
  private final ValveGateway valve = new ValveGateway(cluster);
  private final GatewayStore here =
      GatewayStore.over(world, valve, StoreOptions.defaults().withDeadline(Duration.ofMillis(300)));
  private final GatewayStore there = GatewayStore.over(world, cluster, StoreOptions.defaults());

  private FileChannel ours;
  private FileChannel theirs;

  @BeforeEach
  void open() throws IOException {
    ours = FileChannel.open(here.path("/f"), READ, WRITE, CREATE);
    theirs = FileChannel.open(there.path("/f"), READ, WRITE);
  }

  @AfterEach
  void close() {
    valve.open.complete(null);
    here.close();
    there.close();
    world.close();
  }

  private static <T> Future<T> inThread(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread.ofPlatform().daemon().start(task);
    return task;
  }

  private static Class<?> failure(Future<?> future) {
    return assertThrows(ExecutionException.class, future::get).getCause().getClass();
  }

  @Test
  void exclude() throws IOException {
    FileLock lock = ours.lock(0, 10, false);
    assertNull(theirs.tryLock(5, 10, false));
    assertNull(theirs.tryLock(5, 10, true));
    theirs.tryLock(10, 10, false).release();
    lock.release();
    assertNotNull(theirs.tryLock(5, 10, false));
  }

  @Test
  void shareAndExclude() throws IOException {
    FileLock one = ours.lock(0, 10, true);
    FileLock two = theirs.tryLock(0, 10, true);
    assertTrue(two.isShared());
    one.release();
    assertNull(ours.tryLock(0, 10, false));
    two.release();
    assertNotNull(ours.tryLock(0, 10, false));
  }

  @Test
  void aLockThatComesAfterTheChannelWasClosedIsDropped() throws Exception {
    valve.taking = ValveGateway.Fate.WAIT;
    Future<FileLock> taking = inThread(ours::lock);
    valve.arrived.join();
    ours.close();
    valve.open.complete(null);
    assertEquals(AsynchronousCloseException.class, failure(taking));
    assertTrue(theirs.lock().isValid());
  }

  @Test
  void tryingIsNoDifferent() throws Exception {
    valve.taking = ValveGateway.Fate.WAIT;
    Future<FileLock> taking = inThread(ours::tryLock);
    valve.arrived.join();
    ours.close();
    valve.open.complete(null);
    assertThrows(ExecutionException.class, taking::get);
    assertTrue(theirs.lock().isValid());
  }

  @Test
  void aRangeIsTakenUntilTheClusterHasDroppedItsLock() throws Exception {
    FileLock lock = ours.lock();
    try (FileChannel second = FileChannel.open(here.path("/f"), WRITE)) {
      valve.dropping = ValveGateway.Fate.WAIT;
      Future<Void> releasing =
          inThread(
              () -> {
                lock.release();
                return null;
              });
      valve.arrived.join();
      assertThrows(OverlappingFileLockException.class, second::tryLock);
      valve.open.complete(null);
      releasing.get();
      assertTrue(second.tryLock().isValid());
      assertNull(theirs.tryLock());
    }
  }

  @Test
  void aLockThatCouldNotBeReleasedIsStillHeld() throws Exception {
    FileLock lock = ours.lock();
    valve.dropping = ValveGateway.Fate.REFUSED;
    assertThrows(NoQuorumException.class, lock::release);
    assertTrue(lock.isValid());
    assertThrows(OverlappingFileLockException.class, ours::tryLock);
    assertNull(theirs.tryLock());
    valve.dropping = ValveGateway.Fate.PASS;
    lock.release();
    assertFalse(lock.isValid());
    assertTrue(theirs.tryLock().isValid());
  }

  @Test
  void aLockThatWasPerhapsTakenIsDropped() throws Exception {
    valve.taking = ValveGateway.Fate.UNANSWERED;
    assertThrows(IndeterminateWriteException.class, ours::tryLock);
    assertTrue(theirs.lock().isValid());
  }

  @Test
  void aLockThatWasCancelledIsDropped() throws Exception {
    try (AsynchronousFileChannel channel =
        AsynchronousFileChannel.open(here.path("/f"), READ, WRITE)) {
      valve.taking = ValveGateway.Fate.WAIT;
      Future<FileLock> taking = channel.lock();
      valve.arrived.join();
      assertTrue(taking.cancel(false));
      assertTrue(channel.isOpen());
      valve.open.complete(null);
      theirs.lock().release();
      valve.taking = ValveGateway.Fate.PASS;
      // The others may have it a moment before this file system has heard so.
      assertTrue(lockOnceFree(channel, 0, Long.MAX_VALUE).isValid());
    }
  }

  @Test
  void aWaitThatWasCancelledEnds() throws Exception {
    assertTrue(theirs.lock(0, 10, false).isValid());
    try (AsynchronousFileChannel channel =
        AsynchronousFileChannel.open(here.path("/f"), READ, WRITE)) {
      Future<FileLock> waiting = channel.lock();
      valve.answered.join();
      assertTrue(waiting.cancel(false));
      // Its range is free as soon as its thread has noticed, though the other is still held.
      assertTrue(lockOnceFree(channel, 10, 10).isValid());
    }
  }

  private static FileLock lockOnceFree(AsynchronousFileChannel channel, long at, long size)
      throws IOException {
    while (true) {
      try {
        return channel.tryLock(at, size, false);
      } catch (OverlappingFileLockException e) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void locksOfAnAsynchronousChannelGoWhenItCloses() throws Exception {
    AsynchronousFileChannel channel = AsynchronousFileChannel.open(here.path("/f"), READ, WRITE);
    FileLock one = channel.lock(0, 10, false).get();
    FileLock two = channel.tryLock(20, 10, true);
    assertNull(theirs.tryLock());
    channel.close();
    assertFalse(one.isValid());
    assertFalse(two.isValid());
    assertTrue(theirs.tryLock().isValid());
  }

  @Test
  void aLockEndsWithItsSession() throws IOException {
    FileLock lock = ours.lock();
    cluster.endSessions();
    ours.write(ByteBuffer.wrap(new byte[] {'a'}));
    assertThrows(SessionEndedException.class, () -> ours.force(true));
    assertFalse(lock.isValid());
  }

  @Test
  void whatWasWrittenUnderTheLockShowsUnderTheNext() throws IOException {
    Path file = there.path("/f");
    FileLock lock = ours.lock();
    ours.write(ByteBuffer.wrap(new byte[] {'a'}));
    lock.release();
    assertTrue(theirs.tryLock().isValid());
    assertEquals("a", Files.readString(file));
  }
}
