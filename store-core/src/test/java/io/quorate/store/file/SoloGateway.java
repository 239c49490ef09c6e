package io.quorate.store.file;

import io.quorate.store.gateway.ChangeBatch;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.ClusterMembers;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.Content;
import io.quorate.store.gateway.Features;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.gateway.MemberCall;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.gateway.ScrubDemand;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.gateway.Upkeep;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.CommandCodec;
import io.quorate.store.metadata.Extent;
import io.quorate.store.metadata.FeatureLevels;
import io.quorate.store.metadata.Genesis;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.metadata.Metadata.ChangeSet;
import io.quorate.store.metadata.MetadataTable;
import io.quorate.store.metadata.Query;
import io.quorate.store.metadata.Result;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.table.MemoryTables;
import io.quorate.store.world.World;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A cluster of one in memory: the real metadata, a map of chunks, no log. For tests of what stands
 * on a gateway. Several stores may share one, as if each used another peer. Answers at once, on the
 * calling thread, and counts what a cluster would have to agree on.
 */
public final class SoloGateway implements Gateway {
  private final World world;
  private final ReentrantLock lock = new ReentrantLock();
  private final Metadata metadata =
      Metadata.open(new MemoryTables(MetadataTable.values()), Genesis.DEFAULT);
  private final Map<ChunkId, ByteBuffer> chunks = new TreeMap<>();
  private final List<Command> log = new ArrayList<>();
  private final List<ChangeSet> changes = new ArrayList<>();
  private final List<Runnable> watchers = new ArrayList<>();
  private long forgotten;
  private long stampNanos;
  private long queries;

  public SoloGateway(World world) {
    this.world = world;
  }

  /** Commands that went through the log: rounds of consensus. Without sessions' own business. */
  public List<Command> rounds() {
    lock.lock();
    try {
      return log.stream()
          .filter(
              command ->
                  !(command instanceof Command.OpenSession
                      || command instanceof Command.KeepAlive
                      || command instanceof Command.EndSession))
          .toList();
    } finally {
      lock.unlock();
    }
  }

  public List<Command> log() {
    lock.lock();
    try {
      return List.copyOf(log);
    } finally {
      lock.unlock();
    }
  }

  public Metadata metadata() {
    return metadata;
  }

  /** Chunks that the peers hold. */
  public int storedChunks() {
    lock.lock();
    try {
      return chunks.size();
    } finally {
      lock.unlock();
    }
  }

