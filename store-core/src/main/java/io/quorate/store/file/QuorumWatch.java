package io.quorate.store.file;

import io.quorate.store.world.World;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees whether changes still get through, for who is about to end: where all peers end at the same
 * time, what is left can not be published any more, and each request would wait for its deadline to
 * learn that.
 */
final class QuorumWatch {
  private static final Logger LOG = LoggerFactory.getLogger(QuorumWatch.class);

  /** An election takes less. */
  static final long PATIENCE_NANOS = 2_000_000_000;

  private static final long LOOK_NANOS = 100_000_000;

  private final World world;
  private final Deadlines pending;
  private final AtomicLong changes = new AtomicLong();
  private final AtomicBoolean watching = new AtomicBoolean();

  QuorumWatch(World world, Deadlines pending) {
    this.world = world;
    this.pending = pending;
  }

  /** A change got through. */
  void changed() {
    changes.incrementAndGet();
  }

  /** From now on: gives everything up once something has waited for two seconds with no change. */
  void begin() {
    if (watching.compareAndSet(false, true)) {
      look(changes.get(), world.nanoTime());
    }
  }

  private void look(long changesThen, long sinceNanos) {
    long now = world.nanoTime();
    long changesNow = changes.get();
    boolean goesOn = changesNow != changesThen || pending.isEmpty();
    if (!goesOn && now - sinceNanos >= PATIENCE_NANOS) {
      LOG.warn(
          "no quorum of peers for {} s: what is not published is given up",
          PATIENCE_NANOS / 1_000_000_000);
      pending.close();
    } else if (!pending.isClosed()) {
      world.schedule(LOOK_NANOS, () -> look(changesNow, goesOn ? now : sinceNanos));
    }
  }
}
