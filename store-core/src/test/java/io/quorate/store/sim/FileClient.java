package io.quorate.store.sim;

import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Caller;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.Extent;
import io.quorate.store.metadata.Query;
import io.quorate.store.metadata.Result;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Carries out {@link FileCall}s through a {@link SimClient} and words the answers as {@link
 * TreeModel} does.
 */
final class FileClient implements ClientFace {
  private static final Caller CALLER = new Caller(0, 0);
  private static final int READ_BYTES = 1 << 20;

  private final SimClient client;
  private long lastReadVersion;

  FileClient(SimClient client) {
    this.client = client;
  }

  @Override
  public String name() {
    return client.name();
  }

  @Override
  public SimRandom random() {
    return client.random();
  }

  @Override
  public void moveTo(SimPeer peer) {
    client.moveTo(peer);
  }

  @Override
  public void inDoubt(Runnable over) {
    client.inDoubt(over);
  }

  @Override
  public long lastReadVersion() {
    return lastReadVersion;
  }

  @Override
  public String answer(Subtree tree, FileCall call) throws SimClient.GaveUp {
    return switch (call) {
      case FileCall.Read read -> read(at(tree, read.path()), TokenContent::tokens);
      case FileCall.ReadSlots read -> read(at(tree, read.path()), SparseContent::slots);
      case FileCall.WriteSlot write -> writeSlot(log(tree, write.path()), write);
      case FileCall.PunchSlot punch ->
          command(
              new Command.Allocate(
                  log(tree, punch.path()),
                  SparseContent.offset(punch.slot()),
                  SparseContent.SLOT_BYTES,
                  Command.AllocateMode.PUNCH));
      case FileCall.CutAtSlot cut ->
          command(new Command.Truncate(at(tree, cut.path()), SparseContent.offset(cut.slot())));
      case FileCall.List list -> list(at(tree, list.path()));
      case FileCall.Put put -> put(at(tree, put.path()), put.token(), Command.PutCondition.ALWAYS);
      case FileCall.PutIfAbsent put ->
          put(at(tree, put.path()), put.token(), new Command.PutCondition(true, -1));
      case FileCall.PutIfSame put ->
          put(at(tree, put.path()), put.token(), new Command.PutCondition(false, put.version()));
      case FileCall.Append append -> append(log(tree, append.path()), append.token());
      case FileCall.Overwrite write -> overwrite(log(tree, write.path()), write.token());
      case FileCall.Truncate cut -> command(new Command.Truncate(at(tree, cut.path()), 0));
      case FileCall.Create create ->
          command(new Command.Create(at(tree, create.path()), 0644, CALLER, true));
      case FileCall.MakeDirectory make ->
          command(new Command.MakeDirectory(at(tree, make.path()), 0755, CALLER));
      case FileCall.Link link ->
          command(new Command.Link(at(tree, link.from()), at(tree, link.to())));
      case FileCall.Unlink unlink -> command(new Command.Unlink(at(tree, unlink.path())));
      case FileCall.RemoveDirectory remove ->
          command(new Command.RemoveDirectory(at(tree, remove.path())));
      case FileCall.Rename rename ->
          rename(tree, rename.from(), rename.to(), Command.RenameMode.REPLACE);
      case FileCall.Exchange exchange ->
          rename(tree, exchange.from(), exchange.to(), Command.RenameMode.EXCHANGE);
      case FileCall.Move move ->
          rename(tree, move.from(), move.to(), Command.RenameMode.NO_REPLACE);
    };
  }

  private String rename(Subtree tree, String from, String to, Command.RenameMode mode)
      throws SimClient.GaveUp {
    return command(new Command.Rename(at(tree, from), at(tree, to), mode));
  }

  private String command(Command command) throws SimClient.GaveUp {
    return outcome(client.propose(command, List.of()));
  }

  static At at(Subtree tree, String path) {
    return At.path(Bytes.utf8(tree.full(path)), false);
  }

  static long log(Subtree tree, String path) {
    Long inode = tree.logs.get(path);
    if (inode == null) {
      throw new IllegalArgumentException("no log " + path);
    }
    return inode;
  }

  private static String outcome(Result result) {
    return switch (result) {
      case Result.Failed failed -> failed.code().name();
      case Result.Done done -> "ok";
      case Result.Node node -> "ok";
      case Result.Published published -> "ok";
      case Result.Opened opened -> throw new AssertionError("unasked " + opened);
      case Result.Copied copied -> throw new AssertionError("unasked " + copied);
      case Result.LockConflict conflict -> throw new AssertionError("unasked " + conflict);
    };
  }

  /** Makes a directory that no history knows. */
  void makeSubtree(Subtree tree) throws SimClient.GaveUp {
    String outcome = command(new Command.MakeDirectory(at(tree, "/"), 0755, CALLER));
    if (!outcome.equals("ok")) {
      throw new AssertionError("making " + tree.prefix() + " answered " + outcome);
    }
  }

