package io.quorate.store.benchmarks.cost;

import io.quorate.store.benchmarks.Cost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a peer has used.
 *
 * @param cpuMicros processor time of its process
 * @param sentBytes by its host to other hosts, with all headers
 * @param writtenBytes that its process gave the kernel to write to disks
 * @param syncs of its journal
 */
record Usage(long cpuMicros, long sentBytes, long writtenBytes, long syncs) {
  static final Usage NOTHING = new Usage(0, 0, 0, 0);

  private static final String INTERFACE = "eth0:";

  /** "transmit bytes" of proc_pid_net(5), counted after the name of the interface. */
  private static final int SENT = 8;

  /** So far. */
  static Usage of(long pid, long syncs) throws IOException {
    Path proc = Path.of("/proc", Long.toString(pid));
    return new Usage(
        Cost.processMicros(pid),
        sent(Files.readAllLines(proc.resolve("net/dev"))),
        written(Files.readAllLines(proc.resolve("io"))),
        syncs);
  }

  static long sent(List<String> lines) throws IOException {
    for (String line : lines) {
      String interfaceLine = line.strip();
      if (interfaceLine.startsWith(INTERFACE)) {
        String[] fields = interfaceLine.substring(INTERFACE.length()).strip().split("\\s+");
        return Long.parseLong(fields[SENT]);
      }
    }
    throw new IOException("there is no " + INTERFACE);
  }

  static long written(List<String> lines) throws IOException {
    for (String line : lines) {
      if (line.startsWith("write_bytes: ")) {
        return Long.parseLong(line.substring("write_bytes: ".length()));
      }
    }
    throw new IOException("the kernel does not count what processes write");
  }

  Usage minus(Usage other) {
    return new Usage(
        cpuMicros - other.cpuMicros,
        sentBytes - other.sentBytes,
        writtenBytes - other.writtenBytes,
        syncs - other.syncs);
  }

  Usage plus(Usage other) {
    return new Usage(
        cpuMicros + other.cpuMicros,
        sentBytes + other.sentBytes,
        writtenBytes + other.writtenBytes,
        syncs + other.syncs);
  }
}
