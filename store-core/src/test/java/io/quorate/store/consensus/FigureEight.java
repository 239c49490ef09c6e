package io.quorate.store.consensus;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The conversation of figure 8 of Raft with the rules as they are compiled, whatever the seed:
 * answers what the checker says against it, or null.
 */
public final class FigureEight implements LongFunction<@Nullable String> {
  @Override
  public @Nullable String apply(long seed) {
    try {
      TranscriptTest.play("commit-only-own-term.txt", new Rules());
      return null;
    } catch (ModelChecker.Violation noticed) {
      return noticed.getMessage();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
