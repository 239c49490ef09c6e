package io.quorate.store.consensus;

import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * One seed of the model with the rules as they are compiled: answers what the model says against
 * it, or null. For whoever loads the classes of this package with a deliberate fault in them.
 */
public final class ModelSeed implements LongFunction<@Nullable String> {
  @Override
  public @Nullable String apply(long seed) {
    try {
      new ModelSimulation(seed, new Rules()).run();
      return null;
    } catch (ModelChecker.Violation | IllegalStateException noticed) {
      return String.valueOf(noticed.getMessage());
    }
  }
}
