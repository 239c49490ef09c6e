package io.quorate.store.peer;

import io.quorate.store.world.World;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The one thread on which a peer's protocol state lives. Work arrives as tasks; after each batch of
 * tasks the turn ends, and whatever the batch gathered (proposals, reads, durability) goes on its
 * way together. That is where group commit and batched reads come from.
 *
 * <p>Turns run on a thread of the transport if it lends one ({@link CarriedTurns}), on one of the
 * peer's own otherwise ({@link ThreadTurns}). Either waits for the time at which there is something
 * to do unasked: an idle peer is awake rarely, and a timer of its own would wake two threads each
 * time.
 */
final class PeerLoop implements Executor {
  /** A task that somebody waits for. */
  interface Request extends Runnable {
    /** The loop ended before it came to this: tell whoever waits. */
    void abandon();
  }

  /** How the turns come to a thread. */
  interface Turns {
    /** Begins; {@code world} starts a thread named {@code name} if one is needed. */
    void start(World world, String name);

    /** Something is in the mailbox. */
    void summon();

    /** Whether the calling thread is the one of the turns. */
    boolean isCurrent();

    /** The mailbox is closed: returns when no turn is under way and none will come. */
    void join() throws InterruptedException;
  }

  private final Mailbox<Runnable> mailbox = new Mailbox<>();
  private final Consumer<Throwable> onFatal;
  private final Turns turns;
  private volatile boolean halted;
  private LongSupplier wakeAtNanos = () -> Long.MAX_VALUE;
  private Runnable endOfTurn = () -> {};

  /** A loop on {@code carrier}, or on a thread of its own. */
  PeerLoop(@Nullable Carrier carrier, Consumer<Throwable> onFatal) {
    this.onFatal = onFatal;
    this.turns =
        carrier == null ? new ThreadTurns(this, mailbox) : new CarriedTurns(this, mailbox, carrier);
  }

  /**
   * Begins to run what was given and will be.
   *
   * @param nextWakeAtNanos asked after each turn: when the next one is to come at the latest
   * @param atEndOfTurn runs after each batch, and after none when that time has come
   */
  void start(World world, String name, LongSupplier nextWakeAtNanos, Runnable atEndOfTurn) {
    wakeAtNanos = nextWakeAtNanos;
    endOfTurn = atEndOfTurn;
    turns.start(world, name);
  }

  /** Runs {@code task} on the loop, after all that was given before; dropped once closed. */
  @Override
  public void execute(Runnable task) {
    offer(task);
  }

  /** As {@link #execute}; false if the loop is closed and the task was dropped. */
  boolean offer(Runnable task) {
    if (!mailbox.put(task)) {
      return false;
    }
    turns.summon();
    return true;
  }

  /** Whether the calling thread is the loop's. */
  boolean isCurrent() {
    return turns.isCurrent();
  }

  /** When the next turn is to come at the latest; on the loop. */
  long wakeAtNanos() {
    return wakeAtNanos.getAsLong();
  }

  /** One turn with these tasks. Returns whether there may be another. */
  boolean turn(ArrayDeque<Runnable> batch) {
    try {
      while (!halted && !batch.isEmpty()) {
        batch.remove().run();
      }
      if (!halted) {
        endOfTurn.run();
      }
    } catch (RuntimeException | Error e) {
      // An error here is one of the programmer's: protocol state may be half changed, so the peer
      // ends.
      mailbox.close();
      onFatal.accept(e);
      halted = true;
    }
    if (halted) {
      abandon(batch);
    }
    return !halted;
  }

  /** No turn comes any more: whoever waits for one hears of it. */
  void abandonRest() {
    mailbox.close();
    abandon(mailbox.drain());
  }

  private static void abandon(ArrayDeque<Runnable> tasks) {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      if (task instanceof Request request) {
        request.abandon();
      }
    }
  }

  /** Ends after the task that it is in, if any; what is queued is abandoned. */
  void halt() {
    halted = true;
    mailbox.close();
    turns.summon();
  }

  /** Finishes what was given and ends. */
  void close() throws InterruptedException {
    mailbox.close();
    turns.summon();
    turns.join();
    abandonRest();
  }
}
