package io.quorate.store.net.sim;

import io.quorate.store.sim.RunSettings;
import io.quorate.store.sim.SimulationError;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** One seed, as what is wrong with it or null: what is loaded once more with edited classes. */
final class MutatedClientRun implements LongFunction<@Nullable String> {
  @Override
  public @Nullable String apply(long seed) {
    try {
      ClientSimulation.run(seed, null, RunSettings.SHORT);
      return null;
    } catch (SimulationError e) {
      return String.valueOf(e.getMessage());
    }
  }
}