  /** Makes a file that will never get another inode or another name. */
  void createLog(Subtree tree, String path) throws SimClient.GaveUp {
    int operation = tree.history.begin(client.name(), new FileCall.Create(path));
    Result result =
        client.propose(new Command.Create(at(tree, path), 0644, CALLER, true), List.of());
    if (!(result instanceof Result.Node node)) {
      throw new AssertionError("creating " + path + " answered " + result);
    }
    tree.history.answered(operation, outcome(result));
    tree.logs.put(path, node.attributes().inode());
  }

  private String put(At at, int token, Command.PutCondition condition) throws SimClient.GaveUp {
    SimRandom random = client.random();
    client.ensureSession();
    int payload =
        (int) (random.chance(0.1) ? random.between(20_000, 60_000) : random.between(8, 3_000));
    byte[] content = TokenContent.record(token, payload);
    List<Chunk> chunks = new ArrayList<>();
    List<Extent> extents = new ArrayList<>();
    for (int from = 0; from < content.length; ) {
      int length = (int) Math.min(content.length - from, random.between(1, 20_000));
      Chunk chunk = client.chunk(Arrays.copyOfRange(content, from, from + length));
      chunks.add(chunk);
      extents.add(new Extent(from, chunk.ref(), 0, length));
      from += length;
    }
    if (random.chance(0.3)) {
      // Content ahead of its command, as for large files; the command then carries none.
      client.storeAhead(chunks);
      chunks = List.of();
    }
    Command command =
        new Command.Put(at, 0644, CALLER, extents, content.length, AttributeChange.NOW, condition);
    return outcome(client.propose(command, chunks));
  }

  private String append(long inode, int token) throws SimClient.GaveUp {
    client.ensureSession();
    byte[] content = TokenContent.record(token, 8 + client.random().below(500));
    Chunk chunk = client.chunk(content);
    List<ChunkRef> added = List.of(chunk.ref());
    Command command = new Command.Publish(inode, -1, List.of(), added, -1, AttributeChange.NONE);
    return outcome(client.propose(command, List.of(chunk)));
  }

  private String overwrite(long inode, int token) throws SimClient.GaveUp {
    client.ensureSession();
    byte[] content = TokenContent.record(token, 8 + client.random().below(5_000));
    int half = content.length / 2;
    Chunk first = client.chunk(Arrays.copyOf(content, half));
    Chunk second = client.chunk(Arrays.copyOfRange(content, half, content.length));
    List<Extent> writes =
        List.of(
            new Extent(half, second.ref(), 0, content.length - half),
            new Extent(0, first.ref(), 0, half));
    Command command = new Command.Publish(inode, 0, writes, List.of(), -1, AttributeChange.NONE);
    return outcome(client.propose(command, List.of(first, second)));
  }

  private String writeSlot(long inode, FileCall.WriteSlot write) throws SimClient.GaveUp {
    client.ensureSession();
    byte[] content = SparseContent.record(write.token());
    Chunk chunk = client.chunk(content);
    List<Extent> writes =
        List.of(new Extent(SparseContent.offset(write.slot()), chunk.ref(), 0, content.length));
    Command command = new Command.Publish(inode, -1, writes, List.of(), -1, AttributeChange.NONE);
    return outcome(client.propose(command, List.of(chunk)));
  }

  private String read(At at, Function<ByteBuffer, String> words) throws SimClient.GaveUp {
    ReadReply reply = client.ask(gateway -> gateway.read(at, 0, 0, READ_BYTES));
    return switch (reply) {
      case ReadReply.Failed failed -> failed.code().name();
      case ReadReply.Data data -> {
        if (data.content().data().remaining() != data.content().attributes().sizeBytes()) {
          throw new AssertionError(
              "read of "
                  + at
                  + " answered "
                  + data.content().data().remaining()
                  + " bytes of a file of "
                  + data.content().attributes().sizeBytes());
        }
        lastReadVersion = data.content().attributes().contentVersion();
        yield "ok " + words.apply(data.content().data().slice());
      }
    };
  }

  private String list(At at) throws SimClient.GaveUp {
    Query query = new Query.ListDirectory(at, Bytes.EMPTY, 1_000, false);
    Answer answer = client.ask(gateway -> gateway.ask(query));
    return switch (answer) {
      case Answer.Failed failed -> failed.code().name();
      case Answer.Listing listing -> {
        StringBuilder names = new StringBuilder("ok");
        listing.entries().forEach(entry -> names.append(' ').append(entry.name()));
        yield names.toString();
      }
      default -> throw new AssertionError("listing answered " + answer);
    };
  }
}
