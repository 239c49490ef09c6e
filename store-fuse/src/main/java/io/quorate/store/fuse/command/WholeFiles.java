package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Copies single files, so that each appears whole or not at all.
 *
 * @param preserve whether modes and times are made those of the source; else a file that was there
 *     keeps its mode, a new one gets the source's, and the time is now
 */
record WholeFiles(Store store, boolean preserve) {
  /** A file under way: with the process that writes it, so that what it left can be told. */
  private static final Pattern PART = Pattern.compile("\\.quorate-(\\d{1,18})-\\d+\\.part");

  /** Whichever of the three ways it is. */
  void copy(
      Path source, PosixFileAttributes attributes, Path target, boolean fresh, Progress progress)
      throws IOException {
    boolean from = source.getFileSystem() == store.fileSystem();
    boolean into = target.getFileSystem() == store.fileSystem();
    if (from && into) {
      within(source, attributes, target, progress);
    } else if (into) {
      put(source, attributes, target, fresh, progress);
    } else {
      get(source, attributes, target, progress);
    }
  }

  void put(
      Path source, PosixFileAttributes attributes, Path target, boolean fresh, Progress progress)
      throws IOException {
    FileAttribute<Set<PosixFilePermission>> mode =
        PosixFilePermissions.asFileAttribute(attributes.permissions());
    try (InputStream in = TransferCommand.counting(Files.newInputStream(source), progress)) {
      if (preserve) {
        store.put(target, in, mode, modified(attributes.lastModifiedTime()));
      } else {
        store.put(target, in, mode);
      }
    }
    // A file that was there has kept its own mode.
    if (preserve
        && !fresh
        && !Files.getPosixFilePermissions(target).equals(attributes.permissions())) {
      Files.setPosixFilePermissions(target, attributes.permissions());
    }
  }

  /** Under another name first: whoever looks at the target never sees a part of it. */
  void get(Path source, PosixFileAttributes attributes, Path target, Progress progress)
      throws IOException {
    Path directory = target.toAbsolutePath().getParent();
    if (directory == null || Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
      throw Failure.failed(target + ": is a directory, and " + source + " is not");
    }
    Path part =
        Files.createTempFile(directory, ".quorate-" + ProcessHandle.current().pid() + "-", ".part");
    try {
      try (OutputStream out = TransferCommand.counting(Files.newOutputStream(part), progress)) {
        store.get(source, out);
      }
      Files.setPosixFilePermissions(
          part, preserve ? attributes.permissions() : mode(target, attributes));
      if (preserve) {
        TreeCopy.setModified(part, attributes.lastModifiedTime());
      }
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static Set<PosixFilePermission> mode(Path target, PosixFileAttributes like)
      throws IOException {
    try {
      return Files.getPosixFilePermissions(target);
    } catch (NoSuchFileException _) {
      return like.permissions();
    }
  }

  /** The peers copy it; no content comes here. */
  private void within(Path source, PosixFileAttributes attributes, Path target, Progress progress)
      throws IOException {
    if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
      throw Failure.failed(target + ": is a directory, and " + source + " is not");
    }
    CopyOption[] options =
        preserve
            ? new CopyOption[] {
              StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES
            }
            : new CopyOption[] {StandardCopyOption.REPLACE_EXISTING};
    Files.copy(source, target, options);
    progress.addBytes(attributes.size());
  }

  static FileAttribute<FileTime> modified(FileTime time) {
    return new FileAttribute<>() {
      @Override
      public String name() {
        return "lastModifiedTime";
      }

      @Override
      public FileTime value() {
        return time;
      }
    };
  }

  /** Whether it is the name of a file under way, or of what is left of one. */
  static boolean isPart(String name) {
    return PART.matcher(name).matches();
  }

  /** Whether it is what a process left that is no more. */
  static boolean isLeftover(String name) {
    Matcher part = PART.matcher(name);
    return part.matches()
        && !ProcessHandle.of(Long.parseLong(part.group(1)))
            .map(ProcessHandle::isAlive)
            .orElse(false);
  }
}
