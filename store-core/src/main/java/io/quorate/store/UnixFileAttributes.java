package io.quorate.store;

import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;

/**
 * All that stat(2) tells of a file, of one moment: the view {@code unix} with types. A store's
 * files have them by {@code Files.readAttributes(path, UnixFileAttributes.class)} and with {@link
 * Store#list}.
 */
public interface UnixFileAttributes extends PosixFileAttributes {

  /** Type and permission bits, as st_mode. */
  int mode();

  /** The file's number; names with the same one are links to one file. */
  long inode();

  /** How many names the file has. */
  int links();

  /** Number of the owner. */
  int uid();

  /** Number of the group. */
  int gid();

  /** Which device a device node stands for, as st_rdev; 0 for all else. */
  long device();

  /** When content or attributes were last changed. */
  FileTime changeTime();
}
