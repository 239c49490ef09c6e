package io.quorate.store.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Makes a failing run smaller: leaves out clients, calls and kinds of faults one after the other,
 * for as long as the same seed still fails in the same way.
 */
final class Shrinking {
  private static final Pattern NUMBERS = Pattern.compile("[0-9]+");
  private static final int MAX_CLIENTS = 8;
  private static final int MAX_CALLS = 1 << 12;

  private Shrinking() {}

  /** The smallest settings found under which {@code seed} fails as {@code failure} does. */
  static RunSettings shrink(
      long seed, RunSettings settings, Throwable failure, SeededRun simulation) {
    String kind = kind(failure);
    RunSettings best = settings;
    boolean progress = true;
    while (progress) {
      progress = false;
      for (RunSettings smaller : smaller(best)) {
        if (fails(seed, smaller, kind, simulation)) {
          best = smaller;
          progress = true;
          break;
        }
      }
    }
    return best;
  }

  private static List<RunSettings> smaller(RunSettings settings) {
    List<RunSettings> candidates = new ArrayList<>();
    if (!settings.calm()) {
      candidates.add(settings.calmed());
    }
    for (ClusterPlan.Fault fault : ClusterPlan.Fault.values()) {
      if (!settings.without().contains(fault)) {
        candidates.add(settings.withoutFault(fault));
      }
    }
    int clients = Math.min(settings.maxClients(), MAX_CLIENTS);
    if (clients > 1) {
      candidates.add(settings.withMaxClients(clients / 2));
      candidates.add(settings.withMaxClients(clients - 1));
    }
    int calls = Math.min(settings.maxCallsPerClient(), MAX_CALLS);
    if (calls > 1) {
      candidates.add(settings.withMaxCallsPerClient(calls / 2));
      candidates.add(settings.withMaxCallsPerClient(calls - 1));
    }
    return candidates;
  }

  private static boolean fails(long seed, RunSettings settings, String kind, SeededRun simulation) {
    try {
      simulation.run(seed, null, settings);
      return false;
    } catch (SimulationError e) {
      return kind(e).equals(kind);
    }
  }

  /** The first line of what was wrong, without what differs between two runs of one bug. */
  private static String kind(Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    String first = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    String words = first.length() > 40 ? first.substring(0, 40) : first;
    return cause.getClass().getName() + NUMBERS.matcher(words).replaceAll("#");
  }
}