  /** Ends all sessions, as the leader does that hears nothing from them. */
  public void endSessions() {
    lock.lock();
    try {
      for (Metadata.SessionInfo session : metadata.sessions()) {
        apply(new SessionCommand(0, ++stampNanos, 0, new Command.EndSession(session.id())));
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public CompletableFuture<Result> propose(SessionCommand command, List<Chunk> attached) {
    lock.lock();
    try {
      attached.forEach(this::keep);
      for (ChunkRef chunk : command.command().chunks()) {
        if (!chunks.containsKey(chunk.id())) {
          return CompletableFuture.failedFuture(
              new UnavailableException("chunk " + chunk.id() + " is not here"));
        }
      }
      return CompletableFuture.completedFuture(apply(command));
    } finally {
      lock.unlock();
    }
  }

  private Result apply(SessionCommand command) {
    log.add(command.command());
    stampNanos = Math.max(world.wallClockNanos(), stampNanos + 1);
    Entry entry =
        new Entry(
            metadata.appliedIndex() + 1,
            1,
            stampNanos,
            EntryKind.COMMAND,
            command.command().chunks(),
            CommandCodec.encode(command));
    Metadata.Applied applied = metadata.apply(List.of(entry)).getFirst();
    if (!applied.changes().isEmpty()) {
      changes.add(new ChangeSet(applied.index(), applied.stampNanos(), applied.changes()));
      wakeWatchers();
    }
    Result result = applied.result();
    if (result == null) {
      throw new AssertionError("a command has a result");
    }
    return result;
  }

  private void wakeWatchers() {
    watchers.forEach(watcher -> world.schedule(0, watcher));
    watchers.clear();
  }

  private void keep(Chunk chunk) {
    ByteBuffer copy = ByteBuffer.allocate(chunk.ref().lengthBytes());
    copy.put(chunk.content().duplicate()).flip();
    chunks.put(chunk.ref().id(), copy);
  }

  @Override
  public CompletableFuture<Void> storeChunk(Chunk chunk) {
    lock.lock();
    try {
      keep(chunk);
      return CompletableFuture.completedFuture(null);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public CompletableFuture<Answer> ask(Query query) {
    lock.lock();
    try {
      queries++;
      return CompletableFuture.completedFuture(metadata.ask(query));
    } finally {
      lock.unlock();
    }
  }

  /** Queries and reads so far. */
  public long queries() {
    lock.lock();
    try {
      return queries;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public CompletableFuture<ReadReply> read(At at, long content, long offset, int lengthBytes) {
    lock.lock();
    try {
      queries++;
      Answer answer = metadata.ask(new Query.MapContent(at, content, offset, lengthBytes, 65_536));
      if (answer instanceof Answer.Failed failed) {
        return CompletableFuture.completedFuture(
            new ReadReply.Failed(failed.code(), failed.detail()));
      }
      Answer.ContentMap map = (Answer.ContentMap) answer;
      long there = Math.max(0, map.attributes().sizeBytes() - offset);
      byte[] bytes = new byte[(int) Math.min(lengthBytes, there)];
      for (Extent extent : map.extents()) {
        long from = Math.max(offset, extent.fileOffset());
        long to = Math.min(offset + bytes.length, extent.end());
        if (from < to) {
          chunks
              .get(extent.chunk().id())
              .get(
                  extent.chunkOffset() + (int) (from - extent.fileOffset()),
                  bytes,
                  (int) (from - offset),
                  (int) (to - from));
        }
      }
      return CompletableFuture.completedFuture(
          new ReadReply.Data(
              new Content(map.attributes(), ByteBuffer.wrap(bytes).asReadOnlyBuffer())));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public CompletableFuture<ChangeBatch> changes(long after) {
    CompletableFuture<ChangeBatch> answer = new CompletableFuture<>();
    lock.lock();
    try {
      long applied = metadata.appliedIndex();
      if (after == NOW) {
        return CompletableFuture.completedFuture(new ChangeBatch(true, List.of(), applied));
      }
      if (after < forgotten) {
        return CompletableFuture.completedFuture(new ChangeBatch(false, List.of(), applied));
      }
      List<ChangeSet> found = changes.stream().filter(set -> set.index() > after).toList();
      if (!found.isEmpty()) {
        return CompletableFuture.completedFuture(new ChangeBatch(true, found, applied));
      }
      watchers.add(() -> changes(after).thenAccept(answer::complete));
    } finally {
      lock.unlock();
    }
    world.schedule(
        CHANGES_WAIT_MILLIS * 1_000_000L,
        () -> answer.complete(new ChangeBatch(true, List.of(), after)));
    return answer;
  }

  /** Keeps no more changes than those to come. */
  public void forgetChanges() {
    lock.lock();
    try {
      forgotten = metadata.appliedIndex();
      changes.clear();
      wakeWatchers();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public CompletableFuture<ClusterMembers> members(MemberCall call) {
    return CompletableFuture.completedFuture(
        new ClusterMembers(
            0,
            List.of(new ClusterMembers.Member(1, "", ClusterMembers.Standing.VOTER, 0)),
            call instanceof MemberCall.Show ? "" : "this cluster is one peer in memory"));
  }

  @Override
  public CompletableFuture<ClusterStatus> status() {
    long applied = metadata.appliedIndex();
    return CompletableFuture.completedFuture(
        new ClusterStatus(
            "solo",
            1,
            1,
            1,
            applied,
            true,
            true,
            List.of(
                new ClusterStatus.PeerStatus(
                    1,
                    "memory",
                    ClusterStatus.State.LEADER,
                    applied,
                    0,
                    1L << 40,
                    1L << 41,
                    "",
                    0,
                    "",
                    Upkeep.UNKNOWN)),
            List.of(),
            new Features(metadata.featureLevel(), FeatureLevels.HIGHEST)));
  }

  @Override
  public CompletableFuture<Void> scrub(ScrubDemand demand) {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void close() {}
}
