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
 * <p>The loop itself waits for the time at which there is something to do unasked: an idle peer is
 * awake rarely, and a timer of its own would wake two threads each time.
 */
final class PeerLoop implements Executor {
  /** A task that somebody waits for. */
  interface Request extends Runnable {
    /** The loop ended before it came to this: tell whoever waits. */
    void abandon();
  }

  private final Mailbox<Runnable> mailbox = new Mailbox<>();
  private final Consumer<Throwable> onFatal;
  private volatile boolean halted;
  private World.@Nullable Task thread;

  PeerLoop(Consumer<Throwable> onFatal) {
    this.onFatal = onFatal;
  }

  /**
   * Begins to run what was given and will be.
   *
   * @param wakeAtNanos asked after each turn: when the next one is to come at the latest
   * @param endOfTurn runs after each batch, and after none when that time has come
   */
  void start(World world, String name, LongSupplier wakeAtNanos, Runnable endOfTurn) {
    thread = world.spawn(name, () -> run(world, wakeAtNanos, endOfTurn));
  }

  /** Runs {@code task} on the loop, after all that was given before; dropped once closed. */
  @Override
  public void execute(Runnable task) {
    mailbox.put(task);
  }

  /** As {@link #execute}; false if the loop is closed and the task was dropped. */
  boolean offer(Runnable task) {
    return mailbox.put(task);
  }

  private void run(World world, LongSupplier wakeAtNanos, Runnable endOfTurn) {
    ArrayDeque<Runnable> batch = new ArrayDeque<>();
    try {
      while (!halted) {
        ArrayDeque<Runnable> taken = mailbox.takeAll(world, wakeAtNanos.getAsLong());
        if (taken == null) {
          return;
        }
        batch = taken;
        while (!halted && !batch.isEmpty()) {
          batch.remove().run();
        }
        if (!halted) {
          endOfTurn.run();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      // An error here is one of the programmer's: protocol state may be half changed, so the peer
      // ends.
      onFatal.accept(e);
    } finally {
      mailbox.close();
      batch.forEach(PeerLoop::abandon);
      mailbox.drain().forEach(PeerLoop::abandon);
    }
  }

  private static void abandon(Runnable task) {
    if (task instanceof Request request) {
      request.abandon();
    }
  }

  /** Ends the thread after the task that it is in, if any; what is queued is abandoned. */
  void halt() {
    halted = true;
    mailbox.close();
  }

  /** Finishes what was given and ends the thread. */
  void close() throws InterruptedException {
    mailbox.close();
    World.Task running = thread;
    if (running != null) {
      running.join();
    }
    mailbox.drain().forEach(PeerLoop::abandon);
  }
}
