package io.quorate.store.metadata;

import io.quorate.store.metadata.Metadata.Change.Kind;
import io.quorate.store.metadata.Resolver.Ending;
import io.quorate.store.metadata.Resolver.Place;

/** Commands that make and remove names. */
final class NamespaceCommands {
  private static final int SETGID = 02000;
  private static final int MAX_TARGET_BYTES = 4095;

  private final Transaction tx;

  NamespaceCommands(Transaction tx) {
    this.tx = tx;
  }

  Result create(Command.Create command) {
    Place place = tx.resolver.locate(command.at());
    if (place.exists()) {
      if (command.exclusive()) {
        throw exists(command.at());
      }
      Inode inode = tx.view.need(place.inode());
      if (inode.isDirectory()) {
        throw new Refused(ErrorCode.IS_DIRECTORY, "'" + command.at().path() + "' is a directory");
      }
      if (place.slash()) {
        throw new Refused(
            ErrorCode.NOT_DIRECTORY, "'" + command.at().path() + "' is not a directory");
      }
      return new Result.Node(inode.attributes(), false);
    }
    if (place.slash()) {
      throw new Refused(
          ErrorCode.IS_DIRECTORY,
          "'" + command.at().path() + "' ends in '/': it names a directory");
    }
    Inode file = make(place, FileType.REGULAR, command.permissions(), command.caller());
    return new Result.Node(file.attributes(), true);
  }

  Result createUnnamed(Command.CreateUnnamed command) {
    if (tx.globals.featureLevel < FeatureLevels.UNNAMED_FILES) {
      throw new Refused(ErrorCode.NOT_SUPPORTED, "the feature level is too low");
    }
    Inode directory = tx.needLiveDirectory(tx.resolver.resolve(command.at()).id);
    Inode file = prepare(directory, FileType.REGULAR, command.permissions(), command.caller());
    file.links = 0;
    tx.saveNew(file);
    new Orphans(tx).addUnnamed(file, command.linkable());
    return new Result.Node(file.attributes(), true);
  }

  Result makeDirectory(Command.MakeDirectory command) {
    Place place = newPlace(command.at(), true);
    Inode made = make(place, FileType.DIRECTORY, command.permissions(), command.caller());
    return new Result.Node(made.attributes(), true);
  }

  Result makeSymlink(Command.MakeSymlink command) {
    Bytes target = command.target();
    if (target.isEmpty()) {
      throw new Refused(ErrorCode.NOT_FOUND, "a symlink needs a target");
    }
    if (target.length() > MAX_TARGET_BYTES) {
      throw new Refused(
          ErrorCode.NAME_TOO_LONG,
          "the target has " + target.length() + " bytes; at most " + MAX_TARGET_BYTES);
    }
    for (byte b : target.unsafeArray()) {
      if (b == 0) {
        throw new Refused(ErrorCode.INVALID, "the target contains a NUL byte");
      }
    }
    Place place = newPlace(command.at(), false);
    Inode directory = tx.needLiveDirectory(place.directory());
    Inode symlink = prepare(directory, FileType.SYMLINK, 0777, command.caller());
    symlink.target = target;
    symlink.size = target.length();
    finish(directory, place, symlink);
    return new Result.Node(symlink.attributes(), true);
  }

  Result makeNode(Command.MakeNode command) {
    if (command.type() == FileType.DIRECTORY || command.type() == FileType.SYMLINK) {
      throw new Refused(
          ErrorCode.INVALID, "a " + command.type() + " is made by a command of its own");
    }
    Place place = newPlace(command.at(), false);
    Inode directory = tx.needLiveDirectory(place.directory());
    Inode node = prepare(directory, command.type(), command.permissions(), command.caller());
    boolean isDevice =
        command.type() == FileType.CHARACTER_DEVICE || command.type() == FileType.BLOCK_DEVICE;
    node.device = isDevice ? command.device() : 0;
    finish(directory, place, node);
    return new Result.Node(node.attributes(), true);
  }

  private static Refused exists(At at) {
    return new Refused(ErrorCode.EXISTS, "'" + at.path() + "' exists");
  }

  /** Where something new may be made. */
  private Place newPlace(At at, boolean isDirectory) {
    Place place = tx.resolver.locate(at);
    if (place.exists()) {
      throw exists(at);
    }
    if (place.slash() && !isDirectory) {
      throw Resolver.notFound(at);
    }
    return place;
  }

