package io.quorate.store.fuse.twin;

import io.quorate.store.sim.FileCall;
import io.quorate.store.sim.Linearizability;
import io.quorate.store.sim.Operation;
import io.quorate.store.sim.TreeModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What all clients asked and were answered, by subtree: a history is linearizable if its parts on
 * independent objects are.
 */
final class TwinHistory {
  private static final long LINEARIZABILITY_STEPS = 1_000_000;
  private static final int MAX_PROBLEMS = 20;

  /** Name of the clients that read everything when all faults have ended. */
  static final String READER = "reader";

  private record Begun(String client, int subtree, FileCall call, long atNanos) {}

  private final long originNanos = System.nanoTime();
  private final SortedMap<Integer, List<Operation<FileCall>>> subtrees = new TreeMap<>();
  private final SortedMap<String, Long> counts = new TreeMap<>();
  private final List<String> problems = new ArrayList<>();
  private int operations;
  private int leader;

  /** What one client process says. */
  final class Witness {
    private final int host;
    private final Map<Integer, Begun> open = new TreeMap<>();

    private Witness(int host) {
      this.host = host;
    }

    /** Takes a line that the process printed. */
    void says(String line) {
      synchronized (TwinHistory.this) {
        String[] words = line.split(" ", 6);
        switch (words[0]) {
          case "begin" -> begin(words);
          case "end" -> end(words);
          case "leader" -> leader = Integer.parseInt(words[1]);
          default -> problem("host " + host + " says: " + line);
        }
      }
    }

    private void begin(String[] words) {
      open.put(
          Integer.valueOf(words[1]),
          new Begun(
              "host" + host + "." + words[3],
              Integer.parseInt(words[4]),
              CallWords.parse(words[5]),
              Long.parseLong(words[2])));
    }

    private void end(String[] words) {
      Begun begun = open.remove(Integer.valueOf(words[1]));
      if (begun == null) {
        throw new IllegalStateException("host " + host + " ended a call that it did not begin");
      }
      long from = Long.parseLong(words[2]);
      long to = Long.parseLong(words[3]);
      count((begun.client.endsWith(READER) ? "reading back " : "call ") + words[4]);
      switch (words[4]) {
        case "answered" -> {
          count(
              begun.call.getClass().getSimpleName()
                  + (words[5].startsWith("ok") ? "" : " declined"));
          add(begun, from, to, words[5]);
        }
        case "unknown" -> add(begun, from, Long.MAX_VALUE, null);
        case "refused" -> {
          // It says that nothing happened, so it is as if it had never been asked.
          if (begun.client.endsWith(READER)) {
            problem("all faults had ended, yet " + begun + " was refused: " + words[5]);
          }
        }
        default -> problem(begun + " ended in a way that is not promised: " + words[5]);
      }
    }

    /** The process was killed: nobody knows what became of its calls. */
    void died() {
      synchronized (TwinHistory.this) {
        for (Begun begun : open.values()) {
          count("call of a killed client");
          if (!begun.call.changesNothing()) {
            add(begun, begun.atNanos, Long.MAX_VALUE, null);
          }
        }
        open.clear();
      }
    }

    /** The process has done all that it was told: then no call may be without end. */
    void done() {
      synchronized (TwinHistory.this) {
        open.values().forEach(begun -> problem("a call has no end: " + begun));
      }
    }
  }

  Witness witness(int host) {
    return new Witness(host);
  }

  /** Who leads, as a client was told last; 0 if nobody does. */
  synchronized int leader() {
    return leader;
  }

  private void add(Begun begun, long from, long to, @Nullable String outcome) {
    boolean known = outcome != null;
    subtrees
        .computeIfAbsent(begun.subtree, same -> new ArrayList<>())
        .add(
            new Operation<>(
                operations++,
                begun.client,
                from - originNanos,
                known ? to - originNanos : Long.MAX_VALUE,
                begun.call,
                outcome));
  }

  synchronized void count(String what) {
    counts.merge(what, 1L, Long::sum);
  }

  synchronized void problem(String what) {
    problems.add(what);
  }

  synchronized SortedMap<String, Long> counts() {
    return new TreeMap<>(counts);
  }

  /** All that was wrong, the most telling first. */
  synchronized List<String> problems() {
    return List.copyOf(problems.subList(0, Math.min(problems.size(), MAX_PROBLEMS)));
  }

  /** Judges all subtrees. */
  synchronized void judge() {
    subtrees.forEach(
        (subtree, all) -> {
          judge(subtree, all.stream().filter(one -> concerns(one.call(), true)).toList());
          judge(subtree, all.stream().filter(one -> concerns(one.call(), false)).toList());
        });
  }

  /**
   * Whether it is about the content of the log, or about everything else. The two are independent,
   * since the log is there from the beginning and keeps its name, and what is judged by itself is
   * judged much faster.
   */
  private static boolean concerns(FileCall call, boolean log) {
    return switch (call) {
      case FileCall.Create it when it.path().equals(TwinClient.LOG) -> true;
      case FileCall.Append _ -> log;
      case FileCall.Read it -> it.path().equals(TwinClient.LOG) == log;
      default -> !log;
    };
  }

  private void judge(int subtree, List<Operation<FileCall>> part) {
    Linearizability.Verdict verdict =
        Linearizability.check(new TreeModel(), part, LINEARIZABILITY_STEPS);
    count("history " + verdict.name().toLowerCase(Locale.ROOT));
    if (verdict == Linearizability.Verdict.VIOLATED) {
      problem(
          "the history of subtree "
              + subtree
              + " is not linearizable:"
              + Linearizability.explain(new TreeModel(), part, LINEARIZABILITY_STEPS));
    }
  }
}
