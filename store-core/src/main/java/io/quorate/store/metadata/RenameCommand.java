package io.quorate.store.metadata;

import io.quorate.store.metadata.Command.RenameMode;
import io.quorate.store.metadata.Metadata.Change.Kind;
import io.quorate.store.metadata.Resolver.Ending;
import io.quorate.store.metadata.Resolver.Place;

/** rename(2) and its two flags. */
final class RenameCommand {
  private static final int FIRST_MOVE = 1;
  private static final int SECOND_MOVE = 2;

  private final Transaction tx;
  private final Command.Rename command;
  private final Place from;
  private final Place to;

  RenameCommand(Transaction tx, Command.Rename command) {
    this.tx = tx;
    this.command = command;
    this.from = tx.resolver.locate(command.from());
    this.to = tx.resolver.locate(command.to());
  }

  Result apply() {
    requireName(from, command.from());
    requireName(to, command.to());
    if (!from.exists()) {
      throw Resolver.notFound(command.from());
    }
    if (command.mode() == RenameMode.EXCHANGE && !to.exists()) {
      throw Resolver.notFound(command.to());
    }
    if (command.mode() == RenameMode.NO_REPLACE && to.exists()) {
      throw new Refused(ErrorCode.EXISTS, "'" + command.to().path() + "' exists");
    }
    if ((from.slash() && !from.isDirectory())
        || (to.slash() && !(to.exists() ? to : from).isDirectory())) {
      throw new Refused(ErrorCode.NOT_DIRECTORY, "a path that ends in '/' names a directory");
    }
    if (from.inode() == to.inode()) {
      return new Result.Done(); // Two names of one inode: POSIX leaves both.
    }
    requireOutside(from, to);
    if (command.mode() == RenameMode.EXCHANGE) {
      requireOutside(to, from);
      exchange();
    } else {
      move();
    }
    return new Result.Done();
  }

  private static void requireName(Place place, At at) {
    if (place.ending() != Ending.NAME) {
      throw new Refused(
          ErrorCode.INVALID, "'" + at.path() + "' does not end in a name that could be renamed");
    }
  }

  /** A directory must not move into itself or below: it would be cut off from the root. */
  private void requireOutside(Place moved, Place target) {
    if (!moved.isDirectory() || moved.directory() == target.directory()) {
      return;
    }
    long above = target.directory();
    while (above != At.ROOT && above != 0) {
      if (above == moved.inode()) {
        throw new Refused(ErrorCode.INVALID, "a directory cannot move into its own subtree");
      }
      above = tx.view.need(above).parent;
    }
  }

  private void move() {
    Inode oldDirectory = tx.view.need(from.directory());
    Inode newDirectory = newDirectory(oldDirectory);
    Inode moved = tx.view.need(from.inode());
    if (to.exists()) {
      replace(newDirectory, moved);
    }
    tx.removeName(oldDirectory, from.name(), moved);
    tx.addName(newDirectory, to.name(), moved);
    tx.touch(moved);
    tx.save(moved);
    tx.save(oldDirectory);
    tx.save(newDirectory);
    forgetPaths(moved);
    tx.tell(Kind.REMOVED, moved, oldDirectory.id, from.name(), FIRST_MOVE);
    tx.tell(Kind.CREATED, moved, newDirectory.id, to.name(), FIRST_MOVE);
  }

  private void forgetPaths(Inode moved) {
    if (moved.isDirectory()) {
      tx.paths.forget();
    }
  }

  private Inode newDirectory(Inode oldDirectory) {
    return to.directory() == oldDirectory.id ? oldDirectory : tx.needLiveDirectory(to.directory());
  }

  private void replace(Inode newDirectory, Inode moved) {
    Inode victim = tx.view.need(to.inode());
    if (moved.isDirectory() && !victim.isDirectory()) {
      throw new Refused(ErrorCode.NOT_DIRECTORY, "a directory replaces only a directory");
    }
    if (!moved.isDirectory() && victim.isDirectory()) {
      throw new Refused(ErrorCode.IS_DIRECTORY, "only a directory replaces a directory");
    }
    NamespaceCommands names = new NamespaceCommands(tx);
    if (victim.isDirectory()) {
      NamespaceCommands.requireEmpty(victim);
    }
    tx.removeName(newDirectory, to.name(), victim);
    tx.tell(Kind.REPLACED, victim, newDirectory.id, to.name());
    if (victim.isDirectory()) {
      names.dropDirectory(victim);
    } else {
      names.dropLink(victim);
    }
  }

  private void exchange() {
    Inode oldDirectory = tx.view.need(from.directory());
    Inode newDirectory = newDirectory(oldDirectory);
    Inode first = tx.view.need(from.inode());
    Inode second = tx.view.need(to.inode());
    tx.removeName(oldDirectory, from.name(), first);
    tx.removeName(newDirectory, to.name(), second);
    tx.addName(newDirectory, to.name(), first);
    tx.addName(oldDirectory, from.name(), second);
    tx.touch(first);
    tx.touch(second);
    tx.save(first);
    tx.save(second);
    tx.save(oldDirectory);
    tx.save(newDirectory);
    forgetPaths(first);
    forgetPaths(second);
    tx.tell(Kind.REMOVED, first, oldDirectory.id, from.name(), FIRST_MOVE);
    tx.tell(Kind.REMOVED, second, newDirectory.id, to.name(), SECOND_MOVE);
    tx.tell(Kind.CREATED, first, newDirectory.id, to.name(), FIRST_MOVE);
    tx.tell(Kind.CREATED, second, oldDirectory.id, from.name(), SECOND_MOVE);
  }
}
