package io.quorate.store.fuse.command;

import io.quorate.store.UnixFileAttributes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.Map;
import java.util.Set;

/** Attributes of a local file, which the JDK has by name only. */
record ViewedAttributes(PosixFileAttributes posix, Map<String, Object> unix)
    implements UnixFileAttributes {

  static ViewedAttributes of(Path path) throws IOException {
    return new ViewedAttributes(
        Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS),
        Files.readAttributes(path, "unix:*", LinkOption.NOFOLLOW_LINKS));
  }

  private Number number(String name) {
    return (Number) unix.get(name);
  }

  @Override
  public int mode() {
    return number("mode").intValue();
  }

  @Override
  public long inode() {
    return number("ino").longValue();
  }

  @Override
  public int links() {
    return number("nlink").intValue();
  }

  @Override
  public int uid() {
    return number("uid").intValue();
  }

  @Override
  public int gid() {
    return number("gid").intValue();
  }

  @Override
  public long device() {
    return number("rdev").longValue();
  }

  @Override
  public FileTime changeTime() {
    return (FileTime) unix.get("ctime");
  }

  @Override
  public UserPrincipal owner() {
    return posix.owner();
  }

  @Override
  public GroupPrincipal group() {
    return posix.group();
  }

  @Override
  public Set<PosixFilePermission> permissions() {
    return posix.permissions();
  }

  @Override
  public FileTime lastModifiedTime() {
    return posix.lastModifiedTime();
  }

  @Override
  public FileTime lastAccessTime() {
    return posix.lastAccessTime();
  }

  @Override
  public FileTime creationTime() {
    return posix.creationTime();
  }

  @Override
  public boolean isRegularFile() {
    return posix.isRegularFile();
  }

  @Override
  public boolean isDirectory() {
    return posix.isDirectory();
  }

  @Override
  public boolean isSymbolicLink() {
    return posix.isSymbolicLink();
  }

  @Override
  public boolean isOther() {
    return posix.isOther();
  }

  @Override
  public long size() {
    return posix.size();
  }

  @Override
  public Object fileKey() {
    return posix.fileKey();
  }
}
