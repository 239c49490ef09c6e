package io.quorate.store.conformance;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.OverlappingFileLockException;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Locks within one virtual machine. */
abstract class LockCases extends Cases {
  LockCases(Callable<Face> opener) {
    super(opener);
  }

  @Test
  void takesAndReleases() throws IOException {
    try (FileChannel channel = channel(at("f"), WRITE, CREATE)) {
      FileLock lock = channel.lock();
      assertTrue(lock.isValid());
      assertFalse(lock.isShared());
      assertEquals(0, lock.position());
      lock.release();
      assertFalse(lock.isValid());
      lock.release();
      channel.tryLock().close();
    }
  }

  @Test
  void doNotOverlap() throws IOException {
    try (FileChannel one = channel(at("f"), READ, WRITE, CREATE);
        FileChannel two = channel(at("f"), READ, WRITE)) {
      FileLock lock = one.lock(10, 10, false);
      assertThrows(OverlappingFileLockException.class, () -> one.tryLock(19, 1, true));
      assertThrows(OverlappingFileLockException.class, () -> two.tryLock(0, 11, false));
      assertThrows(OverlappingFileLockException.class, () -> two.lock());
      two.tryLock(20, 5, false).release();
      two.tryLock(0, 10, true).release();
      lock.release();
      two.tryLock().release();
    }
  }

  @Test
  void closingReleases() throws IOException {
    FileChannel one = channel(at("f"), WRITE, CREATE);
    FileLock lock = one.lock();
    one.close();
    assertFalse(lock.isValid());
    assertThrows(ClosedChannelException.class, lock::release);
    try (FileChannel two = channel(at("f"), WRITE)) {
      assertTrue(two.tryLock().isValid());
    }
  }

  @Test
  void needTheRightMode() throws IOException {
    try (FileChannel writer = channel(at("f"), WRITE, CREATE);
        FileChannel reader = channel(at("f"), READ)) {
      assertThrows(NonReadableChannelException.class, () -> writer.lock(0, 1, true));
      assertThrows(NonWritableChannelException.class, () -> reader.lock(0, 1, false));
      FileLock shared = reader.lock(0, 1, true);
      assertTrue(shared.isShared());
    }
  }

  @Test
  void badRanges() throws IOException {
    try (FileChannel channel = channel(at("f"), WRITE, CREATE)) {
      assertThrows(IllegalArgumentException.class, () -> channel.lock(-1, 1, false));
      assertThrows(IllegalArgumentException.class, () -> channel.lock(0, -1, false));
    }
  }

  @Test
  void aLockOfSizeZeroGoesToTheEnd() throws IOException {
    try (FileChannel channel = channel(at("f"), READ, WRITE, CREATE)) {
      FileLock lock = channel.lock(10, 0, false);
      assertEquals(10, lock.position());
      assertEquals(Long.MAX_VALUE - 10, lock.size());
      assertTrue(lock.overlaps(1L << 50, 1));
      assertFalse(lock.overlaps(0, 10));
      assertEquals(channel, lock.acquiredBy());
      assertEquals(channel, lock.channel());
      lock.release();
      FileLock whole = channel.lock();
      assertEquals(Long.MAX_VALUE, whole.size());
      assertNotNull(whole.toString());
    }
  }

  @Test
  void aLockMayNotWrapAround() throws IOException {
    try (FileChannel channel = channel(at("f"), READ, WRITE, CREATE)) {
      assertThrows(IllegalArgumentException.class, () -> channel.lock(Long.MAX_VALUE, 2, false));
    }
  }

  @Test
  void anInterruptedThreadTakesNoLock() throws IOException {
    try (FileChannel channel = channel(at("f"), READ, WRITE, CREATE)) {
      Thread.currentThread().interrupt();
      try {
        assertThrows(FileLockInterruptionException.class, channel::lock);
        assertTrue(Thread.currentThread().isInterrupted());
      } finally {
        Thread.interrupted();
      }
    }
  }
}
