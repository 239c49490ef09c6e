package io.quorate.store.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.world.World;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/** The simulator itself: that it repeats itself, that it varies, and that nothing escapes it. */
final class SimulationTest {

  /** A bounded buffer with lock, condition, queue and futures; returns who came when. */
  private static List<String> program(Simulation simulation) throws Exception {
    SimWorld world = simulation.node(1).boot();
    ReentrantLock lock = new ReentrantLock();
    Condition changed = lock.newCondition();
    LinkedBlockingQueue<String> queue = new LinkedBlockingQueue<>(2);
    List<String> order = new ArrayList<>();
    int[] turns = {0};
    for (int i = 0; i < 4; i++) {
      String name = "t" + i;
      world.spawn(
          name,
          () -> {
            try {
              for (int round = 0; round < 3; round++) {
                queue.put(name);
                lock.lock();
                try {
                  turns[0]++;
                  changed.signalAll();
                } finally {
                  lock.unlock();
                }
                world.sleep(1_000 + Math.floorMod(world.randomLong(), 5_000));
              }
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          });
    }
    CompletableFuture<Void> all = new CompletableFuture<>();
    world.spawn(
        "counter",
        () -> {
          lock.lock();
          try {
            while (turns[0] < 12) {
              changed.awaitUninterruptibly();
            }
            all.complete(null);
          } finally {
            lock.unlock();
          }
        });
    for (int i = 0; i < 12; i++) {
      order.add(queue.take());
    }
    all.get();
    return order;
  }

  @Test
  void sameSeedSameRunAndOtherSeedsInterleaveOtherwise() {
    Set<Long> hashes = new HashSet<>();
    Set<List<String>> orders = new HashSet<>();
    for (long seed = 0; seed < 50; seed++) {
      List<List<String>> seen = new ArrayList<>();
      Simulation.Result first = Simulation.run(seed, sim -> seen.add(program(sim)));
      Simulation.Result again = Simulation.run(seed, sim -> seen.add(program(sim)));
      assertEquals(first, again, "seed " + seed);
      assertEquals(seen.get(0), seen.get(1), "seed " + seed);
      hashes.add(first.traceHash());
      orders.add(seen.get(0));
    }
    assertEquals(50, hashes.size());
    assertTrue(orders.size() > 40, "only " + orders.size() + " interleavings in 50 seeds");
  }

  @Test
  void findsALostUpdate() {
    int found = 0;
    for (long seed = 0; seed < 100; seed++) {
      int[] balance = {0};
      Simulation.run(
          seed,
          simulation -> {
            SimWorld world = simulation.node(1).boot();
            List<World.Task> tasks = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
              tasks.add(
                  world.spawn(
                      "adder",
                      () -> {
                        for (int n = 0; n < 5; n++) {
                          int seen = balance[0];
                          world.nanoTime();
                          balance[0] = seen + 1;
                        }
                      }));
            }
            for (World.Task task : tasks) {
              task.join();
            }
          });
      if (balance[0] != 10) {
        found++;
      }
    }
    assertTrue(found >= 10, "the lost update showed in " + found + " of 100 seeds");
    assertTrue(found < 100, "the lost update showed always: nothing is random");
  }

  @Test
  void timePassesOnlyInTheSimulation() {
    Simulation.Result result =
        Simulation.run(
            1,
            simulation -> {
              SimWorld world = simulation.node(1).boot();
              long before = world.nanoTime();
              simulation.sleep(3_600_000_000_000L);
              long passed = world.nanoTime() - before;
              assertTrue(passed >= 3_600_000_000_000L && passed < 3_600_001_000_000L, "" + passed);
            });
    assertTrue(result.steps() < 100);
  }

  @Test
  void awaitGivesUpOnTheSimulatedClock() {
    Simulation.run(
        1,
        simulation -> {
          SimWorld world = simulation.node(1).boot();
          CompletableFuture<String> outcome = new CompletableFuture<>();
          world.spawn(
              "waiter",
              () -> {
                try {
                  world.await(new CompletableFuture<>(), 5_000_000_000L);
                  outcome.complete("value");
                } catch (TimeoutException e) {
                  outcome.complete("timeout");
                } catch (InterruptedException | ExecutionException e) {
                  outcome.completeExceptionally(e);
                }
              });
          assertEquals("timeout", outcome.get());
          assertTrue(simulation.now() >= 5_000_000_000L);
        });
  }

