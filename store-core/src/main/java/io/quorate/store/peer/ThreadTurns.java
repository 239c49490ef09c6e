package io.quorate.store.peer;

import io.quorate.store.world.World;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Turns on a thread of the peer's own, which sleeps on the mailbox. */
final class ThreadTurns implements PeerLoop.Turns {
  private final PeerLoop loop;
  private final Mailbox<Runnable> mailbox;
  private World.@Nullable Task thread;
  private volatile @Nullable Thread running;

  ThreadTurns(PeerLoop loop, Mailbox<Runnable> mailbox) {
    this.loop = loop;
    this.mailbox = mailbox;
  }

  @Override
  public void start(World world, String name) {
    thread = world.spawn(name, () -> run(world));
  }

  private void run(World world) {
    running = Thread.currentThread();
    try {
      boolean goesOn = true;
      while (goesOn) {
        ArrayDeque<Runnable> batch = mailbox.takeAll(world, loop.wakeAtNanos());
        goesOn = batch != null && loop.turn(batch);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      loop.abandonRest();
    }
  }

  /** The mailbox wakes the thread. */
  @Override
  public void summon() {}

  @Override
  public boolean isCurrent() {
    return Thread.currentThread() == running;
  }

  @Override
  public void join() throws InterruptedException {
    World.Task started = thread;
    if (started != null) {
      started.join();
    }
  }
}
