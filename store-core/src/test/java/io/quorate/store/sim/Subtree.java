package io.quorate.store.sim;

import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A directory that shares nothing with the others, and what was asked of it. Since a history is
 * linearizable if its parts on independent objects are, long runs are judged subtree by subtree.
 */
final class Subtree {
  final ClusterHistory history;

  /** Inodes of the files that are only appended to, and so never get another one. */
  final SortedMap<String, Long> logs = new TreeMap<>();

  private final String prefix;

  /**
   * @param prefix path of the directory
   */
  Subtree(Simulation simulation, String prefix) {
    this.prefix = prefix;
    this.history = new ClusterHistory(simulation, prefix);
  }

  String prefix() {
    return prefix;
  }

  /** The whole path of {@code path}, which begins with a slash, without that slash. */
  String full(String path) {
    return prefix.substring(1) + (path.equals("/") ? "" : path);
  }

  /** Has {@code client} do {@code call} and writes it down; the answer, or null without one. */
  @Nullable String perform(ClientFace client, FileCall call) {
    int operation = history.begin(client.name(), call);
    try {
      String outcome = client.answer(this, call);
      history.answered(operation, outcome);
      return outcome;
    } catch (SimClient.GaveUp e) {
      if (e.mayHaveHappened() && !call.changesNothing()) {
        history.unknown(operation);
        client.inDoubt(() -> history.over(operation));
      } else {
        history.neverHappened(operation, String.valueOf(e.getMessage()));
      }
      return null;
    }
  }
}
