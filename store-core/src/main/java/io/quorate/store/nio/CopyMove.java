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
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.LinkOption;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.concurrent.CompletionException;

/** Copying and moving, within one store or from one to another. */
final class CopyMove {
  private final QuoratePath source;
  private final QuoratePath target;
  private final FileTree sourceTree;
  private final FileTree targetTree;
  private boolean replace;
  private boolean copyAttributes;
  private boolean atomic;
  private boolean follow = true;

  CopyMove(QuoratePath source, QuoratePath target, CopyOption... options) {
    this.source = source;
    this.target = target;
    this.sourceTree = source.getFileSystem().tree();
    this.targetTree = target.getFileSystem().tree();
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
    Attributes from = source.getFileSystem().stat(source, follow);
    try {
      Attributes there = targetTree.statIfExists(target.at(false));
      if (there != null) {
        if (oneStore() && there.inode() == from.inode()) {
          return;
        }
        if (!replace) {
          throw new FileAlreadyExistsException(target.toString());
        }
        // A file takes a file's place in one step; anything else must go first.
        if (there.type() != FileType.REGULAR || from.type() != FileType.REGULAR) {
          remove(there);
        }
      }
      switch (from.type()) {
        case REGULAR -> copyFile(from, there != null && there.type() == FileType.REGULAR);
        case DIRECTORY -> targetTree.makeDirectory(target.at(false), permissions(from));
        case SYMLINK ->
            targetTree.makeSymlink(target.at(false), sourceTree.readSymlink(source.at(false)));
        case FIFO, SOCKET, CHARACTER_DEVICE, BLOCK_DEVICE ->
            targetTree.makeNode(target.at(false), from.type(), permissions(from), from.device());
      }
      if (copyAttributes) {
        copyAttributes(from);
      }
    } catch (RefusedException e) {
      throw JdkErrors.translate(e, target);
    }
  }

  private void remove(Attributes there) throws IOException {
    if (there.type() == FileType.DIRECTORY) {
      targetTree.removeDirectory(target.at(false));
    } else {
      targetTree.unlink(target.at(false));
    }
  }

  private void copyFile(Attributes from, boolean replaces) throws IOException {
    PutRequest request =
        new PutRequest(
            target.at(false),
            permissions(from),
            targetTree.caller(),
            copyAttributes ? from.mtimeNanos() : AttributeChange.NOW,
            new Command.PutCondition(!replace, -1));
    Upload upload = targetTree.upload(request);
    try (FileHandle handle = sourceTree.open(source.at(follow), OpenMode.READ);
        HandleInputStream content = new HandleInputStream(source, handle)) {
      upload.finish(upload.addAll(content, targetTree.options().chunkBytes())).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } finally {
      upload.abandon();
    }
    if (replaces && !copyAttributes) {
      // The put kept what the old file had; a copy has the permissions of its source.
      targetTree.setAttributes(target.at(false), AttributeChange.ofPermissions(permissions(from)));
    }
  }

  /** A copy is a new file, which the umask is for. */
  private int permissions(Attributes from) {
    return copyAttributes ? from.permissions() : from.permissions() & ~targetTree.options().umask();
  }

  private void copyAttributes(Attributes from) throws IOException {
    for (Bytes name : sourceTree.listXattrs(source.at(follow))) {
      targetTree.setXattr(
          target.at(false),
          name,
          sourceTree.getXattr(source.at(follow), name),
          Command.XattrMode.ANY);
    }
    targetTree.setAttributes(
        target.at(false),
        new AttributeChange(
            from.type() == FileType.SYMLINK ? null : from.permissions(),
            from.uid(),
            from.gid(),
            from.atimeNanos(),
            from.mtimeNanos(),
            from.birthNanos()));
  }

  // ---- move

  void move() throws IOException {
    if (!oneStore()) {
      moveAway();
      return;
    }
    try {
      if (atomic) {
        targetTree.rename(source.at(false), target.at(false), Command.RenameMode.REPLACE);
        return;
      }
      if (!replace) {
        moveToFreeName();
        return;
      }
      try {
        targetTree.rename(source.at(false), target.at(false), Command.RenameMode.REPLACE);
      } catch (RefusedException e) {
        if (e.code() != ErrorCode.IS_DIRECTORY && e.code() != ErrorCode.NOT_DIRECTORY) {
          throw e;
        }
        // A file in place of an (empty) directory, or the other way: not one step, as everywhere.
        Attributes there = targetTree.statIfExists(target.at(false));
        sourceTree.stat(source.at(false));
        if (there == null) {
          throw e;
        }
        remove(there);
        targetTree.rename(source.at(false), target.at(false), Command.RenameMode.NO_REPLACE);
      }
    } catch (RefusedException e) {
      throw JdkErrors.translate(e, source, target);
    }
  }

  /** To another store: a copy with its attributes, and then the source goes. */
  private void moveAway() throws IOException {
    if (atomic) {
      throw new AtomicMoveNotSupportedException(
          source.toString(), target.toString(), "they are in different stores");
    }
    follow = false;
    copyAttributes = true;
    Attributes moved = source.getFileSystem().stat(source, false);
    try {
      boolean directory = moved.type() == FileType.DIRECTORY;
      if (directory && !sourceTree.list(source.at(false), Bytes.EMPTY, false).entries().isEmpty()) {
        throw new DirectoryNotEmptyException(source.toString());
      }
      copy();
      if (directory) {
        sourceTree.removeDirectory(source.at(false));
      } else {
        sourceTree.unlink(source.at(false));
      }
    } catch (RefusedException e) {
      throw JdkErrors.translate(e, source, target);
    }
  }

  private boolean oneStore() {
    return source.getFileSystem() == target.getFileSystem();
  }

  private void moveToFreeName() throws IOException {
    try {
      targetTree.rename(source.at(false), target.at(false), Command.RenameMode.NO_REPLACE);
    } catch (RefusedException e) {
      if (e.code() == ErrorCode.EXISTS
          && sourceTree.stat(source.at(false)).inode()
              == targetTree.stat(target.at(false)).inode()) {
        return;
      }
      throw e;
    }
  }
}
