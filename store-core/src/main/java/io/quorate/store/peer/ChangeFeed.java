package io.quorate.store.peer;

import io.quorate.store.gateway.ChangeBatch;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.metadata.Metadata.Change;
import io.quorate.store.metadata.Metadata.ChangeSet;
import io.quorate.store.world.World;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The newest changes of the tree, for whoever watches it: as many as fit a bounded memory. Begins
 * anew with each start of the peer. Safe for any thread.
 */
final class ChangeFeed {
  /** Of changes kept, as {@link #weight} counts. */
  private static final long MOST_BYTES = 16L << 20;

  /** Of one answer, as {@link #weight} counts; on the wire it is less. */
  private static final long ANSWER_BYTES = 128 << 10;

  /** Of questions that wait: each holds memory and a timer here until it is answered. */
  static final int MOST_WAITERS = 10_000;

  private static final int SET_BYTES = 64;
  private static final int CHANGE_BYTES = 96;

  private record Waiter(long after, CompletableFuture<ChangeBatch> answer) {}

  private final World world;
  private final Executor executor;
  private final long mostBytes;
  private final ReentrantLock lock = new ReentrantLock();

  /** By index: who asks is mostly near the end. */
  private final TreeMap<Long, ChangeSet> sets = new TreeMap<>();

  private final List<Waiter> waiters = new ArrayList<>();
  private long bytes;

  /** All changes of entries above it are kept. */
  private long floor;

  /** Index of the last entry taken. */
  private long through;

  private boolean wakePending;
  private boolean closed;

  /**
   * A feed of what will be applied.
   *
   * @param executor answers those who waited, so that who applies need not
   * @param appliedIndex index of the last entry before
   */
  ChangeFeed(World world, Executor executor, long appliedIndex) {
    this(world, executor, appliedIndex, MOST_BYTES);
  }

  ChangeFeed(World world, Executor executor, long appliedIndex, long mostBytes) {
    this.world = world;
    this.executor = executor;
    this.mostBytes = mostBytes;
    this.floor = appliedIndex;
    this.through = appliedIndex;
  }

  /** Takes what entries did, in their order. */
  void applied(List<Metadata.Applied> entries) {
    lock.lock();
    try {
      for (Metadata.Applied entry : entries) {
        through = entry.index();
        if (!entry.changes().isEmpty()) {
          ChangeSet set = new ChangeSet(entry.index(), entry.stampNanos(), entry.changes());
          sets.put(set.index(), set);
          bytes += weight(set);
        }
      }
      while (bytes > mostBytes) {
        ChangeSet oldest = sets.pollFirstEntry().getValue();
        bytes -= weight(oldest);
        floor = oldest.index();
      }
      if (!waiters.isEmpty() && !wakePending) {
        wakePending = true;
        executor.execute(this::wake);
      }
    } finally {
      lock.unlock();
    }
  }

  /** The state of after an entry came as a whole: what led to it is not known. */
  void installed(long index) {
    lock.lock();
    try {
      sets.clear();
      bytes = 0;
      floor = index;
      through = index;
      if (!waiters.isEmpty() && !wakePending) {
        wakePending = true;
        executor.execute(this::wake);
      }
    } finally {
      lock.unlock();
    }
  }

  private static long weight(ChangeSet set) {
    long bytes = SET_BYTES;
    for (Change change : set.changes()) {
      bytes += CHANGE_BYTES + change.directory().length() + change.name().length();
    }
    return bytes;
  }

  /**
   * Changes after an index; waits while there are none. Fails as unavailable, so that another peer
   * is asked, while {@link #MOST_WAITERS} wait already.
   *
   * @param waitNanos how long at most
   */
  CompletableFuture<ChangeBatch> after(long index, long waitNanos) {
    CompletableFuture<ChangeBatch> answer = new CompletableFuture<>();
    lock.lock();
    try {
      ChangeBatch batch = batch(index);
      if (closed || tellsSomething(batch)) {
        answer.complete(batch);
        return answer;
      }
      if (waiters.size() >= MOST_WAITERS) {
        answer.completeExceptionally(
            new UnavailableException("too many wait for changes here: " + MOST_WAITERS));
        return answer;
      }
      waiters.add(new Waiter(index, answer));
    } finally {
      lock.unlock();
    }
    World.Timer timer = world.schedule(waitNanos, () -> executor.execute(() -> giveUp(answer)));
    return answer.whenComplete((batch, error) -> timer.cancel());
  }

  /** Whether anybody waits for a change; from any thread. */
  boolean isWaiting() {
    lock.lock();
    try {
      return !waiters.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private static boolean tellsSomething(ChangeBatch batch) {
    return !batch.complete() || !batch.sets().isEmpty();
  }

  private void wake() {
    List<Waiter> woken = new ArrayList<>();
    List<ChangeBatch> batches = new ArrayList<>();
    lock.lock();
    try {
      wakePending = false;
      for (Waiter waiter : List.copyOf(waiters)) {
        ChangeBatch batch = batch(waiter.after());
        if (tellsSomething(batch)) {
          waiters.remove(waiter);
          woken.add(waiter);
          batches.add(batch);
        }
      }
    } finally {
      lock.unlock();
    }
    for (int i = 0; i < woken.size(); i++) {
      woken.get(i).answer().complete(batches.get(i));
    }
  }

  /** Answers with nothing: the asker sees that this peer lives, and asks again. */
  private void giveUp(CompletableFuture<ChangeBatch> answer) {
    ChangeBatch nothing = null;
    lock.lock();
    try {
      for (Waiter waiter : waiters) {
        if (waiter.answer() == answer) {
          nothing = batch(waiter.after());
        }
      }
      waiters.removeIf(waiter -> waiter.answer() == answer);
    } finally {
      lock.unlock();
    }
    if (nothing != null) {
      answer.complete(nothing);
    }
  }

  private ChangeBatch batch(long after) {
    if (after < floor) {
      return new ChangeBatch(false, List.of(), through);
    }
    if (after >= through) {
      return new ChangeBatch(true, List.of(), after);
    }
    List<ChangeSet> found = new ArrayList<>();
    long weight = 0;
    for (ChangeSet set : sets.tailMap(after, false).values()) {
      weight += weight(set);
      if (weight > ANSWER_BYTES && !found.isEmpty()) {
        return new ChangeBatch(true, found, found.getLast().index());
      }
      found.add(set);
    }
    return new ChangeBatch(true, found, through);
  }

  /** Answers all who wait, and from now on at once. */
  void close() {
    List<Waiter> left;
    lock.lock();
    try {
      closed = true;
      left = List.copyOf(waiters);
      waiters.clear();
    } finally {
      lock.unlock();
    }
    left.forEach(
        waiter -> waiter.answer().complete(new ChangeBatch(true, List.of(), waiter.after())));
  }
}
