package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.world.RealWorld;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A peer's turns, on a thread of its own and on one that is lent. */
@Timeout(60)
final class PeerLoopTest {
  private static final long NEVER = TimeUnit.HOURS.toNanos(1);

  private final RealWorld world = RealWorld.create();
  private final LentThread lent = new LentThread();
  private final CompletableFuture<Throwable> fatal = new CompletableFuture<>();
  private final AtomicLong wakeAtNanos = new AtomicLong(world.nanoTime() + NEVER);

  @AfterEach
  void endThreads() {
    lent.end();
    world.close();
  }

  /** Runs what it is given when it is told to, on whatever thread tells it. */
  private static final class LentThread implements Carrier {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<Runnable> scheduled = new ArrayList<>();
    private Thread current = new Thread();
    private boolean ended;

    @Override
    public synchronized void execute(Runnable task) {
      if (ended) {
        throw new RejectedExecutionException("ended");
      }
      tasks.add(task);
      notifyAll();
    }

    @Override
    public synchronized boolean isCurrent() {
      return Thread.currentThread() == current;
    }

    @Override
    public synchronized Wakeup schedule(long delayNanos, Runnable task) {
      scheduled.add(task);
      return () -> scheduled.remove(task);
    }

    synchronized int waiting() {
      return tasks.size();
    }

    synchronized List<Runnable> scheduled() {
      return List.copyOf(scheduled);
    }

    synchronized void end() {
      ended = true;
    }

    /** Runs what is there, as an event loop does after it has read its sockets. */
    void runTasks() {
      synchronized (this) {
        current = Thread.currentThread();
      }
      for (Runnable task = poll(); task != null; task = poll()) {
        task.run();
      }
    }

    private synchronized Runnable poll() {
      return tasks.poll();
    }

    /** Runs tasks on a thread of its own until it has ended. */
    void runByItself(RealWorld world) {
      world.spawn(
          "lent",
          () -> {
            while (true) {
              synchronized (this) {
                while (tasks.isEmpty() && !ended) {
                  try {
                    wait();
                  } catch (InterruptedException e) {
                    return;
                  }
                }
                if (ended) {
                  return;
                }
              }
              runTasks();
            }
          });
    }
  }

  private PeerLoop loop(boolean carried) {
    return new PeerLoop(carried ? lent : null, fatal::complete);
  }

  private void start(PeerLoop loop, Runnable endOfTurn) {
    loop.start(world, "loop", wakeAtNanos::get, endOfTurn);
  }

  @Test
  void whatComesBeforeATurnBelongsToIt() {
    PeerLoop loop = loop(true);
    List<String> seen = new ArrayList<>();
    start(loop, () -> seen.add("end"));
    lent.runTasks();
    seen.clear();
    loop.execute(() -> seen.add("a"));
    loop.execute(() -> seen.add("b"));
    assertEquals(1, lent.waiting(), "one turn is asked for");
    lent.runTasks();
    assertEquals(List.of("a", "b", "end"), seen);
  }

  @Test
  void whatATurnGivesTheLoopMakesAnother() {
    PeerLoop loop = loop(true);
    List<String> seen = new ArrayList<>();
    start(loop, () -> seen.add("end"));
    lent.runTasks();
    seen.clear();
    loop.execute(() -> loop.execute(() -> seen.add("later")));
    lent.runTasks();
    assertEquals(List.of("end", "later", "end"), seen);
  }

  @Test
  void isWokenWhenItSaysAndNeverTwiceForTheSame() {
    PeerLoop loop = loop(true);
    List<String> seen = new ArrayList<>();
    start(loop, () -> seen.add("end"));
    lent.runTasks();
    loop.execute(() -> {});
    lent.runTasks();
    assertEquals(1, lent.scheduled().size(), "the time has not changed");
    wakeAtNanos.addAndGet(-1_000_000);
    loop.execute(() -> {});
    lent.runTasks();
    assertEquals(1, lent.scheduled().size(), "the new one is in place of the old one");
    seen.clear();
    lent.scheduled().getFirst().run();
    assertEquals(List.of("end"), seen);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void closingFinishesWhatWasGiven(boolean carried) throws Exception {
    lent.runByItself(world);
    PeerLoop loop = loop(carried);
    CountDownLatch ran = new CountDownLatch(100);
    start(loop, () -> {});
    for (int i = 0; i < 100; i++) {
      assertTrue(loop.offer(ran::countDown));
    }
    loop.close();
    assertEquals(0, ran.getCount());
    assertFalse(loop.offer(ran::countDown), "it is closed");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anErrorEndsItAndTellsThoseWhoWait(boolean carried) throws Exception {
    lent.runByItself(world);
    PeerLoop loop = loop(carried);
    CountDownLatch given = new CountDownLatch(1);
    CompletableFuture<String> waiting = new CompletableFuture<>();
    start(loop, () -> {});
    loop.execute(
        () -> {
          await(given);
          throw new IllegalStateException("broken on purpose");
        });
    loop.execute(waiter(waiting));
    given.countDown();
    assertEquals("broken on purpose", fatal.get().getMessage());
    assertEquals("abandoned", waiting.get());
    assertFalse(loop.offer(() -> {}));
    loop.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void haltingAbandonsWhatIsQueued(boolean carried) throws Exception {
    lent.runByItself(world);
    PeerLoop loop = loop(carried);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch halted = new CountDownLatch(1);
    CompletableFuture<String> waiting = new CompletableFuture<>();
    start(loop, () -> {});
    loop.execute(
        () -> {
          begun.countDown();
          await(halted);
        });
    begun.await();
    loop.execute(waiter(waiting));
    loop.halt();
    halted.countDown();
    assertEquals("abandoned", waiting.get());
    loop.close();
  }

  @Test
  void aLentThreadThatHasEndedAbandonsWhatComes() throws Exception {
    PeerLoop loop = loop(true);
    start(loop, () -> {});
    lent.runTasks();
    lent.end();
    CompletableFuture<String> waiting = new CompletableFuture<>();
    loop.offer(waiter(waiting));
    assertEquals("abandoned", waiting.get());
    loop.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void oneThatNeverStartedCanBeClosed(boolean carried) throws Exception {
    PeerLoop loop = loop(carried);
    CompletableFuture<String> waiting = new CompletableFuture<>();
    loop.offer(waiter(waiting));
    loop.close();
    assertEquals("abandoned", waiting.get());
  }

  private static PeerLoop.Request waiter(CompletableFuture<String> told) {
    return new PeerLoop.Request() {
      @Override
      public void run() {
        told.complete("ran");
      }

      @Override
      public void abandon() {
        told.complete("abandoned");
      }
    };
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
