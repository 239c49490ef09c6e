package io.quorate.store.peer;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.journal.DamagedRecordException;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Membership;
import io.quorate.store.world.World;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Moves chunks between journals. The peer that receives content pushes it to all others at once; a
 * peer that lacks a chunk pulls it, asking one peer after the other until one has it.
 *
 * <p>Pushes may be dropped (a slow link, a full disk); pulls make good for it. Safe for any thread.
 * Has one of its own for what waits for the disk: pulls of others, and what else must not hold up
 * the loop.
 */
final class ChunkExchange implements Executor {
  private static final long RETRY_NANOS = 250_000_000L;

  /**
   * A chunk counts as lost when all others have said so often that they lack it. Once does not do:
   * one that lacked it may have got it from another, whose copy was then found damaged.
   */
  private static final int ROUNDS = 2;

  private static final int MAX_LOST = 10_000;

  /** In an answer in place of an applied index: whether the chunk is there can not be told now. */
  static final long UNSURE = -1;

  /** Requests of other peers that wait for the disk; beyond it they are dropped and come again. */
  private static final int MAX_QUEUED = 1024;

  /** Somebody who waits for a chunk. */
  private record Waiter(CompletableFuture<@Nullable Chunk> future, long deadlineNanos) {}

  /** A chunk that is being looked for. */
  private static final class Fetch {
    final ChunkRef chunk;
    final List<Waiter> waiters = new ArrayList<>(1);
    long deadlineNanos;
    int lastAsked;

    /** Whether it is to be looked for even when nobody waits. */
    boolean wanted;

    /** How often it was said since the last pause that it is not there. */
    int refusals;

    /** Peers that said so since the last pause, and know what they lack. */
    final Set<Integer> lacking = new HashSet<>();

    /** The latest state as of which one of them said so. */
    long lackingAsOf;

    /** How often all others have said so. */
    int rounds;

    long retryAtNanos;

    Fetch(ChunkRef chunk, long deadlineNanos) {
      this.chunk = chunk;
      this.deadlineNanos = deadlineNanos;
    }
  }

  private final World world;
  private final PeerOptions options;
  private final ChunkStore store;
  private final Transport transport;
  private final Supplier<Membership> members;
  private final LongSupplier appliedIndex;
  private final Predicate<ChunkId> isUsed;
  private final BiConsumer<ChunkRef, IOException> onReadError;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<ChunkId, Fetch> fetches = new LinkedHashMap<>();

  /** Chunks that nobody has, so that those who want them are told after one round. */
  private final Set<ChunkId> lost = new HashSet<>();

  private int begun;
  private final Worker background;
  private boolean closed;

  ChunkExchange(
      World world,
      PeerOptions options,
      ChunkStore store,
      Transport transport,
      Supplier<Membership> members,
      LongSupplier appliedIndex,
      Predicate<ChunkId> isUsed,
      BiConsumer<ChunkRef, IOException> onReadError,
      Consumer<Throwable> onFatal) {
    this.world = world;
    this.options = options;
    this.store = store;
    this.transport = transport;
    this.members = members;
    this.appliedIndex = appliedIndex;
    this.isUsed = isUsed;
    this.onReadError = onReadError;
    this.background = new Worker(world, "quorate-background-" + options.id(), onFatal);
  }

  /** Sends a chunk to every other peer whose queue has room. */
  void push(Chunk chunk) {
    PeerMessage.PushChunk message = new PeerMessage.PushChunk(chunk);
    for (int peer : members.get().members()) {
      if (peer != options.id() && transport.queuedBytes(peer) < 4 * options.maxQueuedBytes()) {
        transport.send(peer, message);
      }
    }
  }

  /** Whether enough links have room that the origin may go on sending content. */
  boolean hasRoom() {
    int room = 1;
    Set<Integer> connected = transport.connected();
    Membership now = members.get();
    for (int peer : now.voters().keySet()) {
      if (peer != options.id()
          && connected.contains(peer)
          && transport.queuedBytes(peer) < options.maxQueuedBytes()) {
        room++;
      }
    }
    return room >= now.commitQuorum();
  }

  /** Begins to look for a chunk that nobody waits for. */
  void want(ChunkRef chunk) {
    fetch(chunk, null);
  }

