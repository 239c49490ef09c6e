package io.quorate.store.peer;

import io.quorate.store.world.World;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one thread on which a peer's protocol state lives. Work arrives as tasks; after each batch of
 * tasks the turn ends, and whatever the batch gathered (proposals, reads, durability) goes on its
 * way together. That is where group commit and batched reads come from.
 */
final class PeerLoop implements Executor {
  private final Mailbox<Runnable> mailbox = new Mailbox<>();
  private final Consumer<Throwable> onFatal;
  private World.@Nullable Task thread;

  PeerLoop(Consumer<Throwable> onFatal) {
    this.onFatal = onFatal;
  }

  /** Begins to run what was given and will be; {@code endOfTurn} runs after each batch. */
  void start(World world, String name, Runnable endOfTurn) {
    thread = world.spawn(name, () -> run(endOfTurn));
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

  private void run(Runnable endOfTurn) {
    try {
      while (true) {
        ArrayDeque<Runnable> batch = mailbox.takeAll();
        if (batch.isEmpty()) {
          return;
        }
        for (Runnable step : batch) {
          step.run();
        }
        endOfTurn.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      // An error here is one of the programmer's: protocol state may be half changed, so the peer
      // ends.
      onFatal.accept(e);
    }
  }

  /** Finishes what was given and ends the thread. */
  void close() throws InterruptedException {
    mailbox.close();
    World.Task running = thread;
    if (running != null) {
      running.join();
    }
  }
}
