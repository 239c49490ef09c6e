package io.quorate.store.nio;

import io.quorate.store.file.FileTree;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Command;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The views of a file's attributes: basic, posix, owner, user. */
final class AttributeViews {
  /** Namespace of extended attributes that any user may set. */
  private static final String USER = "user.";

  private AttributeViews() {}

  /** The view of that type, or null if there is none. */
  static <V extends FileAttributeView> @Nullable V of(
      QuoratePath path, Class<V> type, boolean follow) {
    return of(path, type, follow, () -> {});
  }

  /**
   * The view of that type, or null if there is none.
   *
   * @param check called before each use; throws when the view may not be used any more
   */
  static <V extends FileAttributeView> @Nullable V of(
      QuoratePath path, Class<V> type, boolean follow, Runnable check) {
    FileAttributeView view;
    if (type == UserDefinedFileAttributeView.class) {
      view = new UserDefined(path, follow, check);
    } else if (type == BasicFileAttributeView.class) {
      view = new Posix("basic", path, follow, check);
    } else if (type.isAssignableFrom(Posix.class) && type != FileAttributeView.class) {
      String name = type == PosixFileAttributeView.class ? "posix" : "owner";
      view = new Posix(name, path, follow, check);
    } else {
      return null;
    }
    return type.cast(view);
  }

  /** Basic, owner and posix in one: what differs is the name. */
  private record Posix(String name, QuoratePath path, boolean follow, Runnable check)
      implements PosixFileAttributeView {

    @Override
    public QuorateFileAttributes readAttributes() throws IOException {
      check.run();
      return new QuorateFileAttributes(path.getFileSystem().stat(path, follow));
    }

    @Override
    public void setTimes(
        @Nullable FileTime modified, @Nullable FileTime accessed, @Nullable FileTime created)
        throws IOException {
      if (modified != null || accessed != null || created != null) {
        change(
            new AttributeChange(
                null, null, null, nanos(accessed), nanos(modified), nanos(created)));
      }
    }

    private static @Nullable Long nanos(@Nullable FileTime time) {
      return time == null ? null : QuorateFileAttributes.nanos(time);
    }

    @Override
    public void setPermissions(Set<PosixFilePermission> permissions) throws IOException {
      // What PosixFilePermission has no word for stays.
      int others = readAttributes().attributes().permissions() & ~Permissions.MASK;
      change(AttributeChange.ofPermissions(Permissions.bits(permissions) | others));
    }

    @Override
    public void setGroup(GroupPrincipal group) throws IOException {
      change(new AttributeChange(null, null, Principals.groupId(group), null, null, null));
    }

    @Override
    public UserPrincipal getOwner() throws IOException {
      return readAttributes().owner();
    }

    @Override
    public void setOwner(UserPrincipal owner) throws IOException {
      change(new AttributeChange(null, Principals.userId(owner), null, null, null, null));
    }

    private void change(AttributeChange change) throws IOException {
      check.run();
      path.getFileSystem().setAttributes(path, follow, change);
    }
  }

  /** Extended attributes of the namespace "user", named without it. */
  private record UserDefined(QuoratePath path, boolean follow, Runnable check)
      implements UserDefinedFileAttributeView {

    @Override
    public String name() {
      return "user";
    }

    @Override
    public List<String> list() throws IOException {
      List<String> names = new ArrayList<>();
      try {
        for (Bytes name : tree().listXattrs(path.at(follow))) {
          String text = name.toString();
          if (text.startsWith(USER)) {
            names.add(text.substring(USER.length()));
          }
        }
      } catch (FileSystemException e) {
        throw JdkErrors.translate(e, path);
      }
      return names;
    }

    @Override
    public int size(String name) throws IOException {
      return value(name).length();
    }

    @Override
    public int read(String name, ByteBuffer target) throws IOException {
      if (target.isReadOnly()) {
        throw new IllegalArgumentException(
            "the buffer to read attribute " + name + " is read-only");
      }
      Bytes value = value(name);
      if (value.length() > target.remaining()) {
        throw new FileSystemException(
            path.toString(),
            null,
            "attribute "
                + name
                + " has "
                + value.length()
                + " bytes, the buffer room for "
                + target.remaining());
      }
      target.put(value.unsafeArray());
      return value.length();
    }

    private Bytes value(String name) throws IOException {
      try {
        return tree().getXattr(path.at(follow), full(name));
      } catch (FileSystemException e) {
        throw JdkErrors.translate(e, path);
      }
    }

    @Override
    public int write(String name, ByteBuffer source) throws IOException {
      byte[] value = new byte[source.remaining()];
      source.get(value);
      try {
        tree().setXattr(path.at(follow), full(name), Bytes.wrap(value), Command.XattrMode.ANY);
      } catch (FileSystemException e) {
        throw JdkErrors.translate(e, path);
      }
      return value.length;
    }

    @Override
    public void delete(String name) throws IOException {
      try {
        tree().removeXattr(path.at(follow), full(name));
      } catch (FileSystemException e) {
        throw JdkErrors.translate(e, path);
      }
    }

    private static Bytes full(String name) {
      return Bytes.utf8(USER + Objects.requireNonNull(name, "attribute name"));
    }

    private FileTree tree() {
      check.run();
      return path.getFileSystem().tree();
    }
  }
}
