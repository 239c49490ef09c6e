package io.quorate.store.peer;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.world.World;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Moves chunks between journals. The peer that receives content pushes it to all others at once; a
 * peer that lacks a chunk pulls it, asking one peer after the other until one has it.
 *
 * <p>Pushes may be dropped (a slow link, a full disk); pulls make good for it. Safe for any thread.
 */
final class ChunkExchange {
  private static final long RETRY_NANOS = 250_000_000L;

  /** A chunk that is being looked for. */
  private static final class Fetch {
    final ChunkRef chunk;
    final List<CompletableFuture<Void>> futures = new ArrayList<>(1);
    final long deadlineNanos;
    int lastAsked;
    long retryAtNanos;

    Fetch(ChunkRef chunk, long deadlineNanos) {
      this.chunk = chunk;
      this.deadlineNanos = deadlineNanos;
    }
  }

  private record Pull(int from, List<ChunkRef> chunks) {}

  private final World world;
  private final PeerOptions options;
  private final ChunkStore store;
  private final Transport transport;
  private final Consumer<Throwable> onReadError;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<ChunkId, Fetch> fetches = new LinkedHashMap<>();
  private final Mailbox<Pull> pulls = new Mailbox<>();
  private final World.Task server;

  ChunkExchange(
      World world,
      PeerOptions options,
      ChunkStore store,
      Transport transport,
      Consumer<Throwable> onReadError) {
    this.world = world;
    this.options = options;
    this.store = store;
    this.transport = transport;
    this.onReadError = onReadError;
    this.server = world.spawn("quorate-chunks-" + options.id(), this::serve);
  }

  /** Sends a chunk to every other peer whose queue has room. */
  void push(Chunk chunk) {
    PeerMessage.PushChunk message = new PeerMessage.PushChunk(chunk);
    for (int peer : options.genesis().voters().keySet()) {
      if (peer != options.id() && transport.queuedBytes(peer) < 4 * options.maxQueuedBytes()) {
        transport.send(peer, message);
      }
    }
  }

  /** Whether enough links have room that the origin may go on sending content. */
  boolean hasRoom() {
    int room = 1;
    for (int peer : options.genesis().voters().keySet()) {
      if (peer != options.id()
          && transport.connected().contains(peer)
          && transport.queuedBytes(peer) < options.maxQueuedBytes()) {
        room++;
      }
    }
    return room >= options.genesis().commitQuorum();
  }

  /** Asks one peer for a chunk, without waiting. */
  void pull(int peer, ChunkRef chunk) {
    transport.send(peer, new PeerMessage.PullChunks(List.of(chunk)));
  }

  /** Gets a chunk from whoever has it; completes when it is in this journal (not durable yet). */
  CompletableFuture<Void> fetch(ChunkRef chunk) {
    CompletableFuture<Void> future = new CompletableFuture<>();
    int ask = 0;
    lock.lock();
    try {
      if (store.held(chunk.id())) {
        future.complete(null);
        return future;
      }
      Fetch fetch = fetches.get(chunk.id());
      if (fetch == null) {
        long now = world.nanoTime();
        fetch = new Fetch(chunk, now + options.requestTimeoutMillis() * 1_000_000L);
        fetches.put(chunk.id(), fetch);
        ask = next(fetch, now);
      }
      fetch.futures.add(future);
    } finally {
      lock.unlock();
    }
    if (ask != 0) {
      pull(ask, chunk);
    }
    return future;
  }

  /** The next peer to ask, in turn, connected ones only; 0 if there is none. */
  private int next(Fetch fetch, long nowNanos) {
    fetch.retryAtNanos = nowNanos + RETRY_NANOS;
    int first = 0;
    int following = 0;
    for (int peer : options.genesis().voters().keySet()) {
      if (peer == options.id() || !transport.connected().contains(peer)) {
        continue;
      }
      first = first == 0 ? peer : first;
      following = following == 0 && peer > fetch.lastAsked ? peer : following;
    }
    fetch.lastAsked = following != 0 ? following : first;
    return fetch.lastAsked;
  }

  /** A chunk is now held, wherever it came from. */
  void arrived(ChunkId chunk) {
    Fetch fetch;
    lock.lock();
    try {
      fetch = fetches.isEmpty() ? null : fetches.remove(chunk);
    } finally {
      lock.unlock();
    }
    if (fetch != null) {
      fetch.futures.forEach(future -> future.complete(null));
    }
  }

  /** A peer said that it lacks a chunk: ask the next one. */
  void missing(int from, ChunkRef chunk) {
    int ask = 0;
    lock.lock();
    try {
      Fetch fetch = fetches.get(chunk.id());
      if (fetch != null && fetch.lastAsked == from) {
        int next = next(fetch, world.nanoTime());
        ask = next == from ? 0 : next;
      }
    } finally {
      lock.unlock();
    }
    if (ask != 0) {
      pull(ask, chunk);
    }
  }

  /** Asks again where no answer came, and gives up where the deadline has passed. */
  void tick(long nowNanos) {
    List<Fetch> again = new ArrayList<>();
    List<Fetch> expired = new ArrayList<>();
    lock.lock();
    try {
      fetches.values().removeIf(f -> nowNanos - f.deadlineNanos >= 0 && expired.add(f));
      for (Fetch fetch : fetches.values()) {
        if (nowNanos - fetch.retryAtNanos >= 0 && next(fetch, nowNanos) != 0) {
          again.add(fetch);
        }
      }
    } finally {
      lock.unlock();
    }
    again.forEach(fetch -> pull(fetch.lastAsked, fetch.chunk));
    for (Fetch fetch : expired) {
      UnavailableException error =
          new UnavailableException("no connected peer has chunk " + fetch.chunk.id());
      fetch.futures.forEach(future -> future.completeExceptionally(error));
    }
  }

  /** Queues another peer's pull; it is served by a thread of its own, since it reads the disk. */
  void pullRequested(int from, List<ChunkRef> chunks) {
    pulls.put(new Pull(from, chunks));
  }

  private void serve() {
    try {
      for (Pull pull = pulls.take(); pull != null; pull = pulls.take()) {
        for (ChunkRef chunk : pull.chunks()) {
          transport.send(pull.from(), answer(chunk));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private PeerMessage answer(ChunkRef chunk) {
    try {
      java.nio.ByteBuffer content = store.read(chunk, 0, chunk.lengthBytes());
      if (content != null) {
        return new PeerMessage.PulledChunk(new Chunk(chunk, content));
      }
    } catch (java.io.IOException e) {
      onReadError.accept(e); // a damaged chunk is as good as missing; the reader mends it
    }
    return new PeerMessage.MissingChunk(chunk, 0);
  }

  void close() throws InterruptedException {
    pulls.close();
    server.join();
    List<Fetch> rest;
    lock.lock();
    try {
      rest = List.copyOf(fetches.values());
      fetches.clear();
    } finally {
      lock.unlock();
    }
    UnavailableException error = new UnavailableException("this peer is stopping");
    rest.forEach(fetch -> fetch.futures.forEach(f -> f.completeExceptionally(error)));
  }
}
