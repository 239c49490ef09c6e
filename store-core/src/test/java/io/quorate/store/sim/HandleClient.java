package io.quorate.store.sim;

import io.quorate.store.IndeterminateWriteException;
import io.quorate.store.NoQuorumException;
import io.quorate.store.SessionEndedException;
import io.quorate.store.StoreOptions;
import io.quorate.store.file.FileHandle;
import io.quorate.store.file.FileTree;
import io.quorate.store.file.OpenMode;
import io.quorate.store.file.PutRequest;
import io.quorate.store.file.RefusedException;
import io.quorate.store.file.Upload;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Caller;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.ErrorCode;
import io.quorate.store.nio.TreeFileSystems;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A client process as it is used: sessions, handles and uploads of the store over a gateway that
 * fails over, on a machine that can crash in the middle of a call.
 */
final class HandleClient implements ClientFace {
  private static final Caller CALLER = new Caller(0, 0);
  private static final int READ_BYTES = 1 << 20;
  private static final int CHUNK_BYTES = 4_096;

  /** As many as a directory of the histories can have, whose listings are to be of one moment. */
  private static final int PAGE_ENTRIES = 8;

  /** Of the calls that java.nio.file has too. */
  private static final double NIO_SHARE = 0.5;

  /** How often one that could go to another peer closes its store and opens it again instead. */
  private static final double CLOSE_SHARE = 0.2;

  /** Blocking work on a thread of the client's process. */
  interface Work<T> {
    T run(FileTree tree) throws IOException;
  }

  private final Simulation simulation;
  private final SimNode node;
  private final String name;
  private final SimRandom random;
  private final ClientNetwork network;
  private final double crashChance;
  private final StoreOptions options;
  private @Nullable Gateway gateway;
  private @Nullable CompletableFuture<FileTree> files;
  private @Nullable FileSystem fileSystem;
  private long lastReadVersion;

  /** Uploads under way in the process. */
  private int uploads;

  /** The last call that was given up failed because its session had ended. */
  private boolean sessionHasEnded;

  /** Calls under way; a crash ends them all. */
  private final List<CompletableFuture<?>> underWay = new ArrayList<>();

