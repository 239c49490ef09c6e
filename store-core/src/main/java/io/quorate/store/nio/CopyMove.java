package io.quorate.store.nio;

import io.quorate.store.file.FileHandle;
import io.quorate.store.file.FileTree;
import io.quorate.store.file.OpenMode;
import io.quorate.store.file.PutRequest;
import io.quorate.store.file.RefusedException;
import io.quorate.store.file.Upload;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.ErrorCode;
import io.quorate.store.metadata.FileType;
import io.quorate.store.metadata.NewPermissions;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.LinkOption;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.concurrent.CompletionException;

/**
 * Copying and moving, within one store and from one to another. Within one, a move is a rename;
 * between two it is a copy with all attributes and then a deletion, which others may see half done.
 */
final class CopyMove {
  private final QuoratePath source;
  private final QuoratePath target;
  private final FileTree from;
  private final FileTree to;
  private final boolean oneStore;
  private boolean replace;
  private boolean copyAttributes;
  private boolean atomic;
  private boolean follow = true;

  CopyMove(QuoratePath source, QuoratePath target, CopyOption... options) {
    this.source = source;
    this.target = target;
    this.from = source.getFileSystem().tree();
    this.to = target.getFileSystem().tree();
    this.oneStore = source.getFileSystem() == target.getFileSystem();
    for (CopyOption option : options) {
      Objects.requireNonNull(option, "copy option");
      if (option == StandardCopyOption.REPLACE_EXISTING) {
        replace = true;
      } else if (option == StandardCopyOption.COPY_ATTRIBUTES) {
        copyAttributes = true;
      } else if (option == StandardCopyOption.ATOMIC_MOVE) {
        atomic = true;
      } else if (option == LinkOption.NOFOLLOW_LINKS) {
        follow = false;
      } else {
        throw new UnsupportedOperationException("copy option " + option + " is not supported");
      }
    }
  }

  // ---- copy

  void copy() throws IOException {
    if (atomic) {
      throw new UnsupportedOperationException("ATOMIC_MOVE does not go with a copy");
    }
    copy(source.getFileSystem().stat(source, follow));
  }

  private void copy(Attributes file) throws IOException {
    try {
      Attributes there = to.statIfExists(target.at(false));
      if (there != null) {
        if (isSame(file, there)) {
          return;
        }
        if (!replace) {
          throw new FileAlreadyExistsException(target.toString());
        }
        // A file takes a file's place in one step; anything else must go first.
        if (there.type() != FileType.REGULAR || file.type() != FileType.REGULAR) {
          remove(there);
        }
      }
      // As with any new file, the umask has its say, unless attributes are to be copied too.
      int permissions = NewPermissions.of(file.permissions(), to.options().umask());
      switch (file.type()) {
        case REGULAR ->
            copyFile(file, permissions, there != null && there.type() == FileType.REGULAR);
        case DIRECTORY -> to.makeDirectory(target.at(false), permissions);
        case SYMLINK -> to.makeSymlink(target.at(false), from.readSymlink(source.at(false)));
        case FIFO, SOCKET, CHARACTER_DEVICE, BLOCK_DEVICE ->
            to.makeNode(target.at(false), file.type(), permissions, file.device());
      }
      if (copyAttributes) {
        copyAttributes(file);
      }
    } catch (RefusedException e) {
      throw JdkErrors.translate(e, target);
    }
  }

  /**
   * Whether both are one file. Two stores may be two ways to one cluster; then all that makes a
   * file itself is equal, which for files of two clusters, made at other times, it is not.
   */
  private boolean isSame(Attributes file, Attributes there) {
    return file.inode() == there.inode()
        && (oneStore
            || (file.birthNanos() == there.birthNanos()
                && file.ctimeNanos() == there.ctimeNanos()));
  }

  private void remove(Attributes there) throws IOException {
    if (there.type() == FileType.DIRECTORY) {
      to.removeDirectory(target.at(false));
    } else {
      to.unlink(target.at(false));
    }
  }

