package io.quorate.store.journal;

import io.quorate.store.world.Disk;
import io.quorate.store.world.DiskFile;
import io.quorate.store.world.NoSpaceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A directory whose bytes a test can see and change, and whose syncs it can hold up, count or fail.
 * Crashes with lost writes are the business of the simulated disk.
 */
final class MemoryDisk implements Disk {
  /** A file's present content, and what the last sync made durable. */
  static final class Content {
    byte[] bytes;
    byte[] synced;

    Content(byte[] bytes, byte[] synced) {
      this.bytes = bytes;
      this.synced = synced;
    }
  }

  final Map<String, Content> files = new TreeMap<>();
  final AtomicInteger syncs = new AtomicInteger();
  final AtomicInteger writes = new AtomicInteger();
  volatile long capacityBytes = 1L << 30;
  volatile long bootId = 1;
  volatile boolean failSyncs;
  volatile boolean failWrites;

  /** One permit per sync that may go on; null lets all of them. */
  volatile Semaphore syncGate;

  /** Released whenever a sync begins. */
  final Semaphore syncBegan = new Semaphore(0);

  /** The directory as it is now. */
  synchronized MemoryDisk copy() {
    MemoryDisk copy = new MemoryDisk();
    files.forEach(
        (name, content) ->
            copy.files.put(name, new Content(content.bytes.clone(), content.synced.clone())));
    copy.bootId = bootId;
    return copy;
  }

  byte[] bytes(String name) {
    return files.get(name).bytes;
  }

  /** The segment file with the highest number. */
  String newestSegment() {
    return files.keySet().stream()
        .filter(name -> name.endsWith(".seg"))
        .filter(name -> bytes(name).length > 0 && bytes(name)[0] != 0)
        .max(String::compareTo)
        .orElseThrow();
  }

  @Override
  public Path directory() {
    return Path.of("/memory");
  }

  @Override
  public synchronized DiskFile create(String name, long sizeBytes) throws IOException {
    if (files.containsKey(name)) {
      throw new FileAlreadyExistsException(name);
    }
    if (sizeBytes > usableBytes()) {
      throw new NoSpaceException("no space for " + sizeBytes);
    }
    files.put(name, new Content(new byte[(int) sizeBytes], new byte[(int) sizeBytes]));
    return open(name);
  }

  @Override
  public synchronized DiskFile open(String name) throws IOException {
    Content content = files.get(name);
    if (content == null) {
      throw new NoSuchFileException(name);
    }
    return new MemoryFile(content);
  }

  @Override
  public synchronized List<String> list() {
    return new ArrayList<>(files.keySet());
  }

  @Override
  public Disk subdirectory(String name) {
    throw new UnsupportedOperationException("the journal has no sub-directories");
  }

  @Override
  public boolean hasSubdirectory(String name) {
    return false;
  }

  @Override
  public void deleteSubdirectory(String name) {}

  @Override
  public synchronized void delete(String name) {
    files.remove(name);
  }

  @Override
  public synchronized void rename(String from, String to) {
    files.put(to, files.remove(from));
  }

  @Override
  public void syncDirectory() {}

  @Override
  public synchronized long usableBytes() {
    return capacityBytes - files.values().stream().mapToLong(content -> content.bytes.length).sum();
  }

  @Override
  public long totalBytes() {
    return capacityBytes;
  }

  @Override
  public long bootId() {
    return bootId;
  }

  @Override
  public void close() {}

  private final class MemoryFile implements DiskFile {
    private final Content content;

    MemoryFile(Content content) {
      this.content = content;
    }

    @Override
    public long sizeBytes() {
      return content.bytes.length;
    }

    @Override
    public void write(long offset, ByteBuffer... buffers) throws IOException {
      if (failWrites) {
        throw new IOException("write failed on purpose");
      }
      writes.incrementAndGet();
      synchronized (MemoryDisk.this) {
        int at = (int) offset;
        for (ByteBuffer buffer : buffers) {
          int count = buffer.remaining();
          buffer.get(content.bytes, at, count);
          at += count;
        }
      }
    }

    @Override
    public int read(long offset, ByteBuffer target) {
      synchronized (MemoryDisk.this) {
        int count = (int) Math.min(target.remaining(), content.bytes.length - offset);
        if (count > 0) {
          target.put(content.bytes, (int) offset, count);
        }
        return Math.max(0, count);
      }
    }

    @Override
    public void sync() throws IOException {
      syncBegan.release();
      Semaphore gate = syncGate;
      if (gate != null) {
        gate.acquireUninterruptibly();
      }
      if (failSyncs) {
        throw new IOException("sync failed on purpose");
      }
      syncs.incrementAndGet();
      synchronized (MemoryDisk.this) {
        content.synced = content.bytes.clone();
      }
    }

    @Override
    public void truncate(long sizeBytes) {
      synchronized (MemoryDisk.this) {
        content.bytes =
            Arrays.copyOf(content.bytes, (int) Math.min(sizeBytes, content.bytes.length));
      }
    }

    @Override
    public void close() {}
  }
}