  /**
   * Gets a chunk from whoever has it; fails at the deadline, or with {@link ChunkLostException}
   * when it is known that nobody has it. Completes with null if it is in this journal already, else
   * with what came: that is in the journal too (not durable yet), unless there is no room for it.
   */
  CompletableFuture<@Nullable Chunk> fetch(ChunkRef chunk, long deadlineNanos) {
    CompletableFuture<@Nullable Chunk> future = new CompletableFuture<>();
    fetch(chunk, new Waiter(future, deadlineNanos));
    return future;
  }

  private void fetch(ChunkRef chunk, @Nullable Waiter waiter) {
    int ask = 0;
    boolean held;
    boolean stopping;
    lock.lock();
    try {
      stopping = closed;
      held = !stopping && store.held(chunk.id());
      if (!held && !stopping) {
        Fetch fetch = fetches.get(chunk.id());
        if (fetch == null) {
          long now = world.nanoTime();
          fetch = new Fetch(chunk, now + options.requestTimeoutMillis() * 1_000_000L);
          fetch.rounds = lost.contains(chunk.id()) ? ROUNDS - 1 : 0;
          fetches.put(chunk.id(), fetch);
          ask = next(fetch, now);
        }
        fetch.wanted |= waiter == null;
        if (waiter != null) {
          fetch.waiters.add(waiter);
          if (waiter.deadlineNanos - fetch.deadlineNanos > 0) {
            fetch.deadlineNanos = waiter.deadlineNanos;
          }
        }
      }
    } finally {
      lock.unlock();
    }
    if (ask != 0) {
      pull(ask, chunk);
    }
    if (waiter != null && held) {
      waiter.future.complete(null);
    } else if (waiter != null && stopping) {
      waiter.future.completeExceptionally(new UnavailableException("this peer is stopping"));
    }
  }

  private void pull(int peer, ChunkRef chunk) {
    transport.send(peer, new PeerMessage.PullChunks(List.of(chunk)));
  }

  /** The next peer to ask, in turn, connected ones only; 0 if there is none. */
  private int next(Fetch fetch, long nowNanos) {
    fetch.retryAtNanos = nowNanos + RETRY_NANOS;
    Set<Integer> connected = transport.connected();
    List<Integer> others = new ArrayList<>();
    for (int peer : members.get().members()) {
      if (peer != options.id() && connected.contains(peer)) {
        others.add(peer);
      }
    }
    if (others.isEmpty()) {
      fetch.lastAsked = 0;
    } else if (fetch.lastAsked == 0) {
      // Each chunk begins with another peer, so that all share the work.
      fetch.lastAsked = others.get(Math.floorMod(begun++, others.size()));
    } else {
      int last = fetch.lastAsked;
      fetch.lastAsked =
          others.stream().filter(peer -> peer > last).findFirst().orElse(others.get(0));
    }
    return fetch.lastAsked;
  }

  /**
   * A chunk came, by whatever way.
   *
   * @param held false if there is no room for it in the journal
   */
  void arrived(Chunk chunk, boolean held) {
    List<Waiter> waiters = List.of();
    lock.lock();
    try {
      if (!lost.isEmpty()) {
        lost.remove(chunk.ref().id());
      }
      Fetch fetch = fetches.isEmpty() ? null : fetches.get(chunk.ref().id());
      if (fetch != null) {
        waiters = List.copyOf(fetch.waiters);
        fetch.waiters.clear();
        if (held || !fetch.wanted) {
          fetches.remove(chunk.ref().id());
        }
      }
    } finally {
      lock.unlock();
    }
    waiters.forEach(waiter -> waiter.future.complete(chunk));
  }

  /**
   * A peer said that it lacks a chunk: ask the next one, or pause when all have been asked.
   *
   * @param asOf the index that it has applied, or {@link #UNSURE}
   */
  void missing(int from, ChunkRef chunk, long asOf) {
    int ask = 0;
    List<Waiter> hopeless = List.of();
    lock.lock();
    try {
      Fetch fetch = fetches.get(chunk.id());
      if (fetch != null && asOf != UNSURE) {
        hopeless = lacks(fetch, from, asOf);
      }
      if (fetch != null && fetch.lastAsked == from) {
        fetch.refusals++;
        if (fetch.refusals < members.get().members().size() - 1) {
          int next = next(fetch, world.nanoTime());
          ask = next == from ? 0 : next;
        }
      }
    } finally {
      lock.unlock();
    }
    if (ask != 0) {
      pull(ask, chunk);
    }
    hopeless.forEach(w -> w.future.completeExceptionally(new ChunkLostException(chunk)));
  }

