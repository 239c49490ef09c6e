package io.quorate.store.file;

import io.quorate.store.StoreOptions;
import io.quorate.store.gateway.ChangeBatch;
import io.quorate.store.gateway.ClusterMembers;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.gateway.MemberCall;
import io.quorate.store.gateway.ScrubDemand;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Caller;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.ErrorCode;
import io.quorate.store.metadata.FeatureLevels;
import io.quorate.store.metadata.FileType;
import io.quorate.store.metadata.Query;
import io.quorate.store.metadata.Result;
import io.quorate.store.world.World;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tree as one process uses it: the view that every face of the store stands on. Names files as
 * {@link At} does, by path or by inode.
 *
 * <p>Each changing call is one command, one round; each asking call costs none. Calls throw {@link
 * RefusedException} if the tree does not allow it, NoQuorumException if nothing happened, and
 * IndeterminateWriteException if the outcome is unknown; all end by the deadline. A changing call
 * that finds the session ended goes on in a new one, which is safe as nothing happened; open files
 * do not.
 *
 * <p>Thread-safe.
 */
public final class FileTree implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FileTree.class);

  private final World world;
  private final Gateway gateway;
  private final StoreOptions options;
  private final Requests requests;
  private final InodeTable files = new InodeTable();
  private final Sessions sessions;
  private final OpenFile.Tools tools;
  private final Versions versions;
  private final Downloads downloads;
  private final RangeReads ranges;
  private final Lookups lookups;
  private final Openings openings;
  private final Window uploadBuffers;
  private final RaisedFeatures features =
      new RaisedFeatures(this::status, settings -> submit(settings, At.inode(At.ROOT), null));
  private final Acls acls;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Changes changes;
  private final PromptChanges prompt;

  private FileTree(World world, Gateway gateway, StoreOptions options) {
    this.world = world;
    this.gateway = gateway;
    this.options = options;
    this.requests = new Requests(world, options.deadlineMillis());
    Window window = new Window(options.windowBytes(), requests);
    this.sessions = new Sessions(world, gateway, requests, window, options, files);
    this.changes = new Changes(sessions, requests, closed::get);
    this.tools =
        new OpenFile.Tools(
            world,
            gateway,
            requests,
            new Window(options.unpublishedBytes(), requests),
            files,
            options.chunkBytes(),
            options.unpublishedBytes());
    this.versions = new Versions(sessions, tools, options.deadlineMillis());
    this.uploadBuffers = new Window(options.unpublishedBytes(), requests);
    this.downloads = new Downloads(this, gateway, requests, files);
    this.ranges = new RangeReads(gateway, requests);
    this.lookups = new Lookups(gateway, requests, files);
    this.openings = new Openings(tools, sessions, changes, lookups, options.deadlineMillis());
    this.prompt = new PromptChanges(changes, openings);
    this.acls = new Acls(files, requests, features, lookups::published);
  }

  /** A tree over a gateway, which it closes in the end. */
  public static FileTree over(World world, Gateway gateway, StoreOptions options) {
    return new FileTree(world, gateway, options);
  }

  public StoreOptions options() {
    return options;
  }

  public World world() {
    return world;
  }

  /** Owner of what this process makes. */
  public Caller caller() {
    return new Caller(options.uid(), options.gid());
  }

  // ---- asking

  public Attributes stat(At at) throws IOException {
    checkOpen();
    return lookups.stat(at);
  }

  /**
   * As {@link #stat}, for who must not wait: empty if the file has unpublished changes here, which
   * only the other tells. Completes on a thread that must not be kept.
   */
  public CompletableFuture<Optional<Attributes>> statAsync(At at) {
    return closed.get()
        ? CompletableFuture.failedFuture(new StoreClosedException(name(at)))
        : lookups.statAsync(at);
  }

  /** The attributes, or null if there is no such file. */
  public @Nullable Attributes statIfExists(At at) throws IOException {
    try {
      return stat(at);
    } catch (RefusedException e) {
      if (e.code() == ErrorCode.NOT_FOUND) {
        return null;
      }
      throw e;
    }
  }

  public Bytes readSymlink(At at) throws IOException {
    if (ask(new Query.ReadSymlink(at), at) instanceof Answer.Symlink symlink) {
      return symlink.target();
    }
    throw unexpected("readSymlink");
  }

  /** One page of a directory: names greater than {@code after}, in order of unsigned bytes. */
  public Answer.Listing list(At at, Bytes after, boolean attributes) throws IOException {
    Query query = new Query.ListDirectory(at, after, options.directoryPageEntries(), attributes);
    if (ask(query, at) instanceof Answer.Listing listing) {
      return listing;
    }
    throw unexpected("list");
  }

  public Bytes getXattr(At at, Bytes name) throws IOException {
    if (ask(new Query.GetXattr(at, name), at) instanceof Answer.Xattr xattr) {
      return acls.seenHere(at, name, xattr.value());
    }
    throw unexpected("getXattr");
  }

  /** As {@link #getXattr}, like {@link #statAsync}. */
  public CompletableFuture<Optional<Bytes>> getXattrAsync(At at, Bytes name) {
    if (closed.get()) {
      return CompletableFuture.failedFuture(new StoreClosedException(name(at)));
    }
    return acls.maySeeOther(name)
        ? CompletableFuture.completedFuture(Optional.empty())
        : lookups.xattrAsync(at, name).thenApply(Optional::of);
  }

  public List<Bytes> listXattrs(At at) throws IOException {
    if (ask(new Query.ListXattrs(at), at) instanceof Answer.Xattrs xattrs) {
      return xattrs.names();
    }
    throw unexpected("listXattrs");
  }

  public Answer.Totals totals() throws IOException {
    if (ask(new Query.Totals(), At.inode(At.ROOT)) instanceof Answer.Totals totals) {
      return totals;
    }
    throw unexpected("totals");
  }

  public ClusterStatus status() throws IOException {
    return Requests.join(requests.read(null, requests.deadline(), gateway::status));
  }

  public void scrub(ScrubDemand demand) throws IOException {
    Requests.join(requests.read(null, requests.deadline(), () -> gateway.scrub(demand)));
  }

  public ClusterMembers members(MemberCall call) throws IOException {
    return Requests.join(requests.read(null, requests.deadline(), () -> gateway.members(call)));
  }

  private Answer ask(Query query, At about) throws IOException {
    checkOpen();
    String file = name(about);
    Answer answer =
        Requests.join(requests.read(file, requests.deadline(), () -> gateway.ask(query)));
    if (answer instanceof Answer.Failed) {
      throw refused(answer, file);
    }
    return answer;
  }

  /**
   * Reads a range of published content without opening the file; at most 1 MiB. Shorter than asked
   * only at the end of the file.
   */
  public CompletableFuture<ByteBuffer> readAsync(At at, long offset, int lengthBytes) {
    String file = name(at);
    if (closed.get()) {
      return CompletableFuture.failedFuture(new StoreClosedException(file));
    }
    return ranges.read(at, file, offset, lengthBytes);
  }

  // ---- changing

  public Attributes makeDirectory(At at, int permissions) throws IOException {
    return makeDirectory(at, permissions, caller());
  }

  public Attributes makeDirectory(At at, int permissions, Caller owner) throws IOException {
    return node(new Command.MakeDirectory(at, permissions, owner), at, null);
  }

  public Attributes makeSymlink(At at, Bytes target) throws IOException {
    return makeSymlink(at, target, caller());
  }

  public Attributes makeSymlink(At at, Bytes target, Caller owner) throws IOException {
    return node(new Command.MakeSymlink(at, target, owner), at, null);
  }

  public Attributes makeNode(At at, FileType type, int permissions, long device)
      throws IOException {
    return makeNode(at, type, permissions, device, caller());
  }

  public Attributes makeNode(At at, FileType type, int permissions, long device, Caller owner)
      throws IOException {
    return node(new Command.MakeNode(at, type, permissions, device, owner), at, null);
  }

  /** Gives a further name, or the first: then what is unpublished is published before. */
  public Attributes link(At source, At at) throws IOException {
    if (files.anyUnpublished()) {
      Attributes now = lookups.published(source);
      OpenFile open = now.links() == 0 ? files.find(now.inode()) : null;
      if (now.links() == 0 && open == null) {
        // Its session has ended, and what was written with it.
        throw new RefusedException(ErrorCode.NOT_FOUND, name(source), name(at), "");
      }
      if (open != null) {
        new Publication(open).publish(null, requests.deadline());
      }
    }
    return node(new Command.Link(source, at), at, source);
  }

  public void unlink(At at) throws IOException {
    submit(new Command.Unlink(at), at, null);
  }

  public void removeDirectory(At at) throws IOException {
    submit(new Command.RemoveDirectory(at), at, null);
  }

  public void rename(At from, At to, Command.RenameMode mode) throws IOException {
    submit(new Command.Rename(from, to, mode), from, to);
  }

  /** The same for who must not wait. */
  public PromptChanges prompt() {
    return prompt;
  }

  /** Sets attributes; if this process has unpublished writes to the file, with their publish. */
  public void setAttributes(At at, AttributeChange change) throws IOException {
    if (files.anyUnpublished()) {
      OpenFile open = files.find(lookups.published(at).inode());
      if (open != null && open.changeWithPublish(change)) {
        return;
      }
    }
    submit(new Command.SetAttributes(at, change), at, null);
  }

  /** Sets the size of a file that need not be open; visible to all when this returns. */
  public void truncate(At at, long sizeBytes) throws IOException {
    submit(new Command.Truncate(at, sizeBytes), at, null);
  }

  public void setXattr(At at, Bytes name, Bytes value, Command.XattrMode mode) throws IOException {
    acls.beforeSet(at, name);
    submit(new Command.SetXattr(at, name, value, mode), at, null);
    acls.afterSet(at, name);
  }

  public void removeXattr(At at, Bytes name) throws IOException {
    submit(new Command.RemoveXattr(at, name), at, null);
  }

  private Attributes node(Command command, At at, @Nullable At other) throws IOException {
    return made(command, at, other).attributes();
  }

  private Result.Node made(Command command, At at, @Nullable At other) throws IOException {
    if (submit(command, at, other) instanceof Result.Node node) {
      return node;
    }
    throw unexpected(command.getClass().getSimpleName());
  }

  private Result submit(Command command, At about, @Nullable At other) throws IOException {
    checkOpen();
    return changes.submit(command, about, other);
  }

  // ---- content

  /**
   * Finds a regular file and reads its beginning, in one request. If that is all of it, neither a
   * session nor a handle is needed; otherwise the file is open when this returns.
   */
  public Beginning begin(At at) throws IOException {
    checkOpen();
    return downloads.begin(at);
  }

  /**
   * Copies a whole file into {@code sink}; a small one costs one request.
   *
   * @return bytes copied
   */
  public long copy(At at, OutputStream sink) throws IOException {
    checkOpen();
    return downloads.copy(at, sink);
  }

  /** Opens a regular file. No round, but for one that it creates: then one. */
  public FileHandle open(At at, OpenMode mode) throws IOException {
    return open(at, mode, caller());
  }

  /**
   * The same for somebody else.
   *
   * @param owner of a file that it creates
   */
  public FileHandle open(At at, OpenMode mode, Caller owner) throws IOException {
    checkOpen();
    String file = name(at);
    long ticket = files.opening();
    try {
      Session session = openings.session(mode, file);
      Result.Node found = find(at, mode, owner);
      FileHandle handle = openings.opened(session, found.attributes(), mode, file);
      // Also if it is empty already: O_TRUNC sets the times.
      if (mode.truncate() && !found.created()) {
        handle.truncateOrAbandon();
      }
      return handle;
    } finally {
      files.ended(ticket);
    }
  }

  /**
   * Makes a file without a name, open for writing: one round. Gone when its last handle is closed,
   * unless {@link #link} has given it a name.
   *
   * @param directory whose rules for what is made in it hold
   * @param permissions see {@link io.quorate.store.metadata.NewPermissions}
   * @param linkable whether it may get a name
   */
  public FileHandle openUnnamed(At directory, int permissions, Caller owner, boolean linkable)
      throws IOException {
    checkOpen();
    features.require(FeatureLevels.UNNAMED_FILES);
    String file = name(directory);
    long ticket = files.opening();
    try {
      Session session = openings.session(OpenMode.WRITE, file);
      Command create = new Command.CreateUnnamed(directory, permissions, owner, linkable);
      return openings.opened(session, node(create, directory, null), OpenMode.WRITE, file);
    } finally {
      files.ended(ticket);
    }
  }

  /**
   * Opens a file for reading, for who must not wait: empty where only {@link #open} knows what to
   * do. Completes on a thread that must not be kept.
   */
  public CompletableFuture<Optional<FileHandle>> openAsync(At at) {
    return closed.get()
        ? CompletableFuture.failedFuture(new StoreClosedException(name(at)))
        : openings.openAsync(at, name(at));
  }

  /** Opens a file for reading whose attributes came in an answer of just now. */
  FileHandle opened(Attributes attributes, String file) throws IOException {
    return openings.opened(attributes, file);
  }

  private Result.Node find(At at, OpenMode mode, Caller owner) throws IOException {
    if (!mode.isMadeUnasked()) {
      try {
        return new Result.Node(lookups.published(at), false);
      } catch (RefusedException e) {
        if (e.code() != ErrorCode.NOT_FOUND || mode.create() == OpenMode.Create.NEVER) {
          throw e;
        }
      }
    }
    return made(mode.command(at, owner), at, null);
  }

  /** Index of an entry whose changes, and all before, every later request sees. */
  public long now() throws IOException {
    checkOpen();
    return Requests.join(
            requests.read(null, requests.deadline(), () -> gateway.changes(Gateway.NOW)))
        .through();
  }

  /**
   * A reader of what entries after that one change.
   *
   * @param listener told on the gateway's threads; must not block
   */
  public ChangeReader changes(long after, Consumer<ChangeBatch> listener) {
    return new ChangeReader(world, gateway, after, listener);
  }

  /** Published versions, to be read as they were when they were opened. */
  public Versions versions() {
    return versions;
  }

  /** Begins to replace, or make, a whole file. */
  public Upload upload(PutRequest request) throws IOException {
    checkOpen();
    return new Upload(sessions, requests, request, uploadBuffers);
  }

  /**
   * Replaces, or makes, a whole file: one round, whatever its length. The content must not change
   * until the future is done.
   */
  public CompletableFuture<Attributes> putAsync(PutRequest request, ByteBuffer content) {
    if (closed.get()) {
      return CompletableFuture.failedFuture(new StoreClosedException(request.file()));
    }
    return new Upload(sessions, requests, request, uploadBuffers)
        .putAll(content.duplicate(), options.chunkBytes());
  }

  /**
   * Grows whenever a change that this process makes sets out, and again before its outcome is told,
   * unpublished writes included: while it stays the same, no change of this process came in
   * between.
   */
  public long writesHere() {
    return requests.changesMade() + files.writes();
  }

  /** Whether this process has unpublished changes to a file. */
  public boolean hasUnpublished(long inode) {
    return files.unpublished().contains(inode);
  }

  // ---- messages

  /** How messages name a file: its path from the root, or its inode. */
  public static String name(At at) {
    if (at.base() == At.ROOT) {
      return "/" + at.path();
    }
    return "inode " + at.base() + (at.path().isEmpty() ? "" : "/" + at.path());
  }

  static IOException refused(Answer answer, @Nullable String file) {
    return answer instanceof Answer.Failed failed
        ? new RefusedException(failed.code(), file, null, failed.detail())
        : unexpected(answer.getClass().getSimpleName());
  }

  static IOException refused(Result result, @Nullable String file, @Nullable String other) {
    return result instanceof Result.Failed failed
        ? new RefusedException(failed.code(), file, other, failed.detail())
        : unexpected(result.getClass().getSimpleName());
  }

  private static IOException unexpected(String what) {
    return new IOException("the cluster's answer does not fit the request: " + what);
  }

  private void checkOpen() throws IOException {
    if (closed.get()) {
      throw new StoreClosedException(null);
    }
  }

  public boolean isOpen() {
    return !closed.get();
  }

  /** Memory that unpublished writes take. */
  long unpublishedMemoryBytes() {
    return tools.memory().usedBytes();
  }

  private void publishAll() {
    long deadline = requests.deadline();
    for (OpenFile file : files.all()) {
      try {
        new Publication(file).publish(null, deadline);
      } catch (IOException e) {
        LOG.warn("unpublished writes to {} are lost: {}", file.name(), e.getMessage());
      }
    }
  }

  /**
   * For who is about to close it while the cluster may be ending as well: from now on no request
   * waits for its deadline where no change has got through for two seconds. Once that was so, all
   * that are under way and all later ones fail.
   */
  public void giveUpWithoutQuorum() {
    requests.giveUpWithoutQuorum();
  }

  /**
   * Publishes what is unpublished, ends the session and closes the gateway. Takes about a second
   * beyond the deadline at most, whatever the cluster does.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    publishAll();
    sessions.close();
    requests.close();
    gateway.close();
  }
}
