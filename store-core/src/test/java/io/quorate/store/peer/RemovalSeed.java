package io.quorate.store.peer;

import io.quorate.store.sim.SimulationError;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A peer that is to leave while the rest lacks content, with the code as it is compiled: answers
 * what is wrong, or null. By chance alone it takes hundreds of runs until so much is missing at
 * once.
 */
public final class RemovalSeed implements LongFunction<@Nullable String> {
  @Override
  public @Nullable String apply(long seed) {
    try {
      MemberChangesTest.removeWhileTheRestLacksContent(seed);
      return null;
    } catch (SimulationError e) {
      return String.valueOf(e.getMessage());
    }
  }
}
