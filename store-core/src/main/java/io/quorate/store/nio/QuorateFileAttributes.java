package io.quorate.store.nio;

import io.quorate.store.UnixFileAttributes;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.FileType;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Attributes of a file at one moment. */
record QuorateFileAttributes(Attributes attributes) implements UnixFileAttributes {

  static FileTime time(long nanos) {
    return FileTime.from(
        Instant.ofEpochSecond(
            Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L)));
  }

  /** Nanoseconds since 1970, at the ends of what 64 bits hold for times beyond. */
  static long nanos(FileTime time) {
    return time.to(TimeUnit.NANOSECONDS);
  }

  @Override
  public FileTime lastModifiedTime() {
    return time(attributes.mtimeNanos());
  }

  @Override
  public FileTime lastAccessTime() {
    return time(attributes.atimeNanos());
  }

  @Override
  public FileTime creationTime() {
    return time(attributes.birthNanos());
  }

  @Override
  public boolean isRegularFile() {
    return attributes.type() == FileType.REGULAR;
  }

  @Override
  public boolean isDirectory() {
    return attributes.type() == FileType.DIRECTORY;
  }

  @Override
  public boolean isSymbolicLink() {
    return attributes.type() == FileType.SYMLINK;
  }

  @Override
  public boolean isOther() {
    return !isRegularFile() && !isDirectory() && !isSymbolicLink();
  }

  @Override
  public long size() {
    return attributes.sizeBytes();
  }

  /** Equal for names of one file; the record compares by its number. */
  @Override
  public Object fileKey() {
    return new FileKey(attributes.inode());
  }

  record FileKey(long inode) {}

  @Override
  public UserPrincipal owner() {
    return new Principals.User(attributes.uid());
  }

  @Override
  public GroupPrincipal group() {
    return new Principals.Group(attributes.gid());
  }

  @Override
  public Set<PosixFilePermission> permissions() {
    return Permissions.set(attributes.permissions());
  }

  @Override
  public int mode() {
    return attributes.mode();
  }

  @Override
  public long inode() {
    return attributes.inode();
  }

  @Override
  public int links() {
    return attributes.links();
  }

  @Override
  public int uid() {
    return attributes.uid();
  }

  @Override
  public int gid() {
    return attributes.gid();
  }

  @Override
  public long device() {
    return attributes.device();
  }

  @Override
  public FileTime changeTime() {
    return time(attributes.ctimeNanos());
  }
}
