package io.quorate.store.fuse.command;

import io.quorate.store.fuse.command.HostCalls.HostException;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Extent;
import io.quorate.store.metadata.FileType;
import io.quorate.store.metadata.Query;
import io.quorate.store.peer.StoppedPeer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes the tree of one peer's disk to a local directory. What is not to be had is left out and
 * told, and the rest is written. Directories get their attributes last, when they are full.
 */
final class TreeExport {
  private static final Bytes USER = Bytes.utf8("user.");
  private static final int PAGE_ENTRIES = 1000;
  private static final int PAGE_EXTENTS = 4096;
  private static final int SET_ID_BITS = 06000;

  /** Bytes of a file that this disk does not have; they read as zeros in the copy. */
  record Hole(String path, long offset, long lengthBytes, String reason) {}

  /** Hears of what the run outlives. */
  interface Listener {
    /** Something was not written. */
    void failed(IOException e);

    /** Something that the target does not take; told once for each kind. */
    void warn(String line);
  }

  private final StoppedPeer peer;
  private final HostCalls host;
  private final Progress progress;
  private final Listener listener;
  private final int user;
  private final int top;
  private final List<Hole> holes = new ArrayList<>();

  /** Where each file of several names was written, from the top. */
  private final Map<Long, Bytes> linked = new HashMap<>();

  private @Nullable Attributes root;
  private long files;
  private long directories;
  private long symlinks;
  private long others;
  private long bytes;
  private boolean ownersWarned;
  private boolean attributesWarned;

  /** A directory that is being filled. */
  private static final class Level {
    final long inode;
    final Attributes attributes;
    final int descriptor;

    /** From the top, without '/' at either end. */
    final Bytes path;

    Iterator<Answer.DirectoryEntry> page = List.<Answer.DirectoryEntry>of().iterator();
    Bytes last = Bytes.EMPTY;
    boolean ended;

    Level(Attributes attributes, int descriptor, Bytes path) {
      this.inode = attributes.inode();
      this.attributes = attributes;
      this.descriptor = descriptor;
      this.path = path;
    }
  }

  /**
   * @param top descriptor of the directory to fill; stays open
   */
  TreeExport(StoppedPeer peer, HostCalls host, int top, Progress progress, Listener listener) {
    this.peer = peer;
    this.host = host;
    this.top = top;
    this.progress = progress;
    this.listener = listener;
    user = host.user();
  }

  /**
   * Writes everything but the attributes of the top itself.
   *
   * @throws IOException if there is no room for more, or the root can not be read
   */
  void run() throws IOException {
    Deque<Level> levels = new ArrayDeque<>();
    Attributes of = answer(new Query.Stat(At.inode(At.ROOT)), Answer.Stat.class, "/").attributes();
    root = of;
    attempt(() -> extendedAttributes(of, top, "/"));
    levels.push(new Level(of, top, Bytes.EMPTY));
    while (!levels.isEmpty()) {
      Level level = levels.peek();
      Answer.DirectoryEntry entry = null;
      try {
        entry = next(level);
      } catch (IOException e) {
        level.ended = true;
        report(e);
      }
      if (entry == null) {
        levels.pop();
        if (!levels.isEmpty()) {
          attempt(() -> finish(level));
        }
        continue;
      }
      Answer.DirectoryEntry present = entry;
      attempt(
          () -> {
            Level below = write(level, present);
            if (below != null) {
              levels.push(below);
            }
          });
      progress.addFile();
    }
  }

  /**
   * Gives the top the attributes of the root, once nothing more is to change in it, and makes all
   * of it durable. The peer may be closed.
   */
  void finish() throws IOException {
    Attributes like = Objects.requireNonNull(root, "run comes first");
    attempt(() -> attributes(like, top, "/"));
    host.sync(top, "/");
  }

  List<Hole> holes() {
    return holes;
  }

  long files() {
    return files;
  }

  long directories() {
    return directories;
  }

  long symlinks() {
    return symlinks;
  }

  long others() {
    return others;
  }

  long bytes() {
    return bytes;
  }

  private interface Action {
    void run() throws IOException;
  }

  private void attempt(Action action) throws IOException {
    try {
      action.run();
    } catch (IOException e) {
      report(e);
    }
  }

  private void report(IOException e) throws IOException {
    if (e instanceof HostException host && host.full()) {
      throw e;
    }
    listener.failed(e);
  }