  private boolean allLackIt(Fetch fetch) {
    return members.get().members().stream()
        .allMatch(peer -> peer == options.id() || fetch.lacking.contains(peer));
  }

  /**
   * Notes that a peer lacks a chunk. If now it is known that nobody has it, though a file uses it,
   * answers who waits for it in vain. What others have forgotten because no file uses it any more
   * in their state, which may be ahead of this one, is not lost.
   */
  private List<Waiter> lacks(Fetch fetch, int peer, long asOf) {
    fetch.lackingAsOf = Math.max(fetch.lackingAsOf, asOf);
    boolean news = fetch.lacking.add(peer);
    if (!news || !allLackIt(fetch)) {
      return List.of();
    }
    fetch.rounds++;
    ChunkId id = fetch.chunk.id();
    boolean nowhere =
        fetch.rounds >= ROUNDS
            && appliedIndex.getAsLong() >= fetch.lackingAsOf
            && store.position(id) == null
            && isUsed.test(id);
    if (!nowhere) {
      return List.of();
    }
    if (lost.size() < MAX_LOST) {
      lost.add(id);
    }
    List<Waiter> waiters = List.copyOf(fetch.waiters);
    fetch.waiters.clear();
    if (!fetch.wanted) {
      fetches.remove(id);
    }
    return waiters;
  }

  /** Whether some chunk is asked for. */
  boolean isFetching() {
    lock.lock();
    try {
      return !fetches.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Asks again where no answer came, and gives up where the deadline has passed. */
  void tick(long nowNanos) {
    List<Fetch> again = new ArrayList<>();
    List<Waiter> expired = new ArrayList<>();
    lock.lock();
    try {
      for (Fetch fetch : fetches.values()) {
        fetch.waiters.removeIf(w -> nowNanos - w.deadlineNanos >= 0 && expired.add(w));
      }
      fetches.values().removeIf(fetch -> nowNanos - fetch.deadlineNanos >= 0);
      for (Fetch fetch : fetches.values()) {
        if (nowNanos - fetch.retryAtNanos >= 0) {
          fetch.refusals = 0;
          fetch.lacking.clear();
          if (next(fetch, nowNanos) != 0) {
            again.add(fetch);
          }
        }
      }
    } finally {
      lock.unlock();
    }
    again.forEach(fetch -> pull(fetch.lastAsked, fetch.chunk));
    for (Waiter waiter : expired) {
      waiter.future.completeExceptionally(
          new UnavailableException("no connected peer gave a chunk that is missing here, in time"));
    }
  }

  /** Queues another peer's pull. */
  void pullRequested(int from, List<ChunkRef> chunks) {
    if (background.queued() < MAX_QUEUED) {
      background.execute(() -> chunks.forEach(chunk -> transport.send(from, answer(chunk))));
    }
  }

  /**
   * Runs {@code task}, which may wait for the disk, on a thread of its own; dropped once closed.
   */
  @Override
  public void execute(Runnable task) {
    background.execute(task);
  }

  private PeerMessage answer(ChunkRef chunk) {
    try {
      ByteBuffer content = store.read(chunk, 0, chunk.lengthBytes());
      if (content != null) {
        return new PeerMessage.PulledChunk(new Chunk(chunk, content));
      }
    } catch (DamagedRecordException e) {
      onReadError.accept(chunk, e);
    } catch (IOException e) {
      onReadError.accept(chunk, e);
      return new PeerMessage.MissingChunk(chunk, UNSURE); // it may be read the next time
    }
    return new PeerMessage.MissingChunk(chunk, appliedIndex.getAsLong());
  }

  void close() throws InterruptedException {
    background.close();
    List<Fetch> rest;
    lock.lock();
    try {
      closed = true;
      rest = List.copyOf(fetches.values());
      fetches.clear();
    } finally {
      lock.unlock();
    }
    UnavailableException error = new UnavailableException("this peer is stopping");
    rest.forEach(fetch -> fetch.waiters.forEach(w -> w.future.completeExceptionally(error)));
  }
}
