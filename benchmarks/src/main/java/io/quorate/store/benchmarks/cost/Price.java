package io.quorate.store.benchmarks.cost;

import io.quorate.store.benchmarks.Figure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What some files or MiB cost each peer of a cluster.
 *
 * @param what it was, in words
 * @param unit that {@code units} are, as {@code file}
 * @param content bytes of them together
 * @param leader the number of the peer that led, from 1
 * @param entry the number of the peer that the client used
 * @param peers what each used
 * @param clientMicros processor time of the client
 */
record Price(
    String what,
    String unit,
    long units,
    long content,
    int leader,
    int entry,
    List<Usage> peers,
    long clientMicros) {

  static final String HEAD =
      "| what | CPU µs, all peers | leader | entry | each other | client | sent ÷ content | least |"
          + " written ÷ content | least | syncs of all peers |\n"
          + "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n";

  Usage total() {
    return peers.stream().reduce(Usage.NOTHING, Usage::plus);
  }

  /** How many times the content goes over the wire at least: to each peer but the first. */
  int leastSent() {
    return peers.size() - 1;
  }

  /** How many times the content goes to disks at least. */
  int leastWritten() {
    return peers.size();
  }

  double sentTimes() {
    return (double) total().sentBytes() / content;
  }

  double writtenTimes() {
    return (double) total().writtenBytes() / content;
  }

  private double cpu(int peer) {
    return (double) peers.get(peer - 1).cpuMicros() / units;
  }

  /** On average of those that neither led nor had the client. */
  double cpuOfOther() {
    double sum = 0;
    int others = 0;
    for (int peer = 1; peer <= peers.size(); peer++) {
      if (peer != leader && peer != entry) {
        sum += cpu(peer);
        others++;
      }
    }
    return sum / others;
  }

  /** In Markdown. */
  String row() {
    List<String> cells =
        List.of(
            what,
            Figure.number((double) total().cpuMicros() / units),
            Figure.number(cpu(leader)),
            Figure.number(cpu(entry)),
            Figure.number(cpuOfOther()),
            Figure.number((double) clientMicros / units),
            Figure.number(sentTimes()),
            Integer.toString(leastSent()),
            Figure.number(writtenTimes()),
            Integer.toString(leastWritten()),
            Figure.number((double) total().syncs() / units));
    return "| " + String.join(" | ", cells) + " |\n";
  }

  /** For JSON: of each peer, for one unit. */
  Map<String, Object> figures() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("what", what);
    map.put("per", unit);
    map.put("units", units);
    map.put("contentBytes", content);
    map.put("leader", leader);
    map.put("entry", entry);
    map.put("clientMicros", (double) clientMicros / units);
    map.put("leastSentTimes", leastSent());
    map.put("leastWrittenTimes", leastWritten());
    map.put("peers", peers.stream().map(this::figures).toList());
    return map;
  }

  private Map<String, Object> figures(Usage usage) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("cpuMicros", (double) usage.cpuMicros() / units);
    map.put("sentBytes", (double) usage.sentBytes() / units);
    map.put("writtenBytes", (double) usage.writtenBytes() / units);
    map.put("syncs", (double) usage.syncs() / units);
    return map;
  }
}
