package io.quorate.store.nio;

import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Command;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Attributes by name, as {@code "posix:permissions"} or {@code "unix:ino,nlink"} or {@code "*"}.
 */
final class NamedAttributes {
  private NamedAttributes() {}

  static Map<String, Object> read(QuoratePath path, String wanted, boolean follow)
      throws IOException {
    int colon = wanted.indexOf(':');
    String view = colon < 0 ? "basic" : wanted.substring(0, colon);
    String names = wanted.substring(colon + 1);
    if (names.isEmpty()) {
      throw new IllegalArgumentException("no attribute is named in '" + wanted + "'");
    }
    Map<String, Object> all =
        view.equals("user")
            ? userDefined(path, follow)
            : ofView(view, path.getFileSystem().stat(path, follow));
    Map<String, Object> chosen = new LinkedHashMap<>();
    for (String name : names.split(",", -1)) {
      if (name.equals("*")) {
        chosen.putAll(all);
        continue;
      }
      Object value = all.get(name);
      if (value == null) {
        throw new IllegalArgumentException(
            "view " + view + " has no attribute '" + name + "'; it has " + all.keySet());
      }
      chosen.put(name, value);
    }
    return chosen;
  }

  private static Map<String, Object> ofView(String view, Attributes attributes) {
    QuorateFileAttributes posix = new QuorateFileAttributes(attributes);
    Map<String, Object> values = new LinkedHashMap<>();
    switch (view) {
      case "basic" -> addBasic(values, posix);
      case "owner" -> values.put("owner", posix.owner());
      case "posix" -> {
        addBasic(values, posix);
        addPosix(values, posix);
      }
      case "unix" -> {
        addBasic(values, posix);
        addPosix(values, posix);
        values.put("mode", attributes.mode());
        values.put("ino", attributes.inode());
        values.put("dev", 0L);
        values.put("rdev", attributes.device());
        values.put("nlink", attributes.links());
        values.put("uid", attributes.uid());
        values.put("gid", attributes.gid());
        values.put("ctime", QuorateFileAttributes.time(attributes.ctimeNanos()));
      }
      default -> throw noView(view);
    }
    return values;
  }

  private static void addBasic(Map<String, Object> values, QuorateFileAttributes attributes) {
    values.put("size", attributes.size());
    values.put("creationTime", attributes.creationTime());
    values.put("lastAccessTime", attributes.lastAccessTime());
    values.put("lastModifiedTime", attributes.lastModifiedTime());
    values.put("isDirectory", attributes.isDirectory());
    values.put("isRegularFile", attributes.isRegularFile());
    values.put("isSymbolicLink", attributes.isSymbolicLink());
    values.put("isOther", attributes.isOther());
    values.put("fileKey", attributes.fileKey());
  }

  private static void addPosix(Map<String, Object> values, QuorateFileAttributes attributes) {
    values.put("permissions", attributes.permissions());
    values.put("owner", attributes.owner());
    values.put("group", attributes.group());
  }

  private static Map<String, Object> userDefined(QuoratePath path, boolean follow)
      throws IOException {
    Map<String, Object> values = new LinkedHashMap<>();
    try {
      for (Bytes name : path.getFileSystem().tree().listXattrs(path.at(follow))) {
        String text = name.toString();
        if (text.startsWith("user.")) {
          Bytes value = path.getFileSystem().tree().getXattr(path.at(follow), name);
          values.put(text.substring("user.".length()), value.toArray());
        }
      }
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    }
    return values;
  }

  static void set(QuoratePath path, String attribute, @Nullable Object value, boolean follow)
      throws IOException {
    int colon = attribute.indexOf(':');
    String view = colon < 0 ? "basic" : attribute.substring(0, colon);
    String name = attribute.substring(colon + 1);
    if (view.equals("user")) {
      setUserDefined(path, name, value, follow);
      return;
    }
    if (!Set.of("basic", "owner", "posix", "unix").contains(view)) {
      throw noView(view);
    }
    path.getFileSystem().setAttributes(path, follow, change(path, view, name, value, follow));
  }

  private static AttributeChange change(
      QuoratePath path, String view, String name, @Nullable Object value, boolean follow)
      throws IOException {
    boolean basic = !view.equals("owner");
    boolean posix = view.equals("posix") || view.equals("unix");
    boolean unix = view.equals("unix");
    if (basic && value instanceof FileTime time) {
      long nanos = QuorateFileAttributes.nanos(time);
      switch (name) {
        case "lastModifiedTime" -> {
          return AttributeChange.ofTimes(null, nanos);
        }
        case "lastAccessTime" -> {
          return AttributeChange.ofTimes(nanos, null);
        }
        case "creationTime" -> {
          return new AttributeChange(null, null, null, null, null, nanos);
        }
        default -> throw noAttribute(view, name, value);
      }
    }
    if (posix && name.equals("permissions") && value instanceof Set<?> permissions) {
      int bits = path.getFileSystem().stat(path, follow).permissions() & ~Permissions.MASK;
      for (Object permission : permissions) {
        bits |= Permissions.bit((PosixFilePermission) permission);
      }
      return AttributeChange.ofPermissions(bits);
    }
    if (posix && name.equals("group") && value instanceof GroupPrincipal group) {
      return new AttributeChange(null, null, Principals.id(group), null, null, null);
    }
    if ((posix || !basic) && name.equals("owner") && value instanceof UserPrincipal owner) {
      return new AttributeChange(null, Principals.id(owner), null, null, null, null);
    }
    if (unix && value instanceof Integer number) {
      switch (name) {
        case "mode" -> {
          return AttributeChange.ofPermissions(number & 07777);
        }
        case "uid" -> {
          return new AttributeChange(null, number, null, null, null, null);
        }
        case "gid" -> {
          return new AttributeChange(null, null, number, null, null, null);
        }
        default -> throw noAttribute(view, name, value);
      }
    }
    throw noAttribute(view, name, value);
  }

  private static void setUserDefined(
      QuoratePath path, String name, @Nullable Object value, boolean follow) throws IOException {
    Bytes bytes;
    switch (value) {
      case byte[] array -> bytes = Bytes.copyOf(array);
      case ByteBuffer buffer -> {
        byte[] array = new byte[buffer.remaining()];
        buffer.get(array);
        bytes = Bytes.wrap(array);
      }
      case null, default -> throw noAttribute("user", name, value);
    }
    try {
      path.getFileSystem()
          .tree()
          .setXattr(path.at(follow), Bytes.utf8("user." + name), bytes, Command.XattrMode.ANY);
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    }
  }

  private static UnsupportedOperationException noView(String view) {
    return new UnsupportedOperationException(
        "there is no view '" + view + "'; there are " + QuorateFileSystem.VIEWS);
  }

  private static IllegalArgumentException noAttribute(
      String view, String name, @Nullable Object value) {
    return new IllegalArgumentException(
        "view "
            + view
            + " can not set '"
            + name
            + "' to "
            + (value == null ? "null" : "a " + value.getClass().getSimpleName()));
  }
}
