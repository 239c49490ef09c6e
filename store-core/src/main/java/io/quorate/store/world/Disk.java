package io.quorate.store.world;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * One peer's data directory: a flat set of files plus sub-directories that a library owns
 * (RocksDB).
 *
 * <p>The directory is locked for as long as this object is open. Names are plain file names.
 */
public interface Disk extends AutoCloseable {

  /** The directory; for error messages and for RocksDB. */
  Path directory();

  /**
   * Creates a file of exactly {@code sizeBytes} that reads as zeros, with its blocks allocated.
   *
   * @throws java.nio.file.FileAlreadyExistsException if there is one
   * @throws NoSpaceException if the blocks can not be had; nothing is left behind
   */
  DiskFile create(String name, long sizeBytes) throws IOException;

  /** Opens an existing file for reading and writing. */
  DiskFile open(String name) throws IOException;

  /** Names of the files in the directory, in order; not those of sub-directories. */
  List<String> list() throws IOException;

  /** Deletes a file; durable after {@link #syncDirectory}. */
  void delete(String name) throws IOException;

  /** Renames over any existing file; durable after {@link #syncDirectory}. */
  void rename(String from, String to) throws IOException;

  /** Makes creations, deletions and renames durable (fsync of the directory). */
  void syncDirectory() throws IOException;

  /** Bytes that can still be allocated by this process. */
  long usableBytes() throws IOException;

  /** Size of the file system in bytes. */
  long totalBytes() throws IOException;

  /**
   * A number that changes whenever written but unsynced data may have been lost: one for each boot
   * of the operating system, not for each process. 0 where it is not known.
   */
  default long bootId() {
    return 0;
  }

  /** Releases the lock. Open files stay open. */
  @Override
  void close() throws IOException;
}
