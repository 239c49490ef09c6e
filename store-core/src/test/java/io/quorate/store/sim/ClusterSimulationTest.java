package io.quorate.store.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
  private static final int SEEDS = 1_500;
  private static final int FRESH_SEEDS = 200;
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
      throw failed(failure);
    }
    assertFaultsFired(summary, count);
  }

  private static AssertionError failed(SeedRunner.Failure failure) {
    AssertionError error =
        new AssertionError(
            "seed "
                + failure.seed()
                + " failed; replay it with: mvn -pl store-core test -Dtest=ClusterSimulationTest"
                + "#faultsNeverLoseWhatWasAcknowledged -Dquorate.trace=true -Dquorate.seed="
                + failure.seed());
    error.initCause(failure.cause());
    return error;
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
          "orderly stop",
          "leadership handed over",
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
          "leader cut off",
          "client call of unknown outcome",
          "client retry",
          "power lost at an answer",
          "power lost at a vote",
          "only a majority comes back",
          "disk EIO on fdatasync",
          "disk EIO on read",
          "disk EIO on write",
          "disk bit rot",
          "disk synced sectors lost",
          "disk misdirected write",
          "disk directory operation lost",
          "disk full",
          "client crash during a call",
          "client fails over",
          "client call by java.nio.file",
          "client request delivered twice",
          "client request delivered late",
          "client request stuck",
          "client session ended",
          "client call of unknown outcome is over",
          "client told of no space",
          "counter incremented under a lock",
          "unlinked file read",
          "digest compared",
          "older image refused",
          "suspect peer readmitted",
          "damaged peer is a member at the end",
          "wiped peer is a member at the end",
          "log dropped",
          "log replayed from its start",
          "directory listed in pages",
          "fsync of a handle",
          "checkpoint damaged at its source",
          "checkpoint wrong from the beginning",
          "crash at a flush",
          "crash at a new segment",
          "crash making a checkpoint",
          "crash sending a checkpoint",
          "crash taking a checkpoint",
          "crash staging a checkpoint",
          "crash at an install record",
          "crash swapping",
          "crash removing what was replaced",
          "peer added",
          "peer removed",
          "peer replaced",
          "voters changed",
          "member change refused",
          "wrong member change refused",
          "former member comes back",
          "removed peer says why",
          "crash sending other members",
          "crash taking other members",
          "half of the voters lost",
          "member added before half were lost",
          "crash forcing a quorum",
          "survivors started before all were forced",
          "crash going on with a forced quorum",
          "went on with a forced quorum under faults",
          "lost peer comes back",
          "lost peer replaced",
          "whole again after half were lost",
          "segment given back",
          "chunk moved from a segment given back",
          "crash at a flush of the index",
          "crash before a segment goes",
          "crash as a segment goes"
        }) {
      assertTrue(summary.counters().getOrDefault(fault, 0L) > 0, "never happened: " + fault);
    }
    long runs = summary.counters().getOrDefault("run with a checkpoint taken", 0L);
    assertTrue(runs > 0.1 * count, "only " + runs + " runs had a peer caught up by a checkpoint");
    long freed = summary.counters().getOrDefault("run with a segment given back", 0L);
    assertTrue(freed > 0.5 * count, "only " + freed + " runs gave a segment of a journal back");
    long decided = summary.counters().getOrDefault("history linearizable", 0L);
    assertTrue(decided > 0.95 * count, "only " + decided + " histories were decided");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theSameSeedIsTheSameRun(long seed) {
    assertEquals(ClusterSimulation.run(seed, null), ClusterSimulation.run(seed, null));
  }

  /** Long runs: thousands of calls on one subtree after the other. */
  @Test
  void longRunsAreJudgedToo() {
    Simulation.Result result =
        ClusterSimulation.run(1, null, RunSettings.ofCalls(600), ClusterMutation.NONE);
    assertTrue(result.counters().getOrDefault("client call answered", 0L) > 500, result::toString);
    assertTrue(result.counters().getOrDefault("history linearizable", 0L) > 5, result::toString);
  }

  /** Other seeds each time: what the fixed ones do not reach is found some day. */
  @Test
  void freshSeeds() throws InterruptedException {
    long first = Long.getLong("quorate.freshSeed", System.currentTimeMillis());
    SeedRunner runner = new SeedRunner(seed -> ClusterSimulation.run(seed, null), 1);
    SeedRunner.Summary summary = runner.run(first, FRESH_SEEDS, THREADS, () -> true);
    for (SeedRunner.Failure failure : summary.failures()) {
      throw failed(failure);
    }
  }

  /** The checkers are worth something only if they notice a broken peer. */
  @ParameterizedTest
  @EnumSource(value = ClusterMutation.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void aBrokenPeerIsCaught(ClusterMutation mutation) {
    expectCaught(mutation, Mutations.judge(mutation, ClusterMutation.SEEDS));
  }

  /** The quick ones of {@link CodeMutation}; SimulationMain --mutations runs them all. */
  @ParameterizedTest
  @EnumSource(
      value = CodeMutation.class,
      names = {
        "SKIP_FSYNC",
        "ACKNOWLEDGE_BEFORE_DURABLE",
        "VOTE_TWICE",
        "APPLY_TWICE",
        "PUT_WITHOUT_CONDITION",
        "READ_BEFORE_OWN_TERM_COMMIT",
        "COUNT_OLD_INCARNATION",
        "READ_WITHOUT_QUORUM",
        "COMMIT_OLDER_TERMS",
        "SKIP_OWN_TERM_NO_OP",
        "IGNORE_DURABLE_UP_TO",
        "RECLAIM_CHUNKS_IN_USE",
        "GIVE_BACK_BEFORE_DURABLE",
        "GIVE_BACK_BEFORE_INDEXED",
        "GIVE_BACK_WHAT_IS_FLUSHED_AS_USED",
        "GIVE_BACK_BELOW_ANOTHERS_FLOOR",
        "GIVE_BACK_LOG_ENTRIES",
        "FORGET_LOWEST_OUTSTANDING",
        "SERVE_ENDED_SESSIONS",
        "FORCED_LEADER_BY_MAJORITY",
        "OLDER_MEMBERS_AFTER_FORCING"
      })
  void aFaultInTheCodeIsCaught(CodeMutation mutation) {
    expectCaught(mutation, Mutations.judge(mutation));
  }

  private static void expectCaught(Enum<?> mutation, Mutations.Verdict verdict) {
    assertTrue(
        verdict.isCaught(), () -> mutation + " was not caught in " + verdict.seeds() + " seeds");
    System.out.println(
        "mutation " + mutation + " caught by seed " + verdict.seeds() + ": " + verdict.how());
  }

  /** An edit that finds nothing to edit would pass for a fault that was missed. */
  @ParameterizedTest
  @EnumSource(CodeMutation.class)
  void everyFaultIsInTheCode(CodeMutation mutation) {
    assertNotNull(new MutatedCode(mutation));
  }

  @Test
  void aFailingRunIsMadeSmaller() {
    long seed = 8; // one with many clients, of which few are needed
    SimulationError failure =
        assertThrows(
            SimulationError.class,
            () ->
                ClusterSimulation.run(
                    seed, null, RunSettings.SHORT, ClusterMutation.ENTRY_CHANGED));
    RunSettings least =
        Shrinking.shrink(
            seed,
            RunSettings.SHORT,
            failure,
            (same, trace, settings) ->
                ClusterSimulation.run(same, trace, settings, ClusterMutation.ENTRY_CHANGED));
    assertTrue(least.without().size() >= ClusterPlan.Fault.values().length / 2, least::toString);
    assertTrue(least.maxClients() * least.maxCallsPerClient() <= 20, least::toString);
    assertThrows(
        SimulationError.class,
        () -> ClusterSimulation.run(seed, null, least, ClusterMutation.ENTRY_CHANGED));
  }
}
