package io.quorate.store.consensus;

import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The checkers are worth something only if they notice what is broken. */
class BrokenRulesTest {
  private static final int SEEDS = 2_000;

  /** The one left out needs a coincidence that {@link TranscriptTest} plays on purpose. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "COMMIT_ENTRIES_OF_EARLIER_TERMS")
  void isNoticed(BrokenRules broken) {
    for (long seed = 1; seed <= SEEDS; seed++) {
      try {
        new ModelSimulation(seed, broken.rules).run();
      } catch (ModelChecker.Violation | IllegalStateException noticed) {
        return;
      }
    }
    fail(broken + " was not noticed in " + SEEDS + " seeds");
  }
}
