package io.quorate.store.sim;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Runs the simulation with deliberate faults: each must be noticed by a checker. */
public final class Mutations {

  /**
   * How a mutation fared.
   *
   * @param seeds how many seeds were run
   * @param how the first line of the checker's complaint, or null if there was none
   */
  public record Verdict(int seeds, @Nullable String how) {
    public boolean isCaught() {
      return how != null;
    }
  }

  private Mutations() {}

  /** Runs seeds 1, 2, … until one fails, but not more than it may take. */
  static Verdict judge(CodeMutation mutation) {
    return judge(new MutatedCode(mutation), mutation.seeds());
  }

  /** As {@link #judge(CodeMutation)}, for a fault of another module. */
  public static Verdict judge(MutatedCode code, int seeds) {
    for (int seed = 1; seed <= seeds; seed++) {
      String how = code.run(seed);
      if (how != null) {
        return new Verdict(seed, how);
      }
    }
    return new Verdict(seeds, null);
  }

  /** As {@link #judge(CodeMutation)}, for a fault at the seams. */
  static Verdict judge(ClusterMutation mutation, int seeds) {
    for (int seed = 1; seed <= seeds; seed++) {
      try {
        ClusterSimulation.run(seed, null, RunSettings.SHORT, mutation);
      } catch (SimulationError e) {
        return new Verdict(seed, String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
      }
    }
    return new Verdict(seeds, null);
  }

  /**
   * Runs the mutations of those names, with commas between, or all; false if one was not caught or
   * is not known.
   */
  static boolean run(@Nullable String name, PrintStream out) {
    int ran = 0;
    int missed = 0;
    for (ClusterMutation mutation : ClusterMutation.values()) {
      if (mutation != ClusterMutation.NONE && isMeant(name, mutation)) {
        ran++;
        missed += report(out, mutation, judge(mutation, ClusterMutation.SEEDS));
      }
    }
    for (CodeMutation mutation : CodeMutation.values()) {
      if (isMeant(name, mutation)) {
        ran++;
        missed += report(out, mutation, judge(mutation));
      }
    }
    out.println(ran + " mutations, " + missed + " not caught");
    return ran > 0 && missed == 0;
  }

  /** Whether {@code mutation} is among those names, with commas between, or all are meant. */
  public static boolean isMeant(@Nullable String name, Enum<?> mutation) {
    return name == null
        || List.of(name.toUpperCase(Locale.ROOT).split(",", -1)).contains(mutation.name());
  }

  /** Prints how a mutation fared; 1 if it was missed. */
  public static int report(PrintStream out, Enum<?> mutation, Verdict verdict) {
    out.println(
        mutation
            + (verdict.isCaught() ? " caught by seed " : " NOT CAUGHT in seeds 1 to ")
            + verdict.seeds()
            + (verdict.how() == null ? "" : ": " + verdict.how()));
    return verdict.isCaught() ? 0 : 1;
  }
}
