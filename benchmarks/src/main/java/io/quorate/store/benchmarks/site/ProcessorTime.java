package io.quorate.store.benchmarks.site;

import static io.quorate.store.benchmarks.site.SiteNetwork.VISITORS;

import io.quorate.store.benchmarks.Cost;
import io.quorate.store.benchmarks.Programs;
import io.quorate.store.fuse.cluster.Hosts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Processor time that the programs of all hosts have taken so far, by their names. */
final class ProcessorTime {
  private final Map<Long, Long> micros = new TreeMap<>();
  private final Map<Long, String> names = new TreeMap<>();

  private ProcessorTime() {}

  static ProcessorTime now() throws IOException, InterruptedException {
    ProcessorTime time = new ProcessorTime();
    for (int host = 1; host <= VISITORS; host++) {
      String pids = Programs.run(List.of("ip", "netns", "pids", Hosts.name(host)));
      for (String pid : pids.lines().toList()) {
        time.add(host, Long.parseLong(pid));
      }
    }
    return time;
  }

  private void add(int host, long pid) {
    try {
      String name = Files.readString(Path.of("/proc", Long.toString(pid), "comm")).strip();
      micros.put(pid, Cost.processMicros(pid));
      names.put(pid, name.equals("java") ? host == VISITORS ? "visitors" : "peers" : name);
    } catch (IOException e) {
      // It has ended since it was listed.
    }
  }

  /**
   * Milliseconds for each of some requests, by program; those that take next to nothing left out.
   */
  Map<String, Double> millisSince(ProcessorTime before, double requests) {
    Map<String, Double> millis = new TreeMap<>();
    micros.forEach(
        (pid, after) -> {
          long took = after - before.micros.getOrDefault(pid, 0L);
          millis.merge(names.getOrDefault(pid, ""), took / 1e3 / requests, Double::sum);
        });
    millis.values().removeIf(value -> value < 0.01);
    return millis;
  }
}
