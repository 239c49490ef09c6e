package io.quorate.store.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What the kernel has charged so far: processor time to processes, flushes to a disk. Two snapshots
 * make a difference.
 *
 * @param peerMicros processor time of the peers
 * @param clientMicros processor time of this process
 * @param deviceFlushes flushes that the disk has completed, of everyone on this machine; −1 where
 *     the kernel does not count them, as for tmpfs
 */
public record Cost(long peerMicros, long clientMicros, long deviceFlushes) {
  static final Cost NOTHING = new Cost(0, 0, 0);

  /** USER_HZ, which is 100 on every architecture that has a JDK. */
  private static final long MICROS_PER_TICK = 10_000;

  /** utime and stime of proc_pid_stat(5), counted from the field after the command's name. */
  private static final int USER_TICKS = 11;

  private static final int SYSTEM_TICKS = 12;

  /** "Number of flush requests completed" of Documentation/block/stat.rst, from zero. */
  private static final int FLUSHES = 15;

  static Cost now(List<Long> peerPids, Path data) throws IOException {
    long peers = 0;
    for (long pid : peerPids) {
      peers += processMicros(pid);
    }
    return new Cost(peers, processMicros(ProcessHandle.current().pid()), flushes(data));
  }

  Cost since(Cost start) {
    return new Cost(
        peerMicros - start.peerMicros,
        clientMicros - start.clientMicros,
        deviceFlushes < 0 ? -1 : deviceFlushes - start.deviceFlushes);
  }

  Cost plus(Cost other) {
    return new Cost(
        peerMicros + other.peerMicros,
        clientMicros + other.clientMicros,
        deviceFlushes < 0 || other.deviceFlushes < 0 ? -1 : deviceFlushes + other.deviceFlushes);
  }

  /** Adds what one of {@code operations} cost. */
  void describe(Figure.Details details, double operations, String per) {
    details.with("peers' CPU µs per " + per, peerMicros / operations);
    details.with("client's CPU µs per " + per, clientMicros / operations);
    if (deviceFlushes >= 0) {
      details.with("disk flushes per " + per, deviceFlushes / operations);
    }
  }

  /** Processor time that a process has taken so far, with what the kernel did for it. */
  public static long processMicros(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    // The name may hold spaces and brackets.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS]))
        * MICROS_PER_TICK;
  }

  private static long flushes(Path data) throws IOException {
    long device = (Long) Files.getAttribute(data, "unix:dev");
    // The layout of dev_t in Linux: 12 bits of major, and 20 of minor around them.
    long major = (device >>> 8) & 0xfff;
    long minor = (device & 0xff) | ((device >>> 12) & 0xfff00);
    Path stat = Path.of("/sys/dev/block/" + major + ":" + minor + "/stat");
    if (!Files.exists(stat)) {
      return -1;
    }
    String[] fields = Files.readString(stat).strip().split("\\s+");
    return fields.length > FLUSHES ? Long.parseLong(fields[FLUSHES]) : -1;
  }
}
