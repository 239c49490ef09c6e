package io.quorate.store.consensus;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/**
 * Runs the model over many seeds. A failure names its seed; {@code -Dquorate.seed=SEED} runs that
 * one alone.
 */
class ModelSimulationTest {
  private static final int SEEDS = 2_000;
  private static final long FIRST_SEED = 1;

  @Test
  void promisesHoldUnderFaults() {
    Long only = Long.getLong("quorate.seed");
    if (only != null) {
      run(only);
      return;
    }
    long elections = 0;
    long reads = 0;
    long commits = 0;
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      ModelSimulation simulation = run(seed);
      elections += simulation.checker.elections();
      reads += simulation.readsAnswered();
      commits += simulation.checker.committedIndex();
    }
    // A run in which nothing happens proves nothing.
    assertTrue(elections > 2L * SEEDS, "only " + elections + " elections");
    assertTrue(reads > 20L * SEEDS, "only " + reads + " reads answered");
    assertTrue(commits > 50L * SEEDS, "only " + commits + " entries committed");
  }

  private static ModelSimulation run(long seed) {
    ModelSimulation simulation = new ModelSimulation(seed, new Rules());
    try {
      simulation.run();
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(
          "seed "
              + seed
              + " failed: "
              + e.getMessage()
              + simulation.describe()
              + "\nreplay: mvn -pl store-core test -Dtest=ModelSimulationTest -Dquorate.seed="
              + seed,
          e);
    }
    return simulation;
  }
}
