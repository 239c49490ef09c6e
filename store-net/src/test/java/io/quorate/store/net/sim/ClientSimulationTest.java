package io.quorate.store.net.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.sim.MutatedCode;
import io.quorate.store.sim.Mutations;
import io.quorate.store.sim.RunSettings;
import io.quorate.store.sim.SeedRunner;
import io.quorate.store.sim.Simulation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The client that ships, on a cluster under faults, in the simulator.
 *
 * <p>A failure names its seed; {@code -Dquorate.seed=N} runs that one alone, and {@code
 * -Dquorate.trace=true} prints what happens in it. {@code -Dquorate.seeds=N} sets how many are run.
 */
final class ClientSimulationTest {
  private static final long FIRST_SEED = 1;
  private static final int SEEDS = 50;
  private static final int FRESH_SEEDS = 10;
  private static final int THREADS = 2;

  private static Simulation.Result run(long seed) {
    return ClientSimulation.run(
        seed, Boolean.getBoolean("quorate.trace") ? System.out : null, RunSettings.SHORT);
  }

  @Test
  void clientsKeepTheirPromisesUnderFaults() throws InterruptedException {
    Long only = Long.getLong("quorate.seed");
    if (only != null) {
      run(only);
      return;
    }
    int count = Integer.getInteger("quorate.seeds", SEEDS);
    // One run alone first: it loads the classes that all others share.
    run(0);
    SeedRunner runner = new SeedRunner(ClientSimulationTest::run, 5);
    SeedRunner.Summary summary = runner.run(FIRST_SEED, count, THREADS, () -> true);
    System.out.println("client simulation: " + summary.describe());
    for (SeedRunner.Failure failure : summary.failures()) {
      throw failed(failure);
    }
    if (count >= SEEDS) {
      assertFaultsFired(summary, count);
    }
  }

  private static AssertionError failed(SeedRunner.Failure failure) {
    AssertionError error =
        new AssertionError(
            "seed "
                + failure.seed()
                + " failed; replay it with: mvn -pl store-net test -Dtest=ClientSimulationTest"
                + "#clientsKeepTheirPromisesUnderFaults -Dquorate.trace=true -Dquorate.seed="
                + failure.seed());
    error.initCause(failure.cause());
    return error;
  }

  /** A simulation in which nothing goes wrong proves nothing. */
  private static void assertFaultsFired(SeedRunner.Summary summary, int count) {
    for (String fault :
        new String[] {
          "client link cut both ways",
          "client link cut for requests",
          "client link cut for answers",
          "client paused",
          "client clock drift",
          "client crash during a call",
          "client killed in the middle of an upload",
          "client could not connect",
          "client request delivered twice",
          "client served after the faults",
          "client closed its store",
          "gateway closed",
          "peer accepts clients and answers nothing",
          "call done by a silent peer",
          "call ignored by a silent peer",
          "answer kept by a silent peer",
          "a peer stays cut off from clients",
          "a peer stays deaf to clients",
          "a peer stays silent to clients",
          "tcp connection attempt lost",
          "tcp connection reset",
          "tcp connection reset in the middle of a frame",
          "tcp segment late",
          "tcp segment not acknowledged",
          "tcp segment sent again",
          "gateway call refused",
          "gateway call of unknown outcome",
          "client call of unknown outcome",
          "answer compared with the peers'",
          "pause",
          "kill",
          "crash",
          "net partition",
          "leader cut off"
        }) {
      assertTrue(summary.counters().getOrDefault(fault, 0L) > 0, "never happened: " + fault);
    }
    long decided = summary.counters().getOrDefault("history linearizable", 0L);
    assertTrue(decided > 0.9 * count, "only " + decided + " histories were decided");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theSameSeedIsTheSameRun(long seed) {
    assertEquals(run(seed), run(seed));
  }

  /** Other seeds each time: what the fixed ones do not reach is found some day. */
  @Test
  void freshSeeds() throws InterruptedException {
    long first = Long.getLong("quorate.freshSeed", System.currentTimeMillis());
    SeedRunner runner = new SeedRunner(ClientSimulationTest::run, 1);
    SeedRunner.Summary summary = runner.run(first, FRESH_SEEDS, THREADS, () -> true);
    for (SeedRunner.Failure failure : summary.failures()) {
      throw failed(failure);
    }
  }

  /** The quick ones of {@link ClientMutation}; ClientSimulationMain --mutations runs them all. */
  @ParameterizedTest
  @EnumSource(
      value = ClientMutation.class,
      names = {
        "UNKNOWN_IS_NOTHING",
        "DOUBT_OF_THE_PEER_IS_NOTHING",
        "LATE_ANSWER_FOR_A_NEW_CALL",
        "RETRY_UNDER_A_NEW_NUMBER",
        "DROP_CALLS_WITH_THE_CONNECTION",
        "NEVER_DIAL_AGAIN",
        "STAY_WITH_A_SILENT_PEER"
      })
  void aFaultInTheClientIsCaught(ClientMutation mutation) {
    Mutations.Verdict verdict = mutation.judge();
    assertTrue(
        verdict.isCaught(), () -> mutation + " was not caught in " + verdict.seeds() + " seeds");
    System.out.println(
        "mutation " + mutation + " caught by seed " + verdict.seeds() + ": " + verdict.how());
  }

  /** An edit that finds nothing to edit would pass for a fault that was missed. */
  @ParameterizedTest
  @EnumSource(ClientMutation.class)
  void everyFaultIsInTheCode(ClientMutation mutation) {
    assertNotNull(new MutatedCode(mutation.edits(), ClientMutation.CHECK));
  }
}
