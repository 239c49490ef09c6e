package io.quorate.store.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The whole cluster under faults, thousands of seeds.
 *
 * <p>A failure names its seed; {@code -Dquorate.seed=N} runs that one alone, and {@code
 * -Dquorate.trace=true} prints what happens in it. {@code -Dquorate.seeds=N} sets how many are run.
 */
final class ClusterSimulationTest {
  private static final long FIRST_SEED = 1;
  private static final int SEEDS = 2_000;
  private static final int SEEDS_PER_MUTATION = 100;
  private static final int THREADS = 2;

  @Test
  void faultsNeverLoseWhatWasAcknowledged() throws InterruptedException {
    Long only = Long.getLong("quorate.seed");
    if (only != null) {
      ClusterSimulation.run(only, Boolean.getBoolean("quorate.trace") ? System.out : null);
      return;
    }
    int count = Integer.getInteger("quorate.seeds", SEEDS);
    // One run alone first: it loads the classes that all others share.
    ClusterSimulation.run(0, null);
    SeedRunner runner = new SeedRunner(seed -> ClusterSimulation.run(seed, null), 5);
    SeedRunner.Summary summary = runner.run(FIRST_SEED, count, THREADS, () -> true);
    System.out.println("cluster simulation: " + summary.describe());
    for (SeedRunner.Failure failure : summary.failures()) {
      AssertionError error =
          new AssertionError(
              "seed "
                  + failure.seed()
                  + " failed; replay it with: mvn -pl store-core test"
                  + " -Dtest=ClusterSimulationTest -Dquorate.seed="
                  + failure.seed()
                  + " -Dquorate.trace=true");
      error.initCause(failure.cause());
      throw error;
    }
    assertFaultsFired(summary, count);
  }

  /** A simulation in which nothing goes wrong proves nothing. */
  private static void assertFaultsFired(SeedRunner.Summary summary, int count) {
    if (count < 200) {
      return;
    }
    for (String fault :
        new String[] {
          "crash",
          "kill",
          "pause",
          "all peers down at once",
          "clock drift",
          "clock jump",
          "disk write lost or torn",
          "disk later write kept, earlier lost, or the reverse",
          "disk slow",
          "net message lost",
          "net message repeated",
          "net message late",
          "net message overtaken",
          "net connection broken",
          "net partition",
          "net one-way cut",
          "client call of unknown outcome",
          "client retry",
          "power lost at an answer",
          "power lost at a vote",
          "only a majority comes back",
          "disk EIO on fdatasync",
          "digest compared"
        }) {
      assertTrue(summary.counters().getOrDefault(fault, 0L) > 0, "never happened: " + fault);
    }
    long decided = summary.counters().getOrDefault("history linearizable", 0L);
    assertTrue(decided > 0.95 * count, "only " + decided + " histories were decided");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theSameSeedIsTheSameRun(long seed) {
    assertEquals(ClusterSimulation.run(seed, null), ClusterSimulation.run(seed, null));
  }

  /** The checkers are worth something only if they notice a broken peer. */
  @ParameterizedTest
  @EnumSource(value = ClusterMutation.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void aBrokenPeerIsCaught(ClusterMutation mutation) {
    for (long seed = 1; seed <= SEEDS_PER_MUTATION; seed++) {
      try {
        ClusterSimulation.run(seed, null, RunSettings.SHORT, mutation);
      } catch (SimulationError caught) {
        System.out.println(
            "mutation " + mutation + " caught by seed " + seed + ": " + firstLine(caught));
        return;
      }
    }
    fail(mutation + " was not caught within " + SEEDS_PER_MUTATION + " seeds");
  }

  private static String firstLine(SimulationError error) {
    return String.valueOf(error.getMessage()).lines().findFirst().orElse("");
  }
}
