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

  /**
   * A sub-directory, made if it is not there. It has the same operations, and shares the lock,
   * which closing it does not release. Its making is durable after {@link #syncDirectory} of this
   * one.
   */
  Disk subdirectory(String name) throws IOException;

  /** Whether there is a sub-directory of that name. */
  boolean hasSubdirectory(String name) throws IOException;

  /** Deletes a sub-directory with all files in it, if it is there; a crash may leave some. */
  void deleteSubdirectory(String name) throws IOException;

  /** Deletes a file; durable after {@link #syncDirectory}. */
  void delete(String name) throws IOException;

  /**
   * Renames a file over any existing one, or a sub-directory to a name that is free; durable after
   * {@link #syncDirectory}.
   */
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
