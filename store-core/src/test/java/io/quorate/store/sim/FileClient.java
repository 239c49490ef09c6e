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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Carries out {@link FileCall}s through a {@link SimClient} and words the answers as {@link
 * TreeModel} does.
 */
final class FileClient {
  private static final Caller CALLER = new Caller(0, 0);
  private static final int READ_BYTES = 1 << 20;

  private final SimClient client;
  private final ClusterHistory history;

  /** Inodes of the files that are only appended to, and so never get another one. */
  private final SortedMap<String, Long> logs;

  FileClient(SimClient client, ClusterHistory history, SortedMap<String, Long> logs) {
    this.client = client;
    this.history = history;
    this.logs = logs;
  }

  SimClient client() {
    return client;
  }

  /** Does {@code call} and writes it down. */
  void perform(FileCall call) {
    int operation = history.begin(client.name(), call);
    try {
      history.answered(operation, answer(call));
    } catch (SimClient.GaveUp e) {
      if (e.mayHaveHappened() && !call.changesNothing()) {
        history.unknown(operation);
      } else {
        history.neverHappened(operation);
      }
    }
  }

  private String answer(FileCall call) throws SimClient.GaveUp {
    return switch (call) {
      case FileCall.Read read -> read(read.path());
      case FileCall.List list -> list(list.path());
      case FileCall.Put put -> put(put);
      case FileCall.Append append -> append(append);
      case FileCall.Create create -> create(create.path());
      case FileCall.MakeDirectory make ->
          outcome(
              client.propose(new Command.MakeDirectory(at(make.path()), 0755, CALLER), List.of()));
      case FileCall.Link link ->
          outcome(client.propose(new Command.Link(at(link.from()), at(link.to())), List.of()));
      case FileCall.Unlink unlink ->
          outcome(client.propose(new Command.Unlink(at(unlink.path())), List.of()));
      case FileCall.RemoveDirectory remove ->
          outcome(client.propose(new Command.RemoveDirectory(at(remove.path())), List.of()));
      case FileCall.Rename rename ->
          outcome(
              client.propose(
                  new Command.Rename(
                      at(rename.from()), at(rename.to()), Command.RenameMode.REPLACE),
                  List.of()));
    };
  }

  static At at(String path) {
    return At.path(Bytes.utf8(path.substring(1)), false);
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

  private String create(String path) throws SimClient.GaveUp {
    Result result = client.propose(new Command.Create(at(path), 0644, CALLER, true), List.of());
    return outcome(result);
  }

  /** Makes a file that will only be appended to; returns its inode. */
  long createLog(String path) throws SimClient.GaveUp {
    int operation = history.begin(client.name(), new FileCall.Create(path));
    Result result = client.propose(new Command.Create(at(path), 0644, CALLER, true), List.of());
    if (!(result instanceof Result.Node node)) {
      throw new AssertionError("creating " + path + " answered " + result);
    }
    history.answered(operation, outcome(result));
    return node.attributes().inode();
  }

  private String put(FileCall.Put put) throws SimClient.GaveUp {
    SimRandom random = client.random();
    client.ensureSession();
    int payload =
        (int) (random.chance(0.1) ? random.between(20_000, 60_000) : random.between(8, 3_000));
    byte[] content = TokenContent.record(put.token(), payload);
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
        new Command.Put(
            at(put.path()),
            0644,
            CALLER,
            extents,
            content.length,
            AttributeChange.NOW,
            Command.PutCondition.ALWAYS);
    return outcome(client.propose(command, chunks));
  }

  private String append(FileCall.Append append) throws SimClient.GaveUp {
    Long inode = logs.get(append.path());
    if (inode == null) {
      throw new IllegalArgumentException("no log " + append.path());
    }
    client.ensureSession();
    byte[] content = TokenContent.record(append.token(), 8 + client.random().below(500));
    Chunk chunk = client.chunk(content);
    List<ChunkRef> added = List.of(chunk.ref());
    Command command = new Command.Publish(inode, -1, List.of(), added, -1, AttributeChange.NONE);
    return outcome(client.propose(command, List.of(chunk)));
  }

  private String read(String path) throws SimClient.GaveUp {
    ReadReply reply = client.ask(gateway -> gateway.read(at(path), 0, 0, READ_BYTES));
    return switch (reply) {
      case ReadReply.Failed failed -> failed.code().name();
      case ReadReply.Data data -> {
        if (data.content().data().remaining() != data.content().attributes().sizeBytes()) {
          throw new AssertionError(
              "read of "
                  + path
                  + " answered "
                  + data.content().data().remaining()
                  + " bytes of a file of "
                  + data.content().attributes().sizeBytes());
        }
        yield "ok " + TokenContent.tokens(data.content().data().slice());
      }
    };
  }

  private String list(String path) throws SimClient.GaveUp {
    Query query = new Query.ListDirectory(at(path), Bytes.EMPTY, 1_000, false);
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

  static SortedMap<String, Long> noLogs() {
    return new TreeMap<>();
  }
}
