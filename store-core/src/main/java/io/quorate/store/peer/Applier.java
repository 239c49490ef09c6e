package io.quorate.store.peer;

import io.quorate.store.log.Entry;
import io.quorate.store.metadata.Digest;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.world.World;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Applies committed entries in order on a thread of its own, so that a slow metadata write never
 * delays a heartbeat. Entries come in whole batches; each batch is one write.
 */
final class Applier {
  /** Digests are compared at multiples of this index, so that peers under load meet. */
  static final long DIGEST_INTERVAL = 1024;

  private static final int MAX_BATCH = 256;

  /** Metadata's digest right after an index was applied. */
  record DigestAt(long index, Digest digest) {}

  private final Metadata metadata;

  /** Entries to apply, or something to do between them. */
  private record Work(List<Entry> entries, @Nullable Runnable task) {}

  private final Mailbox<Work> mailbox = new Mailbox<>();
  private final AtomicLong backlogBytes = new AtomicLong();
  private final BiConsumer<List<Entry>, List<Metadata.Applied>> onApplied;
  private final Consumer<Throwable> onFatal;
  private final World.Task task;
  private volatile DigestAt current;
  private volatile DigestAt lastRound;

  Applier(
      World world,
      String name,
      Metadata metadata,
      BiConsumer<List<Entry>, List<Metadata.Applied>> onApplied,
      Consumer<Throwable> onFatal) {
    this.metadata = metadata;
    this.onApplied = onApplied;
    this.onFatal = onFatal;
    this.current = new DigestAt(metadata.appliedIndex(), metadata.digest());
    this.lastRound = current;
    this.task = world.spawn(name, this::run);
  }

  /** Gives committed, durable entries, in order. */
  void offer(List<Entry> entries) {
    long bytes = 0;
    for (Entry entry : entries) {
      bytes += entry.weightBytes();
    }
    backlogBytes.addAndGet(bytes);
    mailbox.put(new Work(entries, null));
  }

  /** Puts another state in place of the one that all entries given so far lead to. */
  void replace(Runnable how) {
    mailbox.put(
        new Work(
            List.of(),
            () -> {
              how.run();
              current = new DigestAt(metadata.appliedIndex(), metadata.digest());
              lastRound = current;
            }));
  }

  /** Bytes of entries that wait to be applied; the loop takes no more while this is high. */
  long backlogBytes() {
    return backlogBytes.get();
  }

  /** The digest at the index applied last. */
  DigestAt current() {
    return current;
  }

  /** The digest at the last multiple of {@link #DIGEST_INTERVAL}, or at start. */
  DigestAt lastRound() {
    return lastRound;
  }

  private void run() {
    try {
      while (true) {
        ArrayDeque<Work> batches = mailbox.takeAll();
        if (batches.isEmpty()) {
          return;
        }
        applyAll(batches);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      // Half-applied state must never be served: applying fails for no local reason, so this is
      // fatal.
      onFatal.accept(e);
    }
  }

  private void applyAll(ArrayDeque<Work> batches) {
    List<Entry> batch = new ArrayList<>();
    for (Work work : batches) {
      Runnable task = work.task();
      if (task != null) {
        if (!batch.isEmpty()) {
          apply(batch);
          batch = new ArrayList<>();
        }
        task.run();
      }
      for (Entry entry : work.entries()) {
        batch.add(entry);
        if (batch.size() == MAX_BATCH || entry.index() % DIGEST_INTERVAL == 0) {
          apply(batch);
          batch = new ArrayList<>();
        }
      }
    }
    if (!batch.isEmpty()) {
      apply(batch);
    }
  }

  private void apply(List<Entry> batch) {
    List<Metadata.Applied> applied = metadata.apply(batch);
    long last = batch.get(batch.size() - 1).index();
    current = new DigestAt(last, metadata.digest());
    if (last % DIGEST_INTERVAL == 0) {
      lastRound = current;
    }
    long bytes = 0;
    for (Entry entry : batch) {
      bytes += entry.weightBytes();
    }
    backlogBytes.addAndGet(-bytes);
    onApplied.accept(batch, applied);
  }

  void close() throws InterruptedException {
    mailbox.close();
    task.join();
  }
}