  /**
   * Makes an inode at {@code place}, which must be free; also for Put.
   *
   * @param permissions see {@link NewPermissions}
   */
  Inode make(Place place, FileType type, int permissions, Caller caller) {
    Inode directory = tx.needLiveDirectory(place.directory());
    Inode inode = prepare(directory, type, permissions, caller);
    finish(directory, place, inode);
    return inode;
  }

  private Inode prepare(Inode directory, FileType type, int permissions, Caller caller) {
    Inode inode = tx.newInode(type);
    new Acls(tx).begin(directory, inode, permissions);
    inode.uid = caller.uid();
    inode.gid = caller.gid();
    inode.links = 1;
    if ((directory.permissions & SETGID) != 0) {
      inode.gid = directory.gid;
      inode.permissions |= type == FileType.DIRECTORY ? SETGID : 0;
    }
    if (type == FileType.DIRECTORY) {
      inode.links = 2;
    }
    return inode;
  }

  private void finish(Inode directory, Place place, Inode inode) {
    tx.addName(directory, place.name(), inode);
    tx.save(directory);
    tx.saveNew(inode);
    tx.tell(Kind.CREATED, inode);
  }

  Result link(Command.Link command) {
    Inode inode = tx.resolver.resolve(command.source());
    if (inode.isDirectory()) {
      throw new Refused(ErrorCode.NOT_PERMITTED, "directories have one name only");
    }
    Place place = newPlace(command.at(), false);
    if (inode.links == 0 && !new Orphans(tx).takeUnnamed(inode)) {
      throw Resolver.notFound(command.source());
    }
    if (inode.links >= Transaction.MAX_LINKS) {
      throw new Refused(
          ErrorCode.TOO_MANY_LINKS, "an inode has at most " + Transaction.MAX_LINKS + " names");
    }
    Inode directory = tx.needLiveDirectory(place.directory());
    inode.links++;
    tx.addName(directory, place.name(), inode);
    tx.touch(inode);
    tx.save(directory);
    tx.save(inode);
    tx.tell(Kind.CREATED, inode);
    return new Result.Node(inode.attributes(), false);
  }

  Result unlink(Command.Unlink command) {
    Place place = tx.resolver.locate(command.at());
    if (!place.exists()) {
      throw Resolver.notFound(command.at());
    }
    if (place.ending() == Ending.BASE || place.isDirectory()) {
      throw new Refused(
          ErrorCode.IS_DIRECTORY, "'" + command.at().path() + "' is not a name of a file");
    }
    if (place.slash()) {
      throw new Refused(
          ErrorCode.NOT_DIRECTORY, "'" + command.at().path() + "' is not a directory");
    }
    Inode directory = tx.view.need(place.directory());
    Inode inode = tx.view.need(place.inode());
    tx.removeName(directory, place.name(), inode);
    tx.save(directory);
    tx.tell(Kind.REMOVED, inode, directory.id, place.name());
    dropLink(inode);
    return new Result.Done();
  }

  Result removeDirectory(Command.RemoveDirectory command) {
    Place place = tx.resolver.locate(command.at());
    if (!place.exists()) {
      throw Resolver.notFound(command.at());
    }
    if (place.ending() == Ending.DOT_DOT) {
      throw new Refused(ErrorCode.NOT_EMPTY, "'..' holds the directory that it was reached from");
    }
    if (place.ending() != Ending.NAME) {
      throw new Refused(
          ErrorCode.INVALID, "'" + command.at().path() + "' does not end in a directory's name");
    }
    if (!place.isDirectory()) {
      throw new Refused(
          ErrorCode.NOT_DIRECTORY, "'" + command.at().path() + "' is not a directory");
    }
    Inode inode = tx.view.need(place.inode());
    requireEmpty(inode);
    Inode directory = tx.view.need(place.directory());
    tx.removeName(directory, place.name(), inode);
    tx.save(directory);
    tx.tell(Kind.REMOVED, inode, directory.id, place.name());
    dropDirectory(inode);
    return new Result.Done();
  }

  static void requireEmpty(Inode directory) {
    if (directory.size != 0) {
      throw new Refused(ErrorCode.NOT_EMPTY, "the directory holds " + directory.size + " names");
    }
  }

  /** One name less; the last one makes an orphan. */
  void dropLink(Inode inode) {
    inode.links--;
    tx.touch(inode);
    if (inode.links == 0) {
      new Orphans(tx).add(inode);
    }
    tx.save(inode);
  }

  /** An empty directory that has lost its name. */
  void dropDirectory(Inode directory) {
    directory.links = 0;
    tx.touch(directory);
    new Orphans(tx).add(directory);
    tx.save(directory);
  }
}
