package io.quorate.store.net.config;

import io.quorate.store.net.transport.ClusterIdentity;
import io.quorate.store.net.transport.ClusterKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * The cluster key's file: the cluster's id and name, and the secret. Every peer and every client
 * has a copy of it, which only its owner may read.
 *
 * <pre>
 *   cluster.id = 0f8c2c5e-...      a UUID
 *   cluster.name = uploads
 *   cluster.key = 64 hex digits
 * </pre>
 */
public final class KeyFile {
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.GROUP_EXECUTE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_EXECUTE);

  private KeyFile() {}

  /**
   * Reads a key file.
   *
   * @throws ConfigException if it is missing, may be read by others, or holds no key; the message
   *     never repeats the key
   */
  public static ClusterIdentity read(Path path) throws IOException {
    checkPermissions(path);
    ConfigFile file =
        ConfigFile.read(path, List.of("cluster.id", "cluster.name", "cluster.key"), name -> false);
    String advice = "copy the file that `quorate init` wrote";
    ConfigFile.Setting id = file.require("cluster.id", advice);
    ConfigFile.Setting name = file.require("cluster.name", advice);
    ConfigFile.Setting key = file.require("cluster.key", advice);
    checkId(file, id);
    checkName(path, name.line(), name.value());
    try {
      return new ClusterIdentity(id.value(), name.value(), ClusterKey.parse(key.value()));
    } catch (IllegalArgumentException e) {
      throw new ConfigException(path, key.line(), "cluster.key: " + e.getMessage());
    }
  }

  /** Writes a new key file that only its owner may read; an existing file is an error. */
  static void write(Path path, String id, String name, String key) throws IOException {
    String text =
        """
        # The key of a Quorate cluster. Every peer and every client needs a copy of this file.
        # Who has it can read and change everything in the cluster: keep it at mode 0600, and
        # carry it only over channels that you trust.
        cluster.id = %s
        cluster.name = %s
        cluster.key = %s
        """
            .formatted(id, name, key);
    Files.createFile(
        path,
        PosixFilePermissions.asFileAttribute(
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE)));
    Files.writeString(path, text);
  }

  /**
   * Copies a key file; the copy too may be read by its owner only. An existing file is an error.
   */
  static void copy(Path from, Path to) throws IOException {
    checkPermissions(from);
    Files.createFile(
        to,
        PosixFilePermissions.asFileAttribute(
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE)));
    Files.write(to, Files.readAllBytes(from));
  }

  static void checkName(Path path, int line, String name) throws ConfigException {
    if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
      throw new ConfigException(
          path,
          line,
          "cluster.name is \""
              + name
              + "\"; use 1 to 64 letters, digits, dots, dashes, underscores");
    }
  }

  private static void checkId(ConfigFile file, ConfigFile.Setting id) throws ConfigException {
    try {
      if (UUID.fromString(id.value()).toString().equals(id.value())) {
        return;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw file.problem(id, "it must be a UUID in lower case, as `quorate init` wrote it");
  }

  private static void checkPermissions(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new ConfigException(
          path, 0, "there is no such key file; copy the one that `quorate init` wrote");
    }
    PosixFileAttributeView posix = Files.getFileAttributeView(path, PosixFileAttributeView.class);
    if (posix == null) {
      return;
    }
    Set<PosixFilePermission> permissions = posix.readAttributes().permissions();
    Set<PosixFilePermission> tooMany = EnumSet.copyOf(OTHERS);
    tooMany.retainAll(permissions);
    if (!tooMany.isEmpty()) {
      throw new ConfigException(
          path,
          0,
          "its mode is "
              + PosixFilePermissions.toString(permissions)
              + ", so others may read the cluster key; run: chmod 600 "
              + path);
    }
  }
}