  @Test
  void clocksDriftAndJumpApart() {
    Simulation.run(
        1,
        simulation -> {
          SimNode slow = simulation.node(1);
          SimNode fast = simulation.node(2);
          slow.drift(-0.01);
          fast.drift(0.01);
          long slowBefore = slow.localNanos();
          long fastBefore = fast.localNanos();
          long wallBefore = slow.wallNanos();
          simulation.sleep(100_000_000_000L);
          assertEquals(99.0, (slow.localNanos() - slowBefore) / 1e9, 0.01);
          assertEquals(101.0, (fast.localNanos() - fastBefore) / 1e9, 0.01);
          slow.jumpWallClock(-1_000_000_000_000L);
          assertTrue(slow.wallNanos() < wallBefore);
        });
  }

  @Test
  void deadlockIsReportedWithWhatThreadsWaitFor() {
    SimulationError error =
        assertThrows(
            SimulationError.class,
            () ->
                Simulation.run(
                    7,
                    simulation -> {
                      SimWorld world = simulation.node(1).boot();
                      world.spawn("forgotten", () -> new CompletableFuture<Void>().join());
                      new LinkedBlockingQueue<String>().take();
                    }));
    assertTrue(error.getMessage().contains("seed 7"), error.getMessage());
    assertTrue(error.getMessage().contains("deadlock"), error.getMessage());
    assertTrue(error.getMessage().contains("node1.1/forgotten"), error.getMessage());
    assertTrue(error.getMessage().contains("CompletableFuture"), error.getMessage());
  }

  @Test
  void whatEscapesTheSeedFails() {
    // So long that it is not over, on however busy a machine, before the thread has parked.
    assertEscapes(simulation -> Thread.sleep(10_000));
    assertEscapes(
        simulation -> new CompletableFuture<Void>().get(1, java.util.concurrent.TimeUnit.SECONDS));
    assertEscapes(
        simulation -> {
          SimWorld world = simulation.node(1).boot();
          CompletableFuture<Void> elsewhere = CompletableFuture.runAsync(world::nanoTime);
          while (!elsewhere.isDone()) {
            Thread.onSpinWait();
          }
        });
    assertEscapes(
        simulation -> {
          Object monitor = new Object();
          for (int i = 0; i < 2; i++) {
            simulation.start(
                "contender",
                same -> {
                  synchronized (monitor) {
                    simulation.sleep(1_000);
                  }
                });
          }
          simulation.sleep(1_000_000);
        });
  }

  private static void assertEscapes(Simulation.Body body) {
    SimulationError error = assertThrows(SimulationError.class, () -> Simulation.run(1, body));
    assertTrue(error.getMessage().contains("escaped the simulator"), error.getMessage());
  }

  @Test
  void aCrashedProcessTakesNoMoreSteps() {
    Simulation.run(
        3,
        simulation -> {
          SimNode node = simulation.node(1);
          SimWorld world = node.boot();
          int[] beats = {0};
          world.spawn(
              "heart",
              () -> {
                while (true) {
                  beats[0]++;
                  try {
                    world.sleep(1_000_000);
                  } catch (InterruptedException e) {
                    throw new AssertionError(e);
                  }
                }
              });
          world.schedule(55_000_000, () -> beats[0] += 1_000);
          simulation.sleep(20_000_000);
          assertTrue(beats[0] >= 10, "beats " + beats[0]);
          node.crash();
          int atCrash = beats[0];
          simulation.sleep(100_000_000);
          assertEquals(atCrash, beats[0]);
        });
  }

  @Test
  void aPausedProcessGoesOnWhereItWas() {
    Simulation.run(
        3,
        simulation -> {
          SimNode node = simulation.node(1);
          SimWorld world = node.boot();
          List<Long> fired = new ArrayList<>();
          for (int i = 1; i <= 5; i++) {
            long at = i * 10_000_000L;
            world.schedule(at, () -> fired.add(at));
          }
          simulation.sleep(15_000_000);
          node.pause(100_000_000);
          simulation.sleep(90_000_000);
          assertEquals(List.of(10_000_000L), fired);
          simulation.sleep(20_000_000);
          assertEquals(
              List.of(10_000_000L, 20_000_000L, 30_000_000L, 40_000_000L, 50_000_000L), fired);
        });
  }

  @Test
  void anExceptionInAThreadFailsTheRun() {
    SimulationError error =
        assertThrows(
            SimulationError.class,
            () ->
                Simulation.run(
                    1,
                    simulation -> {
                      simulation
                          .node(1)
                          .boot()
                          .spawn(
                              "broken",
                              () -> {
                                throw new IllegalArgumentException("broken on purpose");
                              });
                      simulation.sleep(1_000_000);
                    }));
    assertNotEquals(null, error.getCause());
    assertTrue(error.getMessage().contains("node1.1/broken"), error.getMessage());
  }
}
