package io.quorate.store.metadata;

import io.quorate.store.metadata.Metadata.Change;
import io.quorate.store.metadata.Metadata.Change.Kind;
import io.quorate.store.metadata.View.Dirent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One log entry being applied: the rows, the time, the session, and what watchers will be told. */
final class Transaction {
  /** Most names of an inode and subdirectories of a directory, as ext4 has it. */
  static final int MAX_LINKS = 65_000;

  /** Largest file, in bytes. */
  static final long MAX_FILE_BYTES = 16L << 40;

  /** Rows of extents that one entry removes at once; more are cut off and purged later. */
  private static final int DISCARD_BUDGET = 4096;

  final Draft draft;
  final View view;
  final Resolver resolver;
  final Globals globals;
  final Sessions sessions;
  final DirectoryPaths paths;
  final long index;
  final long stampNanos;

  /** The session that commands; null for the leader's own. */
  final @Nullable Session session;

  final List<Change> changes = new ArrayList<>();

  /** By how much the sessions' counts of dead chunks change if the command is not refused. */
  final Map<Long, Long> tombstones = new TreeMap<>();

  int discardBudget = DISCARD_BUDGET;

  Transaction(
      Draft draft,
      Globals globals,
      Sessions sessions,
      DirectoryPaths paths,
      long index,
      long stampNanos,
      @Nullable Session session) {
    this.draft = draft;
    this.view = new View(draft);
    this.resolver = new Resolver(view);
    this.globals = globals;
    this.sessions = sessions;
    this.paths = paths;
    this.index = index;
    this.stampNanos = stampNanos;
    this.session = session;
  }

  Inode newInode(FileType type) {
    Inode inode = new Inode(globals.nextId++, type);
    inode.atime = stampNanos;
    inode.mtime = stampNanos;
    inode.ctime = stampNanos;
    inode.birth = stampNanos;
    inode.version = index;
    inode.contentVersion = index;
    if (type == FileType.REGULAR) {
      inode.content = globals.nextId++;
    }
    globals.inodes++;
    return inode;
  }

  void saveNew(Inode inode) {
    draft.putNew(MetadataTable.INODES, Keys.of(inode.id), inode.encode());
  }

  void save(Inode inode) {
    draft.put(MetadataTable.INODES, Keys.of(inode.id), inode.encode());
  }

  /** Marks a change of attributes. */
  void touch(Inode inode) {
    inode.ctime = stampNanos;
    inode.version = index;
  }

  /** Marks a change of content: of a file's bytes or a directory's names. */
  void touchContent(Inode inode) {
    inode.mtime = stampNanos;
    inode.contentVersion = index;
    touch(inode);
  }

  /** A directory in which names may be made: one that was removed takes none. */
  Inode needLiveDirectory(long id) {
    Inode directory = view.need(id);
    if (!directory.isDirectory()) {
      throw new Refused(ErrorCode.NOT_DIRECTORY, "inode " + id + " is not a directory");
    }
    if (directory.links == 0) {
      throw new Refused(ErrorCode.NOT_FOUND, "the directory was removed");
    }
    return directory;
  }

  /** Gives {@code inode} a name; the caller counts its links and saves both. */
  void addName(Inode directory, Bytes name, Inode inode) {
    draft.put(
        MetadataTable.DIRENTS,
        Keys.of(directory.id, name),
        new Dirent(inode.id, inode.type).encode());
    directory.size++;
    if (inode.isDirectory()) {
      if (directory.links >= MAX_LINKS) {
        throw new Refused(
            ErrorCode.TOO_MANY_LINKS, "a directory holds at most " + (MAX_LINKS - 2) + " others");
      }
      directory.links++;
    }
    inode.parent = directory.id;
    inode.name = name;
    touchContent(directory);
  }

  /** Takes a name away; the caller counts the inode's links and saves both. */
  void removeName(Inode directory, Bytes name, Inode inode) {
    draft.delete(MetadataTable.DIRENTS, Keys.of(directory.id, name));
    directory.size--;
    if (inode.isDirectory()) {
      directory.links--;
    }
    if (inode.parent == directory.id && inode.name.equals(name)) {
      inode.parent = 0;
      inode.name = Bytes.EMPTY;
    }
    touchContent(directory);
  }

  void countTombstones(Session owner, long more) {
    tombstones.merge(owner.id, more, Long::sum);
  }

  /** Tells of a change under the name that the inode was given last. */
  void tell(Kind kind, Inode inode) {
    tell(kind, inode, inode.parent, inode.name);
  }

  void tell(Kind kind, Inode inode, long parent, Bytes name) {
    tell(kind, inode, parent, name, 0);
  }

  /** Tells of one half of a rename; {@code move} joins it to the other. */
  void tell(Kind kind, Inode inode, long parent, Bytes name, int move) {
    changes.add(
        new Change(
            kind,
            inode.id,
            inode.type,
            parent,
            paths.of(view, parent),
            name,
            inode.contentVersion,
            move));
  }

  /** Tells of a change to what {@code found} led to, under the name in it. */
  void tell(Kind kind, Resolver.Found found) {
    if (found.name().isEmpty()) {
      tell(kind, found.inode());
    } else {
      tell(kind, found.inode(), found.directory(), found.name());
    }
  }
}
