package io.quorate.store.world;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A data directory that is read and never changed, not even by a time: what is written goes to
 * another directory and lies over it (copy on write). So a journal can be recovered as on a start,
 * on a disk that is mounted read-only or must stay as it was found.
 *
 * <p>The directory is locked, shared, by the lock that a running peer holds exclusively: neither
 * gets it while the other has it.
 */
public final class OverlayDisk implements Disk {
  private final Path directory;
  private final Object key;
  private final @Nullable FileChannel lockChannel;
  private final Disk upper;
  private final Set<String> deleted = ConcurrentHashMap.newKeySet();
  private boolean closed;

  private OverlayDisk(Path directory, Object key, @Nullable FileChannel lockChannel, Disk upper) {
    this.directory = directory;
    this.key = key;
    this.lockChannel = lockChannel;
    this.upper = upper;
  }

  /**
   * Opens {@code directory} for reading.
   *
   * @param writes where writes go; made if missing, and left behind
   * @throws IOException if a process has the directory open; the message names it
   */
  public static OverlayDisk open(Path directory, Path writes) throws IOException {
    Path lower = directory.toAbsolutePath().normalize();
    if (!Files.isDirectory(lower)) {
      throw Files.exists(lower)
          ? new NotDirectoryException(lower.toString())
          : new NoSuchFileException(lower.toString());
    }
    Object key = RealDisk.key(lower);
    if (!RealDisk.HELD.add(key)) {
      throw inUse(lower, RealDisk.thisProcess());
    }
    FileChannel lock = null;
    try {
      lock = lock(lower);
      return new OverlayDisk(lower, key, lock, RealDisk.open(writes));
    } catch (IOException | RuntimeException e) {
      if (lock != null) {
        lock.close();
      }
      RealDisk.HELD.remove(key);
      throw e;
    }
  }

  /** Null if there is no file to lock, as in a copy of a directory: then nobody has it open. */
  private static @Nullable FileChannel lock(Path directory) throws IOException {
    Path file = directory.resolve(RealDisk.LOCK_NAME);
    if (!Files.exists(file)) {
      return null;
    }
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true);
      if (lock == null) {
        throw inUse(directory, RealDisk.holder(channel));
      }
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static IOException inUse(Path directory, String holder) {
    return RealDisk.inUse(
        directory,
        holder,
        "; stop that peer first, or read the directory of one that does not run");
  }

  @Override
  public Path directory() {
    return directory;
  }

  private boolean isAbove(String name) throws IOException {
    return upper.list().contains(name);
  }

  private boolean isBelow(String name) {
    return !deleted.contains(name) && Files.exists(directory.resolve(name));
  }

  @Override
  public DiskFile create(String name, long sizeBytes) throws IOException {
    if (isBelow(name)) {
      throw new java.nio.file.FileAlreadyExistsException(directory.resolve(name).toString());
    }
    return upper.create(name, sizeBytes);
  }

  @Override
  public DiskFile open(String name) throws IOException {
    if (isAbove(name)) {
      return upper.open(name);
    }
    if (!isBelow(name)) {
      throw new NoSuchFileException(directory.resolve(name).toString());
    }
    return new LowerFile(name);
  }

  @Override
  public List<String> list() throws IOException {
    Set<String> names = new TreeSet<>(RealDisk.files(directory));
    names.removeAll(deleted);
    names.addAll(upper.list());
    return List.copyOf(names);
  }

  /** Databases are copied by reference instead, and nothing else lies in sub-directories. */
  @Override
  public Disk subdirectory(String name) {
    throw new UnsupportedOperationException("a view has no sub-directories: " + name);
  }

  @Override
  public boolean hasSubdirectory(String name) {
    return false;
  }

  @Override
  public void deleteSubdirectory(String name) {
    throw new UnsupportedOperationException("a view has no sub-directories: " + name);
  }

  @Override
  public void delete(String name) throws IOException {
    boolean below = isBelow(name);
    if (isAbove(name)) {
      upper.delete(name);
    } else if (!below) {
      throw new NoSuchFileException(directory.resolve(name).toString());
    }
    if (below) {
      deleted.add(name);
    }
  }

  @Override
  public void rename(String from, String to) throws IOException {
    if (!isAbove(from)) {
      try (LowerFile file = new LowerFile(from)) {
        file.copyUp();
      }
    }
    upper.rename(from, to);
    deleted.add(from);
    deleted.add(to);
  }

  /** Nothing of this is to outlive the process. */
  @Override
  public void syncDirectory() {}

  @Override
  public long usableBytes() throws IOException {
    return upper.usableBytes();
  }

  @Override
  public long totalBytes() throws IOException {
    return upper.totalBytes();
  }

  @Override
  public long bootId() {
    return upper.bootId();
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      try {
        upper.close();
      } finally {
        if (lockChannel != null) {
          lockChannel.close();
        }
        RealDisk.HELD.remove(key);
      }
    }
  }

  /** A file of the directory, until it is written to. */
  private final class LowerFile implements DiskFile {
    private final String name;
    private final FileChannel channel;
    private volatile @Nullable DiskFile copy;

    LowerFile(String name) throws IOException {
      this.name = name;
      channel = FileChannel.open(directory.resolve(name), StandardOpenOption.READ);
    }

    DiskFile copyUp() throws IOException {
      DiskFile made = copy;
      if (made == null) {
        made = upper.create(name, channel.size());
        ByteBuffer block = ByteBuffer.allocateDirect(1 << 18);
        for (long at = 0; channel.read(block.clear(), at) > 0; at += block.limit()) {
          made.write(at, block.flip());
        }
        copy = made;
      }
      return made;
    }

    @Override
    public long sizeBytes() throws IOException {
      DiskFile made = copy;
      return made == null ? channel.size() : made.sizeBytes();
    }

    @Override
    public void write(long offset, ByteBuffer... buffers) throws IOException {
      copyUp().write(offset, buffers);
    }

    @Override
    public int read(long offset, ByteBuffer target) throws IOException {
      DiskFile made = copy;
      if (made != null) {
        return made.read(offset, target);
      }
      int total = 0;
      while (target.hasRemaining()) {
        int count = channel.read(target, offset + total);
        if (count < 0) {
          break;
        }
        total += count;
      }
      return total;
    }

    @Override
    public void sync() {}

    @Override
    public void close() throws IOException {
      DiskFile made = copy;
      if (made != null) {
        made.close();
      }
      channel.close();
    }
  }
}
