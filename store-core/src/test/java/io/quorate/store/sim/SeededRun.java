package io.quorate.store.sim;

import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** A simulation that is decided by its seed and settings. */
@FunctionalInterface
public interface SeededRun {
  /**
   * @param trace gets each event; null for none
   * @throws SimulationError if anything was wrong
   */
  Simulation.Result run(long seed, @Nullable PrintStream trace, RunSettings settings);
}
