package io.quorate.store.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What all clients of one run asked of a subtree and were answered. */
final class ClusterHistory {

  private record Begun(String client, FileCall call, long at) {}

  private final Simulation simulation;
  private final String prefix;
  private final SortedMap<Integer, Begun> open = new TreeMap<>();
  private final List<Operation<FileCall>> operations = new ArrayList<>();
  private Runnable onAnswer = () -> {};
  private int begun;

  ClusterHistory(Simulation simulation, String prefix) {
    this.simulation = simulation;
    this.prefix = prefix;
  }

  /** Runs {@code action} at each answer. */
  void onAnswer(Runnable action) {
    onAnswer = action;
  }

  int begin(String client, FileCall call) {
    int operation = begun++;
    open.put(operation, new Begun(client, call, simulation.now()));
    simulation.trace(client + " asks " + prefix + call);
    return operation;
  }

  void answered(int operation, String outcome) {
    Begun call = close(operation);
    operations.add(
        new Operation<>(operation, call.client, call.at, simulation.now(), call.call, outcome));
    simulation.trace(call.client + " is told " + outcome + " for " + prefix + call.call);
    simulation.count("client call answered");
    onAnswer.run();
  }

  /**
   * Nobody can tell whether it happened, or will. Once it is certain that it can happen no more,
   * {@link #over} says so.
   */
  void unknown(int operation) {
    Begun call = close(operation);
    operations.add(
        new Operation<>(operation, call.client, call.at, Long.MAX_VALUE, call.call, null));
    simulation.trace(call.client + " does not know about " + prefix + call.call);
    simulation.count("client call of unknown outcome");
  }

  /** An operation of unknown outcome can not happen from now on: its number is given up. */
  void over(int operation) {
    operations.replaceAll(
        one ->
            one.id() == operation && !one.isKnown() && one.returnedAt() == Long.MAX_VALUE
                ? new Operation<>(
                    operation, one.client(), one.invokedAt(), simulation.now(), one.call(), null)
                : one);
    simulation.count("client call of unknown outcome is over");
  }

  /** The store said that nothing happened; so the history is as if it had never been asked. */
  void neverHappened(int operation, String why) {
    Begun call = close(operation);
    simulation.trace(call.client + " was refused " + prefix + call.call);
    simulation.print(why);
    simulation.count("client call refused");
  }

  private Begun close(int operation) {
    Begun call = open.remove(operation);
    if (call == null) {
      throw new IllegalStateException("operation " + operation + " is not open");
    }
    return call;
  }

  List<Operation<FileCall>> operations() {
    return List.copyOf(operations);
  }
}
