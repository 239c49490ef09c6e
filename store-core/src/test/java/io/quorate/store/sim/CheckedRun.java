package io.quorate.store.sim;

import java.util.function.LongConsumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * One seed of a simulation, as what is wrong with it or null: what {@link MutatedCode} calls in its
 * own copy of these classes, in types of the JDK only.
 */
abstract sealed class CheckedRun implements LongFunction<@Nullable String> {
  private final LongConsumer run;

  private CheckedRun(LongConsumer run) {
    this.run = run;
  }

  @Override
  public @Nullable String apply(long seed) {
    try {
      run.accept(seed);
      return null;
    } catch (SimulationError e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** The whole cluster under faults. */
  static final class OfCluster extends CheckedRun {
    OfCluster() {
      super(seed -> ClusterSimulation.run(seed, null));
    }
  }

  /** The whole cluster, of which half of the peers are lost for good. */
  static final class OfLosingHalf extends CheckedRun {
    OfLosingHalf() {
      super(seed -> ClusterSimulation.run(ClusterSimulation.losingSeed(seed), null));
    }
  }

  /** A journal that is crashed again and again, and then damaged. */
  static final class OfJournal extends CheckedRun {
    OfJournal() {
      super(seed -> JournalCrashTest.run(seed, JournalCrashTest.Damage.LOST_SECTORS));
    }
  }
}
