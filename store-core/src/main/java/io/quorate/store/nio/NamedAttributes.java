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
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.nio.file.attribute.UserPrincipal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Attributes by name, as {@code "posix:permissions"} or {@code "unix:ino,nlink"} or {@code "*"}.
 */
final class NamedAttributes {
  private static final AttributeChange NOTHING =
      new AttributeChange(null, null, null, null, null, null);

  private NamedAttributes() {}

  static Map<String, Object> read(QuoratePath path, String wanted, boolean follow)
      throws IOException {
    int colon = wanted.indexOf(':');
    String view = colon < 0 ? "basic" : wanted.substring(0, colon);
    String names = wanted.substring(colon + 1);
    if (view.isEmpty()) {
      throw noViewNamed(wanted);
    }
    // Empty names at the end go, as the JDK has it: "size," asks for one.
    List<String> asked = List.of(names.split(","));
    if (view.equals("user")) {
      return userDefined(path, asked, follow);
    }
    Map<String, Object> all = ofView(view, path.getFileSystem().stat(path, follow));
    Map<String, Object> chosen = new LinkedHashMap<>();
    for (String name : asked) {
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
        values.put("mode", posix.mode());
        values.put("ino", posix.inode());
        values.put("dev", 0L);
        values.put("rdev", posix.device());
        values.put("nlink", posix.links());
        values.put("uid", posix.uid());
        values.put("gid", posix.gid());
        values.put("ctime", posix.changeTime());
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

  private static Map<String, Object> userDefined(
      QuoratePath path, List<String> asked, boolean follow) throws IOException {
    UserDefinedFileAttributeView view =
        Objects.requireNonNull(AttributeViews.of(path, UserDefinedFileAttributeView.class, follow));
    Map<String, Object> values = new LinkedHashMap<>();
    for (String name : asked.contains("*") ? view.list() : asked) {
      if (name.isEmpty()) {
        throw new IllegalArgumentException("a user attribute's name can not be empty");
      }
      byte[] value = new byte[view.size(name)];
      view.read(name, ByteBuffer.wrap(value));
      values.put(name, value);
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
    AttributeChange change =
        switch (view) {
          case "basic" -> basic(view, name, value);
          case "owner" -> owner(name, value);
          case "posix" -> posix(path, view, name, value, follow);
          case "unix" -> unix(path, name, value, follow);
          case "" -> throw noViewNamed(attribute);
          default -> throw noView(view);
        };
    if (!change.equals(NOTHING)) {
      path.getFileSystem().setAttributes(path, follow, change);
    }
  }

  // A value of another type than the attribute's is a ClassCastException, as everywhere in
  // java.nio.file; a null where something is needed is a NullPointerException, but a time that is
  // null stays as it is.

  private static AttributeChange basic(String view, String name, @Nullable Object value) {
    return switch (name) {
      case "lastModifiedTime" -> AttributeChange.ofTimes(null, nanos(value));
      case "lastAccessTime" -> AttributeChange.ofTimes(nanos(value), null);
      case "creationTime" -> new AttributeChange(null, null, null, null, null, nanos(value));
      default -> throw noAttribute(view, name);
    };
  }

  private static @Nullable Long nanos(@Nullable Object value) {
    return value == null ? null : QuorateFileAttributes.nanos((FileTime) value);
  }

  private static AttributeChange owner(String name, @Nullable Object value) throws IOException {
    if (!name.equals("owner")) {
      throw noAttribute("owner", name);
    }
    UserPrincipal owner = (UserPrincipal) needed(name, value);
    return new AttributeChange(null, Principals.userId(owner), null, null, null, null);
  }

  private static AttributeChange posix(
      QuoratePath path, String view, String name, @Nullable Object value, boolean follow)
      throws IOException {
    switch (name) {
      case "permissions" -> {
        int wanted = 0;
        for (Object permission : (Set<?>) needed(name, value)) {
          wanted |= Permissions.bit((PosixFilePermission) permission);
        }
        int others = path.getFileSystem().stat(path, follow).permissions() & ~Permissions.MASK;
        return AttributeChange.ofPermissions(wanted | others);
      }
      case "group" -> {
        GroupPrincipal group = (GroupPrincipal) needed(name, value);
        return new AttributeChange(null, null, Principals.groupId(group), null, null, null);
      }
      case "owner" -> {
        return owner(name, value);
      }
      default -> {
        return basic(view, name, value);
      }
    }
  }

  private static AttributeChange unix(
      QuoratePath path, String name, @Nullable Object value, boolean follow) throws IOException {
    return switch (name) {
      case "mode" -> AttributeChange.ofPermissions((Integer) needed(name, value) & 07777);
      case "uid" ->
          new AttributeChange(null, (Integer) needed(name, value), null, null, null, null);
      case "gid" ->
          new AttributeChange(null, null, (Integer) needed(name, value), null, null, null);
      default -> posix(path, "unix", name, value, follow);
    };
  }

  private static Object needed(String name, @Nullable Object value) {
    return Objects.requireNonNull(value, () -> "'" + name + "' can not be set to null");
  }

  private static void setUserDefined(
      QuoratePath path, String name, @Nullable Object value, boolean follow) throws IOException {
    Object given = needed(name, value);
    ByteBuffer source = given instanceof byte[] whole ? ByteBuffer.wrap(whole) : (ByteBuffer) given;
    byte[] array = new byte[source.remaining()];
    source.get(array);
    Bytes bytes = Bytes.wrap(array);
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

  private static IllegalArgumentException noViewNamed(String attribute) {
    return new IllegalArgumentException("'" + attribute + "' names no view before its ':'");
  }

  private static IllegalArgumentException noAttribute(String view, String name) {
    return new IllegalArgumentException(
        "view " + view + " has no attribute '" + name + "' that can be set");
  }
}
