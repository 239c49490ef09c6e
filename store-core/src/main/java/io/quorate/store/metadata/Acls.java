package io.quorate.store.metadata;

import io.quorate.store.metadata.Command.XattrMode;
import org.jspecify.annotations.Nullable;

/**
 * Keeps ACLs and mode bits in step, once the cluster's feature level says so; below it the
 * attributes are like any other. All of it touches rows of inodes that have attributes only.
 */
final class Acls {
  private static final int SETGID = 02000;

  private final Transaction tx;
  private final XattrRows rows;

  Acls(Transaction tx) {
    this.tx = tx;
    this.rows = new XattrRows(tx);
  }

  private boolean inForce() {
    return tx.globals.featureLevel >= FeatureLevels.POSIX_ACLS;
  }

  /** Whether an attribute of that name is an ACL. */
  boolean concern(Bytes name) {
    return inForce() && PosixAcl.isName(name);
  }

  /** Sets a list; one that says nothing is removed. The caller marks and saves the inode. */
  void set(Inode inode, Bytes name, Bytes value, XattrMode mode) {
    requirePossible(inode);
    PosixAcl acl = PosixAcl.decode(value);
    if (name.equals(PosixAcl.DEFAULT) && !inode.isDirectory() && !acl.isEmpty()) {
      throw new Refused(ErrorCode.ACCESS_DENIED, "only a directory has a default ACL");
    }
    boolean keep = !acl.isEmpty();
    if (keep && name.equals(PosixAcl.ACCESS)) {
      inode.permissions = acl.permissions(inode.permissions);
      if (mode == XattrMode.ANY_WITHOUT_SETGID) {
        inode.permissions &= ~SETGID;
      }
      keep = !acl.isMinimal();
    }
    if (keep) {
      rows.put(inode, name, acl.encode());
    } else {
      rows.remove(inode, name);
    }
  }

  /** Removes a list, if there is one. The caller marks and saves the inode. */
  void remove(Inode inode, Bytes name) {
    requirePossible(inode);
    rows.remove(inode, name);
  }

  private static void requirePossible(Inode inode) {
    if (inode.type == FileType.SYMLINK) {
      throw new Refused(ErrorCode.NOT_SUPPORTED, "a symlink has no ACL");
    }
  }

  /** The permissions were set: the list says the same. */
  void permissionsSet(Inode inode) {
    PosixAcl acl = find(inode, PosixAcl.ACCESS);
    if (acl != null) {
      rows.put(inode, PosixAcl.ACCESS, acl.withPermissions(inode.permissions).encode());
    }
  }

  /**
   * Gives a new inode its permissions, and its lists if the directory has a default.
   *
   * @param carried see {@link NewPermissions}
   */
  void begin(Inode directory, Inode made, int carried) {
    made.permissions = NewPermissions.masked(carried);
    PosixAcl standard = made.type == FileType.SYMLINK ? null : find(directory, PosixAcl.DEFAULT);
    if (standard == null) {
      return;
    }
    PosixAcl.Inherited inherited = standard.inherited(NewPermissions.asked(carried));
    made.permissions = inherited.permissions();
    if (!inherited.acl().isMinimal()) {
      rows.put(made, PosixAcl.ACCESS, inherited.acl().encode());
    }
    if (made.isDirectory()) {
      rows.put(made, PosixAcl.DEFAULT, standard.encode());
    }
  }

  /** What was stored below the feature level may be no list, and is none then. */
  private @Nullable PosixAcl find(Inode inode, Bytes name) {
    Bytes value = inForce() ? rows.get(inode, name) : null;
    if (value == null) {
      return null;
    }
    try {
      PosixAcl acl = PosixAcl.decode(value);
      return acl.isEmpty() ? null : acl;
    } catch (Refused e) {
      return null;
    }
  }
}
