package io.quorate.store.table;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.zip.CRC32C;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads RocksDB's native library from one file that all processes of a user share.
 *
 * <p>RocksDB itself unpacks its library, 17 MB, into a new temporary file for each process and
 * deletes it when the process ends in order. A peer that is killed leaves it behind, each time
 * another one.
 */
final class RocksLibrary {
  private static final Logger LOG = LoggerFactory.getLogger(RocksLibrary.class);

  private static final String OWN = "rwx------";

  /** The library in RocksDB's jar. */
  private static final String IN_JAR = Environment.getJniLibraryFileName("rocksdb");

  /** What RocksDB calls the same library when it is to load it from a directory. */
  static final String IN_DIRECTORY = Environment.getJniLibraryFileName("rocksdbjni");

  private RocksLibrary() {}

  /** Loads the library, once per process; falls back to RocksDB's own way. */
  static void load() {
    try {
      Path directory = shared(Path.of(System.getProperty("java.io.tmpdir")));
      RocksDB.loadLibrary(List.of(directory.toString()));
    } catch (IOException | UnsatisfiedLinkError e) {
      LOG.info("no shared copy of {}, so RocksDB unpacks its own: {}", IN_JAR, e.toString());
      RocksDB.loadLibrary();
    }
  }

  /**
   * Unpacks the library under {@code temporary} unless it is there already.
   *
   * @return its directory, whose name has a checksum of RocksDB's classes: versions do not meet
   * @throws IOException if it can not be had, or if somebody else may write where it is kept
   */
  static Path shared(Path temporary) throws IOException {
    Path directory =
        ownDirectory(
            temporary.resolve(
                "quorate-rocksdb-" + version() + "-" + System.getProperty("user.name")));
    if (!Files.exists(directory.resolve(IN_DIRECTORY))) {
      unpack(directory);
    }
    return directory;
  }

  private static String version() throws IOException {
    CRC32C crc = new CRC32C();
    try (InputStream in = resource("org/rocksdb/RocksDB.class")) {
      crc.update(in.readAllBytes());
    }
    return Long.toHexString(crc.getValue());
  }

  private static InputStream resource(String name) throws IOException {
    InputStream in = RocksDB.class.getClassLoader().getResourceAsStream(name);
    if (in == null) {
      throw new IOException("there is no " + name + " in the RocksDB jar");
    }
    return in;
  }

  /** A directory that belongs to this user alone: what is loaded from it runs in this process. */
  private static Path ownDirectory(Path directory) throws IOException {
    try {
      Files.createDirectory(
          directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWN)));
    } catch (FileAlreadyExistsException e) {
      LOG.trace("{} is there already", directory, e);
    }
    PosixFileAttributes attributes =
        Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isDirectory()
        || !attributes.owner().equals(Files.getOwner(Path.of("/proc/self")))
        || !PosixFilePermissions.toString(attributes.permissions()).equals(OWN)) {
      throw new IOException(directory + " is not a directory of this user alone");
    }
    return directory;
  }

  /** Others see none of it or all of it, also after a power loss. */
  private static void unpack(Path directory) throws IOException {
    Path part = Files.createTempFile(directory, IN_DIRECTORY, ".part");
    try (InputStream in = resource(IN_JAR)) {
      Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
      try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.move(part, directory.resolve(IN_DIRECTORY), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
