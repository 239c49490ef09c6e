package io.quorate.store.fuse.command;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

/** All that can be known of a tree, in the store or local: a line for each name. */
final class TreeFacts {
  private static final int FILE = 0100000;
  private static final int DIRECTORY = 0040000;
  private static final int SYMLINK = 0120000;

  /** What was said of an inode under its first name, which is in it. */
  private final Map<Object, String> lines = new HashMap<>();

  private final SortedMap<String, String> facts = new TreeMap<>();
  private final boolean named;

  private TreeFacts(boolean named) {
    this.named = named;
  }

  /**
   * @param named whether extended attributes are compared: not every file system takes them
   */
  static SortedMap<String, String> of(Path root, boolean named) throws IOException {
    TreeFacts tree = new TreeFacts(named);
    tree.add(root, "");
    return tree.facts;
  }

  private static long nanos(Object time) {
    return ((FileTime) time).to(TimeUnit.NANOSECONDS);
  }

  private void add(Path path, String name) throws IOException {
    // Attributes come before content: reading changes the time of access.
    Map<String, Object> unix =
        Files.readAttributes(
            path,
            "unix:ino,mode,nlink,uid,gid,rdev,size,lastModifiedTime,lastAccessTime",
            LinkOption.NOFOLLOW_LINKS);
    int mode = (int) unix.get("mode");
    int type = mode & 0170000;
    String known = type == DIRECTORY ? null : lines.get(unix.get("ino"));
    if (known != null) {
      // Its time of access was changed by reading it under its first name.
      facts.put(name, known);
      return;
    }
    StringBuilder line = new StringBuilder();
    line.append(type == SYMLINK ? "link" : Integer.toOctalString(mode));
    line.append(" owner ").append(unix.get("uid")).append(':').append(unix.get("gid"));
    line.append(" times ").append(nanos(unix.get("lastAccessTime")));
    line.append(' ').append(nanos(unix.get("lastModifiedTime")));
    if (type != DIRECTORY) {
      line.append(" links ").append(unix.get("nlink"));
      line.append(" of ").append(name);
    }
    if (type == FILE) {
      line.append(" size ").append(unix.get("size")).append(" crc ").append(crc32c(path));
    } else if (type == SYMLINK) {
      line.append(" to ").append(Files.readSymbolicLink(path));
    } else if (type != DIRECTORY) {
      line.append(" device ").append(unix.get("rdev"));
    }
    if (named && (type == FILE || type == DIRECTORY)) {
      line.append(" named ").append(attributes(path));
    }
    if (type != DIRECTORY) {
      lines.put(unix.get("ino"), line.toString());
    }
    facts.put(name.isEmpty() ? "/" : name, line.toString());
    if (type == DIRECTORY) {
      TreeSet<String> names = new TreeSet<>();
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
        entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
      }
      for (String below : names) {
        add(path.resolve(below), name + "/" + below);
      }
    }
  }

  private static String attributes(Path path) throws IOException {
    UserDefinedFileAttributeView view =
        Files.getFileAttributeView(path, UserDefinedFileAttributeView.class);
    SortedMap<String, String> values = new TreeMap<>();
    for (String name : view.list()) {
      ByteBuffer value = ByteBuffer.allocate(view.size(name));
      view.read(name, value);
      CRC32C crc = new CRC32C();
      crc.update(value.flip());
      values.put(name, value.limit() + "/" + crc.getValue());
    }
    return values.toString();
  }

  private static long crc32c(Path path) throws IOException {
    CRC32C crc = new CRC32C();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(path)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        crc.update(buffer, 0, count);
      }
    }
    return crc.getValue();
  }

  /** Whether what is in {@code directory} can have extended attributes. */
  static boolean takesAttributes(Path directory) throws IOException {
    Path probe = Files.createTempFile(directory, "probe", "");
    try {
      Files.setAttribute(probe, "user:probe", new byte[1]);
      return true;
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    } finally {
      Files.delete(probe);
    }
  }

  /** Everything that a byte, a time or a link more or less would change, of local files. */
  static SortedMap<String, String> disk(Path root) throws IOException {
    SortedMap<String, String> files = new TreeMap<>();
    try (var paths = Files.walk(root)) {
      for (Path path : paths.toList()) {
        try {
          Map<String, Object> unix =
              Files.readAttributes(
                  path,
                  "unix:ino,mode,nlink,size,lastModifiedTime,ctime",
                  LinkOption.NOFOLLOW_LINKS);
          String crc = Files.isRegularFile(path) ? " crc " + crc32c(path) : "";
          files.put(root.relativize(path).toString(), new TreeMap<>(unix) + crc);
        } catch (NoSuchFileException e) {
          throw new AssertionError(path + " went away", e);
        }
      }
    }
    return files;
  }
}
