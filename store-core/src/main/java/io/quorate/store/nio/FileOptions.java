package io.quorate.store.nio;

import io.quorate.store.file.OpenMode;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Objects;
import java.util.Set;

/**
 * Open options, checked once, with the JDK's rules for which go together.
 *
 * @param deleteOnClose as the JDK has it on Linux, the name goes as soon as the file is open; its
 *     content goes with the last handle
 * @param follow whether a link as last name is followed: not if the name is to be deleted, except,
 *     as in the JDK, with CREATE_NEW; that follows none when it makes the file, and all when it
 *     means nothing because the file is only read
 */
record FileOptions(
    boolean read,
    boolean write,
    boolean append,
    boolean truncate,
    boolean create,
    boolean createNew,
    boolean sync,
    boolean deleteOnClose,
    boolean follow) {

  static FileOptions of(Set<? extends OpenOption> options) {
    for (OpenOption option : options) {
      Objects.requireNonNull(option, "open option");
      if (!(option instanceof StandardOpenOption) && option != LinkOption.NOFOLLOW_LINKS) {
        throw new UnsupportedOperationException("open option " + option + " is not supported");
      }
    }
    boolean append = options.contains(StandardOpenOption.APPEND);
    boolean write = append || options.contains(StandardOpenOption.WRITE);
    boolean read = options.contains(StandardOpenOption.READ) || !write;
    boolean truncate = write && options.contains(StandardOpenOption.TRUNCATE_EXISTING);
    if (read && append) {
      throw new IllegalArgumentException("READ and APPEND do not go together");
    }
    if (append && truncate) {
      throw new IllegalArgumentException("APPEND and TRUNCATE_EXISTING do not go together");
    }
    return new FileOptions(
        read,
        write,
        append,
        truncate,
        write && options.contains(StandardOpenOption.CREATE),
        write && options.contains(StandardOpenOption.CREATE_NEW),
        write
            && (options.contains(StandardOpenOption.SYNC)
                || options.contains(StandardOpenOption.DSYNC)),
        options.contains(StandardOpenOption.DELETE_ON_CLOSE),
        options.contains(StandardOpenOption.CREATE_NEW)
            || !(options.contains(LinkOption.NOFOLLOW_LINKS)
                || options.contains(StandardOpenOption.DELETE_ON_CLOSE)));
  }

  /**
   * Whether an output stream with these options replaces the whole file, so that it can do so in
   * one step when it is closed.
   */
  boolean replacesWholeFile() {
    return (truncate || createNew) && !append && !sync && !deleteOnClose;
  }

  OpenMode mode(int permissions) {
    OpenMode.Create how =
        createNew
            ? OpenMode.Create.EXCLUSIVE
            : create ? OpenMode.Create.IF_ABSENT : OpenMode.Create.NEVER;
    return new OpenMode(write, how, truncate && !createNew, permissions);
  }

  /**
   * Permissions of a new file.
   *
   * @param usual those of one made without asking for any
   * @throws UnsupportedOperationException for attributes other than posix:permissions
   */
  static int permissions(int usual, FileAttribute<?>... attributes) {
    int permissions = usual;
    for (FileAttribute<?> attribute : attributes) {
      if (!attribute.name().equals("posix:permissions")
          || !(attribute.value() instanceof Set<?> wanted)) {
        throw new UnsupportedOperationException(
            "attribute " + attribute.name() + " can not be set when a file is made");
      }
      permissions = 0;
      for (Object permission : wanted) {
        permissions |= Permissions.bit((PosixFilePermission) permission);
      }
    }
    return permissions;
  }
}
