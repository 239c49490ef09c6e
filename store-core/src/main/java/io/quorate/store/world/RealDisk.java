package io.quorate.store.world;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A directory of the operating system. */
final class RealDisk implements Disk {
  static final String LOCK_NAME = "LOCK";
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final int ZEROS_BYTES = 1 << 20;
  private static final String ADVICE = "; stop it first, or give this peer a directory of its own";

  /**
   * Directories that this process holds, by file key. The lock alone does not tell: closing any
   * handle on the lock file, even of a second attempt, would release the lock of the first.
   */
  static final Set<Object> HELD = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final Object key;

  /** Null for a sub-directory. */
  private final @Nullable FileChannel lockChannel;

  private final long bootId;
  private volatile boolean closed;

  private RealDisk(Path directory, Object key, @Nullable FileChannel lockChannel) {
    this.directory = directory;
    this.key = key;
    this.lockChannel = lockChannel;
    this.bootId = readBootId();
  }

  static RealDisk open(Path path) throws IOException {
    Path directory = path.toAbsolutePath().normalize();
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(directory);
      Path parent = directory.getParent();
      if (parent != null) {
        syncDirectory(parent);
      }
    }
    Object key = key(directory);
    if (!HELD.add(key)) {
      throw inUse(directory, thisProcess(), ADVICE);
    }
    try {
      return new RealDisk(directory, key, lock(directory));
    } catch (IOException | RuntimeException e) {
      HELD.remove(key);
      throw e;
    }
  }

  /** What tells a directory from all others, by whatever path it is reached. */
  static Object key(Path directory) throws IOException {
    Object fileKey = Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
    return fileKey != null ? fileKey : directory.toRealPath();
  }

  private static FileChannel lock(Path directory) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve(LOCK_NAME),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw inUse(directory, holder(channel), ADVICE);
      }
      channel.truncate(0);
      String pid = ProcessHandle.current().pid() + "\n";
      channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  static String thisProcess() {
    return "this process (pid " + ProcessHandle.current().pid() + ")";
  }

  /** Who holds the lock, as it wrote into the lock's file. */
  static String holder(FileChannel lock) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(32);
    lock.read(text, 0);
    String pid = StandardCharsets.US_ASCII.decode(text.flip()).toString().strip();
    return pid.isEmpty() ? "another process" : "process " + pid;
  }

  static IOException inUse(Path directory, String holder, String advice) {
    return new IOException("data directory " + directory + " is in use by " + holder + advice);
  }

  static long readBootId() {
    try {
      UUID id = UUID.fromString(Files.readString(BOOT_ID).strip());
      return id.getMostSignificantBits() ^ id.getLeastSignificantBits();
    } catch (IOException | IllegalArgumentException e) {
      return 0;
    }
  }

  @Override
  public Path directory() {
    return directory;
  }

  @Override
  public DiskFile create(String name, long sizeBytes) throws IOException {
    Path path = resolve(name);
    Files.createFile(path);
    try {
      if (sizeBytes > 0) {
        allocate(path, sizeBytes);
      }
      return new RealFile(path);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(path);
      throw e;
    }
  }

  private void allocate(Path path, long sizeBytes) throws IOException {
    // Asked for too much, a file system may hand out all it has before it says no.
    if (usableBytes() < sizeBytes) {
      throw noSpace(sizeBytes);
    }
    switch (Fallocate.allocate(path, sizeBytes)) {
      case DONE -> {}
      case NO_SPACE -> throw noSpace(sizeBytes);
      case UNSUPPORTED -> writeZeros(path, sizeBytes);
    }
  }

  private void writeZeros(Path path, long sizeBytes) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS_BYTES);
      for (long at = 0; at < sizeBytes; ) {
        zeros.clear().limit((int) Math.min(ZEROS_BYTES, sizeBytes - at));
        at += channel.write(zeros, at);
      }
      channel.force(true);
    }
  }

  private NoSpaceException noSpace(long sizeBytes) throws IOException {
    return new NoSpaceException(
        "no space in "
            + directory
            + ": "
            + sizeBytes
            + " bytes were asked for, "
            + usableBytes()
            + " are free");
  }

  @Override
  public DiskFile open(String name) throws IOException {
    return new RealFile(resolve(name));
  }

  @Override
  public List<String> list() throws IOException {
    requireOpen();
    return files(directory);
  }

  static List<String> files(Path directory) throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        if (!Files.isDirectory(file) && !name.equals(LOCK_NAME)) {
          names.add(name);
        }
      }
    } catch (java.nio.file.DirectoryIteratorException e) {
      throw e.getCause();
    }
    Collections.sort(names);
    return names;
  }

  @Override
  public Disk subdirectory(String name) throws IOException {
    Path path = resolve(name);
    if (!Files.isDirectory(path)) {
      Files.createDirectory(path);
    }
    return new RealDisk(path, key, null);
  }

  @Override
  public boolean hasSubdirectory(String name) throws IOException {
    return Files.isDirectory(resolve(name));
  }

  @Override
  public void deleteSubdirectory(String name) throws IOException {
    Path path = resolve(name);
    if (!Files.isDirectory(path)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
      for (Path file : files) {
        Files.delete(file);
      }
    } catch (java.nio.file.DirectoryIteratorException e) {
      throw e.getCause();
    }
    Files.delete(path);
  }

  @Override
  public void delete(String name) throws IOException {
    Files.delete(resolve(name));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Files.move(
        resolve(from),
        resolve(to),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void syncDirectory() throws IOException {
    requireOpen();
    syncDirectory(directory);
  }

  private static void syncDirectory(Path directory) throws IOException {
    boolean interrupted = Thread.interrupted();
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public long usableBytes() throws IOException {
    requireOpen();
    return directory.toFile().getUsableSpace();
  }

  @Override
  public long totalBytes() throws IOException {
    requireOpen();
    return directory.toFile().getTotalSpace();
  }

  @Override
  public long bootId() {
    return bootId;
  }

  @Override
  public void close() throws IOException {
    FileChannel lock = lockChannel;
    if (!closed && lock != null) {
      closed = true;
      lock.close();
      HELD.remove(key);
    }
  }

  private Path resolve(String name) throws IOException {
    requireOpen();
    if (name.isEmpty()
        || name.indexOf('/') >= 0
        || name.equals(".")
        || name.equals("..")
        || name.equals(LOCK_NAME)) {
      throw new IllegalArgumentException("not a plain file name: \"" + name + "\"");
    }
    return directory.resolve(name);
  }

  private void requireOpen() throws IOException {
    if (closed) {
      throw new IOException("data directory " + directory + " is closed");
    }
  }
}
