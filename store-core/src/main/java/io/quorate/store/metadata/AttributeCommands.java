package io.quorate.store.metadata;

import io.quorate.store.metadata.Command.XattrMode;
import io.quorate.store.metadata.Metadata.Change.Kind;

/** Commands that change attributes, plain and extended. */
final class AttributeCommands {
  /** As Linux has them: a name, a value, and the list of all names of an inode. */
  private static final int MAX_XATTR_NAME_BYTES = 255;

  private static final int MAX_XATTR_VALUE_BYTES = 64 << 10;

  private final Transaction tx;
  private final XattrRows rows;
  private final Acls acls;

  AttributeCommands(Transaction tx) {
    this.tx = tx;
    this.rows = new XattrRows(tx);
    this.acls = new Acls(tx);
  }

  Result setAttributes(Command.SetAttributes command) {
    Resolver.Found found = tx.resolver.find(command.at());
    Inode inode = found.inode();
    if (inode.type == FileType.SYMLINK && command.change().permissions() != null) {
      throw new Refused(ErrorCode.NOT_SUPPORTED, "a symlink has no permissions of its own");
    }
    change(inode, command.change());
    tx.touch(inode);
    tx.save(inode);
    tx.tell(Kind.ATTRIBUTES, found);
    return new Result.Node(inode.attributes(), false);
  }

  /** Applies {@code change}; the caller marks and saves the inode. */
  void change(Inode inode, AttributeChange change) {
    Integer permissions = change.permissions();
    Integer uid = change.uid();
    Integer gid = change.gid();
    if (uid != null) {
      inode.uid = uid;
    }
    if (gid != null) {
      inode.gid = gid;
    }
    if (permissions != null) {
      inode.permissions = permissions & 07777;
      acls.permissionsSet(inode);
    } else if ((uid != null || gid != null) && inode.type == FileType.REGULAR) {
      inode.permissions = AttributeChange.withoutPrivileges(inode.permissions);
    }
    Long atime = change.atimeNanos();
    Long mtime = change.mtimeNanos();
    Long birth = change.birthNanos();
    inode.atime = atime == null ? inode.atime : time(atime);
    inode.mtime = mtime == null ? inode.mtime : time(mtime);
    inode.birth = birth == null ? inode.birth : time(birth);
  }

  long time(long nanos) {
    return nanos == AttributeChange.NOW ? tx.stampNanos : nanos;
  }

  static void checkXattrName(Bytes name) {
    if (name.isEmpty() || name.length() > MAX_XATTR_NAME_BYTES) {
      throw new Refused(
          ErrorCode.RANGE,
          "an attribute's name has 1 to " + MAX_XATTR_NAME_BYTES + " bytes, not " + name.length());
    }
    for (byte b : name.unsafeArray()) {
      if (b == 0) {
        throw new Refused(ErrorCode.INVALID, "an attribute's name contains a NUL byte");
      }
    }
  }

  Result setXattr(Command.SetXattr command) {
    Bytes name = command.name();
    checkXattrName(name);
    if (command.value().length() > MAX_XATTR_VALUE_BYTES) {
      throw new Refused(
          ErrorCode.RANGE,
          "an attribute's value has at most "
              + MAX_XATTR_VALUE_BYTES
              + " bytes, not "
              + command.value().length());
    }
    Resolver.Found found = tx.resolver.find(command.at());
    Inode inode = found.inode();
    boolean known = rows.get(inode, name) != null;
    if (known && command.mode() == XattrMode.CREATE) {
      throw new Refused(ErrorCode.EXISTS, "the attribute '" + name + "' exists");
    }
    if (!known && command.mode() == XattrMode.REPLACE) {
      throw noAttribute(name);
    }
    if (acls.concern(name)) {
      acls.set(inode, name, command.value(), command.mode());
    } else {
      rows.put(inode, name, command.value());
    }
    return done(found);
  }

  Result removeXattr(Command.RemoveXattr command) {
    Bytes name = command.name();
    checkXattrName(name);
    Resolver.Found found = tx.resolver.find(command.at());
    Inode inode = found.inode();
    if (acls.concern(name)) {
      acls.remove(inode, name);
    } else if (!rows.remove(inode, name)) {
      throw noAttribute(name);
    }
    return done(found);
  }

  private Result done(Resolver.Found found) {
    tx.touch(found.inode());
    tx.save(found.inode());
    tx.tell(Kind.ATTRIBUTES, found);
    return new Result.Done();
  }

  static Refused noAttribute(Bytes name) {
    return new Refused(ErrorCode.NO_ATTRIBUTE, "there is no attribute '" + name + "'");
  }
}
