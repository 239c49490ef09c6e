package io.quorate.store.peer;

import io.quorate.store.world.World;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Turns on a thread that the transport lends. A turn is asked for with the first task that comes;
 * tasks that come until it begins belong to it.
 */
final class CarriedTurns implements PeerLoop.Turns {
  private final PeerLoop loop;
  private final Mailbox<Runnable> mailbox;
  private final Carrier carrier;
  private final AtomicBoolean asked = new AtomicBoolean();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private volatile @Nullable World world;

  // On the carrier only.
  private Carrier.@Nullable Wakeup wakeup;
  private long wakeupNanos;

  CarriedTurns(PeerLoop loop, Mailbox<Runnable> mailbox, Carrier carrier) {
    this.loop = loop;
    this.mailbox = mailbox;
    this.carrier = carrier;
  }

  @Override
  public void start(World startedIn, String name) {
    world = startedIn;
    summon();
  }

  @Override
  public void summon() {
    World startedIn = world;
    if (startedIn == null || !asked.compareAndSet(false, true)) {
      return;
    }
    try {
      carrier.execute(() -> asked(startedIn));
    } catch (RejectedExecutionException e) {
      end(); // the transport's thread is gone, and with it all that this peer could say
    }
  }

  private void asked(World startedIn) {
    // Before the tasks are taken: one that comes later asks for another turn.
    asked.set(false);
    turn(startedIn);
  }

  private void turn(World startedIn) {
    if (ended.isDone()) {
      loop.abandonRest();
    } else if (!loop.turn(mailbox.drain()) || mailbox.isClosed() && mailbox.size() == 0) {
      end();
    } else {
      wakeAt(startedIn, loop.wakeAtNanos());
    }
  }

  private void wakeAt(World startedIn, long atNanos) {
    if (wakeup != null && wakeupNanos == atNanos) {
      return;
    }
    if (wakeup != null) {
      wakeup.cancel();
    }
    wakeupNanos = atNanos;
    long delayNanos = Math.max(0, atNanos - startedIn.nanoTime());
    wakeup = carrier.schedule(delayNanos, () -> woken(startedIn));
  }

  private void woken(World startedIn) {
    wakeup = null;
    turn(startedIn);
  }

  private void end() {
    if (carrier.isCurrent() && wakeup != null) {
      wakeup.cancel();
    }
    loop.abandonRest();
    ended.complete(null);
  }

  @Override
  public boolean isCurrent() {
    return carrier.isCurrent();
  }

  @Override
  public void join() throws InterruptedException {
    if (world == null || carrier.isCurrent()) {
      return; // on the carrier no turn is under way but the one that closes
    }
    try {
      ended.get();
    } catch (ExecutionException e) {
      throw new AssertionError("it is completed with nothing else", e);
    }
  }
}
