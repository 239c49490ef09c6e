package io.quorate.store.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the figures were measured on. */
public final class Machine {
  private Machine() {}

  /** Facts by their names, in the order in which to show them. */
  public static Map<String, String> describe(Path data) throws IOException {
    Map<String, String> facts = new LinkedHashMap<>();
    String version = Spine.class.getPackage().getImplementationVersion();
    facts.put("quorate", version == null ? "(not packaged)" : version);
    facts.put("jdk", Runtime.version() + " (" + System.getProperty("java.vendor") + ")");
    facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put("cores", Runtime.getRuntime().availableProcessors() + " (" + processor() + ")");
    facts.put("memory", memory("MemTotal") / (1 << 20) + " MiB");
    FileStore store = Files.getFileStore(data);
    facts.put("data", data + " (" + store.type() + ", " + store.name() + ")");
    facts.put("load", loadAverage());
    return facts;
  }

  /** Lets the kernel forget what it has in memory of any file, and of names; needs root. */
  public static void dropCaches() throws IOException {
    Files.writeString(Path.of("/proc/sys/vm/drop_caches"), "3\n");
  }

  /** Processes that wanted a core, on average of the last minute. */
  static String loadAverage() throws IOException {
    return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
  }

  static long availableMemoryBytes() throws IOException {
    return memory("MemAvailable");
  }

  private static long memory(String field) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
      if (line.startsWith(field + ":")) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
      }
    }
    throw new IOException("/proc/meminfo has no " + field);
  }

  private static String processor() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
      if (line.startsWith("model name")) {
        return line.substring(line.indexOf(':') + 1).strip();
      }
    }
    return System.getProperty("os.arch");
  }

  /**
   * What the objects in the heap of a JVM take that are in use: it collects the rest first. The
   * heap itself grows up to its limit before it is collected, and its size says little.
   */
  static long liveHeapBytes(long pid) throws IOException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process process =
        new ProcessBuilder(jcmd.toString(), Long.toString(pid), "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    try (BufferedReader lines = process.inputReader()) {
      String last = "";
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        last = line.isBlank() ? last : line.strip();
      }
      String[] total = last.split("\\s+");
      if (total.length != 3 || !total[0].equals("Total")) {
        throw new IOException("jcmd says of process " + pid + ": " + last);
      }
      return Long.parseLong(total[2]);
    }
  }

  /** Physical memory of a process, VmRSS of proc_pid_status(5). */
  static long residentBytes(long pid) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
      }
    }
    throw new IOException("process " + pid + " has no VmRSS");
  }
}
