package io.quorate.store.sim;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What is asked of a run beside its seed.
 *
 * @param calls calls of all clients together in a long run with four peers; 0 for a short run, with
 *     everything drawn
 * @param maxClients no more clients than this
 * @param maxCallsPerClient no more calls of each than this
 * @param calm nothing is lost, repeated or late, and nobody loses power at a bad moment
 * @param without faults that are left out
 */
public record RunSettings(
    int calls,
    int maxClients,
    int maxCallsPerClient,
    boolean calm,
    Set<ClusterPlan.Fault> without) {
  public static final RunSettings SHORT = ofCalls(0);

  public static RunSettings ofCalls(int calls) {
    return new RunSettings(
        calls,
        Integer.MAX_VALUE,
        Integer.MAX_VALUE,
        false,
        EnumSet.noneOf(ClusterPlan.Fault.class));
  }

  ClusterPlan applyTo(ClusterPlan drawn) {
    ClusterPlan sized = calls > 0 ? drawn.lengthened(calls) : drawn;
    return sized.reduced(maxClients, maxCallsPerClient, calm, without);
  }

  RunSettings withMaxClients(int value) {
    return new RunSettings(calls, value, maxCallsPerClient, calm, without);
  }

  RunSettings withMaxCallsPerClient(int value) {
    return new RunSettings(calls, maxClients, value, calm, without);
  }

  RunSettings calmed() {
    return new RunSettings(calls, maxClients, maxCallsPerClient, true, without);
  }

  RunSettings withoutFault(ClusterPlan.Fault fault) {
    Set<ClusterPlan.Fault> more = EnumSet.copyOf(without);
    more.add(fault);
    return new RunSettings(calls, maxClients, maxCallsPerClient, calm, more);
  }

  /** As options of {@link SimulationMain}. */
  List<String> options() {
    List<String> options = new ArrayList<>();
    if (calls > 0) {
      options.addAll(List.of("--calls", "" + calls));
    }
    if (maxClients < Integer.MAX_VALUE) {
      options.addAll(List.of("--max-clients", "" + maxClients));
    }
    if (maxCallsPerClient < Integer.MAX_VALUE) {
      options.addAll(List.of("--max-calls", "" + maxCallsPerClient));
    }
    if (calm) {
      options.add("--calm");
    }
    for (ClusterPlan.Fault fault : without) {
      options.addAll(List.of("--without", fault.name()));
    }
    return options;
  }
}