  private Answer.@Nullable DirectoryEntry next(Level level) throws IOException {
    while (!level.page.hasNext()) {
      if (level.ended) {
        return null;
      }
      Answer.Listing listing =
          answer(
              new Query.ListDirectory(At.inode(level.inode), level.last, PAGE_ENTRIES, true),
              Answer.Listing.class,
              shown(level.path));
      level.ended = listing.end() || listing.entries().isEmpty();
      level.page = listing.entries().iterator();
    }
    Answer.DirectoryEntry entry = level.page.next();
    level.last = entry.name();
    return entry;
  }

  private <A extends Answer> A answer(Query query, Class<A> type, String path) throws IOException {
    Answer answer;
    try {
      answer = peer.ask(query);
    } catch (IOException e) {
      throw new IOException(
          FileFacts.printable(path) + ": the metadata can not be read: " + e.getMessage(), e);
    }
    if (answer instanceof Answer.Failed failed) {
      throw new IOException(
          FileFacts.printable(path) + ": the metadata is damaged: " + failed.detail());
    }
    return type.cast(answer);
  }

  private static String shown(Bytes path) {
    return "/" + path;
  }

  private static Bytes child(Bytes directory, Bytes name) {
    if (directory.isEmpty()) {
      return name;
    }
    ByteBuffer path = ByteBuffer.allocate(directory.length() + 1 + name.length());
    path.put(directory.unsafeArray()).put((byte) '/').put(name.unsafeArray());
    return Bytes.wrap(path.array());
  }

  /** Writes one entry; answers the directory that is to be filled next, if it is one. */
  private @Nullable Level write(Level in, Answer.DirectoryEntry entry) throws IOException {
    Attributes attributes = entry.attributes();
    Bytes path = child(in.path, entry.name());
    String shown = shown(path);
    if (attributes == null) {
      throw new IOException(FileFacts.printable(shown) + ": the metadata has no attributes of it");
    }
    if (attributes.type() == FileType.DIRECTORY) {
      Level below =
          new Level(attributes, host.makeDirectory(in.descriptor, entry.name(), shown), path);
      directories++;
      return below;
    }
    Bytes first = attributes.links() > 1 ? linked.get(attributes.inode()) : null;
    if (first != null) {
      host.makeLink(top, first, in.descriptor, entry.name(), shown);
    } else {
      single(in.descriptor, entry.name(), attributes, shown);
      if (attributes.links() > 1) {
        linked.put(attributes.inode(), path);
      }
    }
    switch (attributes.type()) {
      case REGULAR -> files++;
      case SYMLINK -> symlinks++;
      case FIFO, SOCKET, CHARACTER_DEVICE, BLOCK_DEVICE, DIRECTORY -> others++;
    }
    return null;
  }

  private void single(int at, Bytes name, Attributes attributes, String shown) throws IOException {
    switch (attributes.type()) {
      case REGULAR -> file(at, name, attributes, shown);
      case SYMLINK -> {
        Query query = new Query.ReadSymlink(At.inode(attributes.inode()));
        Bytes target = answer(query, Answer.Symlink.class, shown).target();
        host.makeSymlink(at, name, target, shown);
        named(at, name, attributes, shown);
      }
      case FIFO, SOCKET, CHARACTER_DEVICE, BLOCK_DEVICE, DIRECTORY -> {
        try {
          host.makeNode(at, name, attributes.type().bits() | 0600, attributes.device(), shown);
        } catch (HostException e) {
          String kind = attributes.type().name().toLowerCase(java.util.Locale.ROOT);
          throw new IOException(
              FileFacts.printable(shown)
                  + ": passed over, a "
                  + kind.replace('_', ' ')
                  + " can not be made here: "
                  + e.getReason(),
              e);
        }
        named(at, name, attributes, shown);
      }
    }
  }

  /** Sets what a thing has that is not opened for it. */
  private void named(int at, Bytes name, Attributes attributes, String shown) throws IOException {
    boolean owned = owned(attributes);
    if (owned) {
      host.setOwner(at, name, attributes.uid(), attributes.gid(), shown);
    }
    if (attributes.type() != FileType.SYMLINK) {
      host.setPermissions(at, name, permissions(attributes, owned), shown);
    }
    host.setTimes(at, name, attributes.atimeNanos(), attributes.mtimeNanos(), shown);
  }