  HandleClient(
      Simulation simulation, int nodeId, ClientNetwork network, String name, ClusterPlan plan) {
    this.simulation = simulation;
    this.network = network;
    this.name = name;
    this.random = simulation.random().fork();
    this.node = simulation.node(nodeId);
    this.crashChance = plan.clientCrashChance();
    this.options =
        StoreOptions.defaults()
            .withOwner(name)
            .withDeadline(Duration.ofMillis(random.between(300, 8_000)))
            .withSessionTimeout(Duration.ofMillis(random.chance(0.3) ? 1_500 : 60_000))
            .withDirectoryPageEntries(PAGE_ENTRIES)
            .withContentBytes(CHUNK_BYTES, 64L << 10, 256L << 10);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public SimRandom random() {
    return random;
  }

  @Override
  public void moveTo(SimPeer peer) {
    if (network.needsProcesses()) {
      if (random.chance(CLOSE_SHARE) && underWay.isEmpty()) {
        closeStore();
      }
    } else if (gateway != null) {
      network.moveTo(gateway, peer.id());
    }
  }

  /** The process goes on; its next call opens the store again. */
  private void closeStore() {
    SimWorld world = node.world();
    CompletableFuture<FileTree> opened = files;
    if (world == null || opened == null || !opened.isDone() || opened.isCompletedExceptionally()) {
      return;
    }
    files = null;
    world.spawn(
        "close",
        () -> {
          opened.join().close();
          simulation.count("client closed its store");
        });
  }

  @Override
  public void inDoubt(Runnable over) {
    if (sessionHasEnded) {
      over.run();
    }
  }

  @Override
  public long lastReadVersion() {
    return lastReadVersion;
  }

  @Override
  public String answer(Subtree tree, FileCall call) throws SimClient.GaveUp {
    return work(files -> answer(files, tree, call));
  }

  /** Runs {@code work} in the client's process, which may crash meanwhile. */
  <T> T work(Work<T> work) throws SimClient.GaveUp {
    SimWorld world = boot();
    CompletableFuture<FileTree> opening = java.util.Objects.requireNonNull(files);
    CompletableFuture<T> done = new CompletableFuture<>();
    underWay.add(done);
    world.spawn(
        "call",
        () -> {
          try {
            done.complete(work.run(join(opening)));
          } catch (IOException | RuntimeException | AssertionError e) {
            done.completeExceptionally(e);
          }
        });
    if (random.chance(crashChance)) {
      simulation.at(
          simulation.now() + random.between(1_000, 20_000_000), () -> crashDuring(world, done));
    }
    try {
      return done.join();
    } catch (CompletionException e) {
      throw gaveUp(e.getCause());
    } finally {
      underWay.remove(done);
    }
  }

  private <T> void crashDuring(SimWorld world, CompletableFuture<T> done) {
    if (!done.isDone() && node.world() == world) {
      simulation.count("client crash during a call");
      if (uploads > 0) {
        simulation.count("client killed in the middle of an upload");
      }
      uploads = 0;
      node.kill();
      for (CompletableFuture<?> call : List.copyOf(underWay)) {
        call.completeExceptionally(new IndeterminateWriteException(null, "the client crashed"));
      }
    }
  }

  private SimWorld boot() {
    SimWorld running = node.world();
    SimWorld world = running == null ? node.boot() : running;
    if (running == null || files == null || files.isCompletedExceptionally()) {
      gateway = null;
      files =
          network
              .connect(world, options, random.fork())
              .thenApply(
                  opened -> {
                    gateway = opened;
                    FileTree tree = FileTree.over(world, opened, options);
                    fileSystem = TreeFileSystems.over(tree);
                    return tree;
                  });
    }
    return world;
  }

  private SimClient.GaveUp gaveUp(Throwable cause) {
    // Handles stay with their session, whose commands are refused from its end on.
    sessionHasEnded = cause instanceof SessionEndedException;
    if (cause instanceof RefusedException refused && refused.code() == ErrorCode.NO_SPACE) {
      return new SimClient.GaveUp(false, cause.toString());
    }
    if (cause instanceof NoQuorumException || cause instanceof UnavailableException) {
      return new SimClient.GaveUp(false, cause.toString());
    }
    // When its session ends under a handle, a call may have happened before.
    if (cause instanceof IndeterminateWriteException || cause instanceof SessionEndedException) {
      return new SimClient.GaveUp(true, cause.toString());
    }
    throw new AssertionError("a call failed in a way that it does not promise", cause);
  }

  private String answer(FileTree files, Subtree tree, FileCall call) throws IOException {
    try {
      String byNio =
          random.chance(NIO_SHARE)
              ? NioCalls.answer(java.util.Objects.requireNonNull(fileSystem), tree, call, random)
              : null;
      if (byNio != null) {
        simulation.count("client call by java.nio.file");
        lastReadVersion = 0;
        return byNio;
      }
      switch (call) {
        case FileCall.Read read -> {
          return read(files, FileClient.at(tree, read.path()), TokenContent::tokens);
        }
        case FileCall.ReadSlots read -> {
          return read(files, FileClient.at(tree, read.path()), SparseContent::slots);
        }
        case FileCall.List list -> {
          return list(files, FileClient.at(tree, list.path()));
        }
        case FileCall.Put put -> put(files, at(tree, put.path()), put.token(), ALWAYS);
        case FileCall.PutIfAbsent put ->
            put(files, at(tree, put.path()), put.token(), new Command.PutCondition(true, -1));
        case FileCall.PutIfSame put ->
            put(
                files,
                at(tree, put.path()),
                put.token(),
                new Command.PutCondition(false, put.version()));
        case FileCall.Append append -> append(files, tree, append);
        case FileCall.Overwrite write -> overwrite(files, tree, write);
        case FileCall.Truncate cut -> truncate(files, inode(tree, cut.path()), 0);
        case FileCall.CutAtSlot cut ->
            truncate(files, inode(tree, cut.path()), SparseContent.offset(cut.slot()));
        case FileCall.WriteSlot write ->
            write(
                files,
                inode(tree, write.path()),
                write.slot(),
                SparseContent.record(write.token()));
        case FileCall.PunchSlot punch ->
            write(files, inode(tree, punch.path()), punch.slot(), SparseContent.zeros());
        case FileCall.Create create ->
            files
                .open(
                    at(tree, create.path()),
                    OpenMode.create(OpenMode.Create.EXCLUSIVE, false, 0644))
                .close();
        case FileCall.MakeDirectory make -> files.makeDirectory(at(tree, make.path()), 0755);
        case FileCall.Link link -> files.link(at(tree, link.from()), at(tree, link.to()));
        case FileCall.Unlink unlink -> files.unlink(at(tree, unlink.path()));
        case FileCall.RemoveDirectory remove -> files.removeDirectory(at(tree, remove.path()));
        case FileCall.Rename it ->
            files.rename(at(tree, it.from()), at(tree, it.to()), Command.RenameMode.REPLACE);
        case FileCall.Exchange it ->
            files.rename(at(tree, it.from()), at(tree, it.to()), Command.RenameMode.EXCHANGE);
        case FileCall.Move it ->
            files.rename(at(tree, it.from()), at(tree, it.to()), Command.RenameMode.NO_REPLACE);
      }
      return "ok";
    } catch (RefusedException e) {
      if (e.code() == ErrorCode.NO_SPACE) {
        simulation.count("client told of no space");
        throw e; // nothing happened, says the store
      }
      return e.code().name();
    }
  }

  private static final Command.PutCondition ALWAYS = Command.PutCondition.ALWAYS;

  private static At at(Subtree tree, String path) {
    return FileClient.at(tree, path);
  }

  private String read(FileTree files, At at, Function<ByteBuffer, String> words)
      throws IOException {
    long before = files.stat(at).contentVersion();
    String outcome = "ok " + words.apply(join(files.readAsync(at, 0, READ_BYTES)));
    Attributes after = files.statIfExists(at);
    // Only if nothing changed around it, the version is that of what was read.
    lastReadVersion = after != null && after.contentVersion() == before ? before : 0;
    return outcome;
  }

  private static String list(FileTree files, At at) throws IOException {
    Answer.Listing listing = files.list(at, Bytes.EMPTY, false);
    StringBuilder names = new StringBuilder("ok");
    listing.entries().forEach(entry -> names.append(' ').append(entry.name()));
    return names.toString();
  }

  private void put(FileTree files, At at, int token, Command.PutCondition condition)
      throws IOException {
    PutRequest request = new PutRequest(at, 0644, CALLER, AttributeChange.NOW, condition);
    int payload =
        (int) (random.chance(0.2) ? random.between(5_000, 40_000) : random.between(8, 3_000));
    ByteBuffer content = ByteBuffer.wrap(TokenContent.record(token, payload));
    if (random.chance(0.5)) {
      join(files.putAsync(request, content));
      return;
    }
    uploads++;
    try {
      upload(files, request, content);
    } finally {
      uploads--;
    }
  }

  private void upload(FileTree files, PutRequest request, ByteBuffer content) throws IOException {
    Upload upload = files.upload(request);
    while (content.remaining() > CHUNK_BYTES) {
      int length = (int) random.between(1, CHUNK_BYTES);
      upload.add(content.slice(content.position(), length));
      content.position(content.position() + length);
    }
    join(upload.finish(content.slice()));
  }

  private void append(FileTree files, Subtree tree, FileCall.Append append) throws IOException {
    At at = At.inode(FileClient.log(tree, append.path()));
    try (Handle handle = new Handle(files.open(at, OpenMode.WRITE))) {
      handle.file.append(record(append.token(), 8 + random.below(500)));
    }
  }

  private void overwrite(FileTree files, Subtree tree, FileCall.Overwrite write)
      throws IOException {
    At at = At.inode(FileClient.log(tree, write.path()));
    ByteBuffer content = record(write.token(), 8 + random.below(9_000));
    try (Handle handle = new Handle(files.open(at, OpenMode.WRITE))) {
      handle.file.truncate(0);
      int half = content.remaining() / 2;
      handle.file.write(half, content.slice(half, content.remaining() - half));
      handle.file.write(0, content.slice(0, half));
      handle.file.publish();
    }
  }

  private static At inode(Subtree tree, String path) {
    return At.inode(FileClient.log(tree, path));
  }

  /** Writes past the end, over what is there, or into a hole, in two parts. */
  private void write(FileTree files, At at, int slot, byte[] content) throws IOException {
    try (Handle handle = new Handle(files.open(at, OpenMode.WRITE))) {
      long offset = SparseContent.offset(slot);
      int half = random.below(content.length);
      handle.file.write(offset + half, ByteBuffer.wrap(content, half, content.length - half));
      handle.file.write(offset, ByteBuffer.wrap(content, 0, half));
      handle.file.publish();
      simulation.count("fsync of a handle");
    }
  }

  private void truncate(FileTree files, At at, long sizeBytes) throws IOException {
    try (Handle handle = new Handle(files.open(at, OpenMode.WRITE))) {
      handle.file.truncate(sizeBytes);
      handle.file.publish();
    }
  }

  /** Closing publishes once more; after a failed call that must not happen by itself. */
  private record Handle(FileHandle file) implements AutoCloseable {
    @Override
    public void close() {
      file.abandon();
    }
  }

  private static ByteBuffer record(int token, int payloadBytes) {
    return ByteBuffer.wrap(TokenContent.record(token, payloadBytes));
  }

  private static <T> T join(CompletableFuture<T> future) throws IOException {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