  private void copyFile(Attributes file, int permissions, boolean replaces) throws IOException {
    PutRequest request =
        new PutRequest(
            target.at(false),
            permissions,
            to.caller(),
            copyAttributes ? file.mtimeNanos() : AttributeChange.NOW,
            new Command.PutCondition(!replace, -1));
    Upload upload = to.upload(request);
    try (FileHandle handle = from.open(source.at(follow), OpenMode.READ);
        QuorateInputStream content = QuorateInputStream.of(source, handle)) {
      upload.finish(upload.addAll(content, to.options().chunkBytes())).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } finally {
      upload.abandon();
    }
    if (replaces && !copyAttributes) {
      // The put kept what the old file had; a copy has the permissions of its source.
      to.setAttributes(target.at(false), AttributeChange.ofPermissions(permissions));
    }
  }

  private void copyAttributes(Attributes file) throws IOException {
    for (Bytes name : from.listXattrs(source.at(follow))) {
      to.setXattr(
          target.at(false), name, from.getXattr(source.at(follow), name), Command.XattrMode.ANY);
    }
    to.setAttributes(
        target.at(false),
        new AttributeChange(
            file.type() == FileType.SYMLINK ? null : file.permissions(),
            file.uid(),
            file.gid(),
            file.atimeNanos(),
            file.mtimeNanos(),
            file.birthNanos()));
  }

  // ---- move

  void move() throws IOException {
    if (copyAttributes) {
      throw new UnsupportedOperationException("COPY_ATTRIBUTES does not go with a move");
    }
    if (!oneStore) {
      moveToOtherStore();
      return;
    }
    try {
      if (atomic) {
        from.rename(source.at(false), target.at(false), Command.RenameMode.REPLACE);
        return;
      }
      if (!replace) {
        moveToFreeName();
        return;
      }
      try {
        from.rename(source.at(false), target.at(false), Command.RenameMode.REPLACE);
      } catch (RefusedException e) {
        if (e.code() != ErrorCode.IS_DIRECTORY && e.code() != ErrorCode.NOT_DIRECTORY) {
          throw e;
        }
        // A file in place of an (empty) directory, or the other way: not one step, as everywhere.
        Attributes there = to.statIfExists(target.at(false));
        from.stat(source.at(false));
        if (there == null) {
          throw e;
        }
        remove(there);
        from.rename(source.at(false), target.at(false), Command.RenameMode.NO_REPLACE);
      }
    } catch (RefusedException e) {
      throw JdkErrors.translate(e, source, target);
    }
  }

  private void moveToFreeName() throws IOException {
    try {
      from.rename(source.at(false), target.at(false), Command.RenameMode.NO_REPLACE);
    } catch (RefusedException e) {
      if (e.code() == ErrorCode.EXISTS
          && from.stat(source.at(false)).inode() == from.stat(target.at(false)).inode()) {
        return;
      }
      throw e;
    }
  }

  private void moveToOtherStore() throws IOException {
    if (atomic) {
      throw new AtomicMoveNotSupportedException(
          source.toString(), target.toString(), "they are in two stores");
    }
    follow = false;
    copyAttributes = true;
    Attributes file = source.getFileSystem().stat(source, false);
    boolean directory = file.type() == FileType.DIRECTORY;
    try {
      // Only what is itself one entry moves; who moves a tree walks it.
      if (directory && !from.list(source.at(false), Bytes.EMPTY, false).entries().isEmpty()) {
        throw new DirectoryNotEmptyException(source.toString());
      }
      Attributes there = to.statIfExists(target.at(false));
      if (there != null && isSame(file, there)) {
        return;
      }
      copy(file);
      if (directory) {
        from.removeDirectory(source.at(false));
      } else {
        from.unlink(source.at(false));
      }
    } catch (RefusedException e) {
      throw JdkErrors.translate(e, source);
    }
  }
}