  private void file(int at, Bytes name, Attributes attributes, String shown) throws IOException {
    int file = host.makeFile(at, name, shown);
    boolean whole = false;
    try {
      content(attributes, file, shown);
      host.setSize(file, attributes.sizeBytes(), shown);
      whole = true;
      extendedAttributes(attributes, file, shown);
      attributes(attributes, file, shown);
    } finally {
      host.close(file, shown);
      if (!whole) {
        host.unlink(at, name, shown);
      }
    }
  }

  private void content(Attributes attributes, int file, String shown) throws IOException {
    long size = attributes.sizeBytes();
    for (long offset = 0; offset < size; ) {
      Answer.ContentMap map =
          answer(
              new Query.MapContent(
                  At.inode(attributes.inode()), 0, offset, size - offset, PAGE_EXTENTS),
              Answer.ContentMap.class,
              shown);
      long next = size;
      for (Extent extent : map.extents()) {
        extent(
            extent,
            Math.max(offset, extent.fileOffset()),
            Math.min(size, extent.end()),
            file,
            shown);
        next = extent.end();
      }
      offset = map.end() || map.extents().isEmpty() ? size : next;
    }
  }

  private void extent(Extent extent, long from, long to, int file, String shown)
      throws IOException {
    if (from >= to) {
      return;
    }
    int length = (int) (to - from);
    int within = extent.chunkOffset() + (int) (from - extent.fileOffset());
    ByteBuffer data;
    try {
      data = peer.read(extent.chunk(), within, length);
    } catch (IOException e) {
      hole(new Hole(shown, from, length, String.valueOf(e.getMessage())));
      return;
    }
    if (data == null) {
      hole(new Hole(shown, from, length, "this disk does not have it"));
      return;
    }
    host.write(file, from, data, shown);
    bytes += length;
    progress.addBytes(length);
  }

  private void hole(Hole hole) {
    Hole last = holes.isEmpty() ? null : holes.getLast();
    if (last != null
        && last.path.equals(hole.path)
        && last.offset + last.lengthBytes == hole.offset
        && last.reason.equals(hole.reason)) {
      holes.set(
          holes.size() - 1,
          new Hole(last.path, last.offset, last.lengthBytes + hole.lengthBytes, last.reason));
    } else {
      holes.add(hole);
    }
  }

  private void finish(Level level) throws IOException {
    String shown = shown(level.path);
    try {
      extendedAttributes(level.attributes, level.descriptor, shown);
      attributes(level.attributes, level.descriptor, shown);
    } finally {
      host.close(level.descriptor, shown);
    }
  }

  /** Owner, mode and times, in this order: the first takes bits of the second away. */
  private void attributes(Attributes attributes, int file, String shown) throws IOException {
    boolean owned = owned(attributes);
    if (owned) {
      host.setOwner(file, attributes.uid(), attributes.gid(), shown);
    }
    host.setPermissions(file, permissions(attributes, owned), shown);
    host.setTimes(file, attributes.atimeNanos(), attributes.mtimeNanos(), shown);
  }

  private boolean owned(Attributes attributes) {
    if (user == 0) {
      return true;
    }
    if (attributes.uid() != user && !ownersWarned) {
      ownersWarned = true;
      listener.warn("only root can set owners: what is written belongs to you");
    }
    return false;
  }

  /** Bits that lend the owner's rights must not lend those of another one. */
  private int permissions(Attributes attributes, boolean owned) {
    boolean same = owned || attributes.uid() == user;
    return same ? attributes.permissions() : attributes.permissions() & ~SET_ID_BITS;
  }

  private void extendedAttributes(Attributes attributes, int file, String shown)
      throws IOException {
    At at = At.inode(attributes.inode());
    for (Bytes name : answer(new Query.ListXattrs(at), Answer.Xattrs.class, shown).names()) {
      if (name.length() <= USER.length() || !name.slice(0, USER.length()).equals(USER)) {
        continue;
      }
      Bytes value = answer(new Query.GetXattr(at, name), Answer.Xattr.class, shown).value();
      try {
        host.setAttribute(file, name, value, shown);
      } catch (HostException e) {
        if (e.errno() == HostCalls.EOPNOTSUPP) {
          if (!attributesWarned) {
            attributesWarned = true;
            listener.warn("extended attributes are left out: the file system does not take them");
          }
          return;
        }
        // "No space" is said of a single attribute that is too large, too.
        listener.failed(
            new IOException(
                FileFacts.printable(shown)
                    + ": extended attribute "
                    + name
                    + " is left out: "
                    + e.getReason(),
                e));
      }
    }
  }
}
