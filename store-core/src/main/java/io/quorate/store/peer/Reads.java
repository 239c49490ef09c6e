package io.quorate.store.peer;

import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.world.World;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;

/**
 * Makes reads linearizable. A reader waits until an index is known for it, by this peer's read
 * lease or from the leader (one round, shared by all that wait), and until this peer has applied
 * it; then it runs on a reader thread. Where nothing has to be waited for, readers do not come
 * here.
 *
 * <p>One round is in flight at a time, so that readers who come meanwhile share the next; a round
 * that is not answered in time is given up and its readers ask again.
 */
final class Reads {
  private static final long ROUND_TIMEOUT_NANOS = 150_000_000L;

  /** A reader: what to run, and the future that fails if it can not. */
  record Reader(Runnable work, CompletableFuture<?> future, long deadlineNanos) {
    /** Reads, on this thread. */
    void run() {
      try {
        work.run();
      } catch (RuntimeException | Error e) {
        future.completeExceptionally(e);
      }
    }
  }

  private record Ready(long index, List<Reader> readers) {}

  private final World world;
  private final Mailbox<Reader> runnable = new Mailbox<>();
  private final List<World.Task> threads = new ArrayList<>();

  // On the loop.
  private List<Reader> gathered = new ArrayList<>();
  private final List<Reader> retryLater = new ArrayList<>();
  private final Map<Long, List<Reader>> rounds = new LinkedHashMap<>();
  private long lastTicket;
  private long roundStartedNanos;

  // Shared with the applier.
  private final ReentrantLock lock = new ReentrantLock();
  private final PriorityQueue<Ready> unapplied =
      new PriorityQueue<>(Comparator.comparingLong(Ready::index));
  private volatile long appliedIndex;

  Reads(World world, PeerOptions options, long appliedIndex) {
    this.world = world;
    this.appliedIndex = appliedIndex;
    for (int i = 0; i < options.readerThreads(); i++) {
      threads.add(world.spawn("quorate-reader-" + options.id() + "-" + i, this::run));
    }
  }

  /** Adds a reader; on the loop. */
  void add(Reader reader) {
    gathered.add(reader);
  }

  /**
   * Starts a round if readers wait and none is under way; on the loop.
   *
   * @param startRound asks consensus for a read index, under the ticket given
   */
  void endOfTurn(LongConsumer startRound) {
    if (!gathered.isEmpty() && rounds.isEmpty()) {
      long ticket = ++lastTicket;
      rounds.put(ticket, gathered);
      gathered = new ArrayList<>();
      roundStartedNanos = world.nanoTime();
      startRound.accept(ticket);
    }
  }

  /** The round was confirmed at {@code index}; on the loop. */
  void readable(long ticket, long index) {
    List<Reader> readers = rounds.remove(ticket);
    if (readers == null) {
      return;
    }
    boolean now;
    lock.lock();
    try {
      now = appliedIndex >= index;
      if (!now) {
        unapplied.add(new Ready(index, readers));
      }
    } finally {
      lock.unlock();
    }
    if (now) {
      readers.forEach(runnable::put);
    }
  }

  /** No leader confirmed the round; its readers ask again until their deadline. On the loop. */
  void refused(long ticket) {
    List<Reader> readers = rounds.remove(ticket);
    if (readers != null) {
      retryLater.addAll(readers);
    }
  }

  /** Whether some reader waits; on the loop. */
  boolean isWaiting() {
    if (!rounds.isEmpty() || !gathered.isEmpty() || !retryLater.isEmpty()) {
      return true;
    }
    lock.lock();
    try {
      return !unapplied.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Gives up silent rounds, repeats refused ones, ends late readers; on the loop. */
  void tick(long nowNanos) {
    if (!rounds.isEmpty() && nowNanos - roundStartedNanos >= ROUND_TIMEOUT_NANOS) {
      rounds.values().forEach(retryLater::addAll);
      rounds.clear();
    }
    retryLater.forEach(reader -> keepOrFail(reader, nowNanos));
    retryLater.clear();
    expireUnapplied(nowNanos);
  }

  private void keepOrFail(Reader reader, long nowNanos) {
    if (nowNanos - reader.deadlineNanos() < 0) {
      gathered.add(reader);
    } else {
      fail(reader, "no leader confirmed the read within the deadline");
    }
  }

  private void expireUnapplied(long nowNanos) {
    List<Reader> expired = new ArrayList<>();
    lock.lock();
    try {
      for (Ready ready : unapplied) {
        ready.readers().removeIf(r -> nowNanos - r.deadlineNanos() >= 0 && expired.add(r));
      }
      unapplied.removeIf(ready -> ready.readers().isEmpty());
    } finally {
      lock.unlock();
    }
    expired.forEach(reader -> fail(reader, "this peer is too far behind to answer in time"));
  }

  /** Entries up to {@code index} are applied; from the applier. */
  void applied(long index) {
    ArrayDeque<Ready> ready = new ArrayDeque<>();
    lock.lock();
    try {
      appliedIndex = index;
      while (!unapplied.isEmpty() && unapplied.peek().index() <= index) {
        ready.add(unapplied.remove());
      }
    } finally {
      lock.unlock();
    }
    ready.forEach(one -> one.readers().forEach(runnable::put));
  }

  /** Index of the last entry applied; from any thread. */
  long appliedIndex() {
    return appliedIndex;
  }

  /** Runs further work of a reader that had to wait for content. */
  void resume(Runnable work, CompletableFuture<?> future, long deadlineNanos) {
    run(new Reader(work, future, deadlineNanos));
  }

  /** Runs what has nothing to wait for on a reader thread. */
  void run(Reader reader) {
    if (!runnable.put(reader)) {
      fail(reader, "this peer is stopping");
    }
  }

  private void run() {
    try {
      for (Reader reader = runnable.take(); reader != null; reader = runnable.take()) {
        if (world.nanoTime() - reader.deadlineNanos() >= 0) {
          fail(reader, "this peer has more readers than it can answer in time");
          continue;
        }
        reader.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void fail(Reader reader, String reason) {
    reader.future().completeExceptionally(new UnavailableException(reason));
  }

  /** Ends every reader. Call when the loop and the applier have ended. */
  void close() throws InterruptedException {
    runnable.close();
    for (World.Task thread : threads) {
      thread.join();
    }
    List<Reader> rest = new ArrayList<>(runnable.drain());
    rest.addAll(gathered);
    rest.addAll(retryLater);
    rounds.values().forEach(rest::addAll);
    unapplied.forEach(ready -> rest.addAll(ready.readers()));
    rest.forEach(reader -> fail(reader, "this peer is stopping"));
  }
}
