package io.quorate.store.benchmarks.faults;

import io.quorate.store.benchmarks.BenchmarkProgram;
import io.quorate.store.benchmarks.GlusterVolume;
import io.quorate.store.benchmarks.Machine;
import io.quorate.store.fuse.cluster.Hosts;
import io.quorate.store.fuse.command.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** The {@code faults} program: pauses and healing, beside GlusterFS where that is installed. */
@Command(
    name = "faults",
    mixinStandardHelpOptions = true,
    usageHelpAutoWidth = true,
    description = {
      "Measures for how long writers wait while a peer's link goes silent, a peer is killed or"
          + " stands still, and how soon files that a peer missed are in place.",
      "Runs four hosts as network namespaces on this machine; needs root and iproute2. GlusterFS"
          + " (packages glusterfs-server and glusterfs-client) goes through the same if it is"
          + " installed; that takes some minutes. What was made goes again."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:Quorate reached every target",
      "1:it missed one or more",
      "2:the measurement could not be made"
    })
public final class Faults extends BenchmarkProgram {
  private static final String QUORATE = "quorate";
  private static final String GLUSTER = "glusterfs";

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "A directory on the disk that all hosts share. Default: the working directory. What is"
              + " made in it goes again.")
  private Path data = Path.of("");

  @Option(
      names = "--missed",
      defaultValue = "2000",
      paramLabel = "N",
      description = "How many files a peer misses while it is away. Default: 2000")
  private long missed;

  @Option(
      names = "--quiet-seconds",
      defaultValue = "10",
      paramLabel = "N",
      description =
          "How long to write before each fault, twice: to warm up, and to compare."
              + " Default: 10")
  private double quietSeconds;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = "Only these: quorate, glusterfs.")
  private List<String> only = List.of(QUORATE, GLUSTER);

  @Option(
      names = "--api",
      description =
          "Let Quorate's writer use the API. Default: the mount of its own host, like that of"
              + " GlusterFS")
  private boolean api;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the figures to this file as well.")
  private @Nullable Path json;

  private final Map<String, List<Course.Measured>> sites = new LinkedHashMap<>();

  private Faults() {}

  /** Runs it, and exits with its status; {@code --help} tells the options. */
  public static void main(String[] words) {
    run(new Faults(), words);
  }

  @Override
  public Integer call() throws Exception {
    validate();
    Path disk = data.toRealPath();
    Map<String, String> machine = Machine.describe(disk);
    machine.forEach((name, fact) -> out.printf("  %-8s %s%n", name, fact));
    if (only.contains(QUORATE)) {
      course(QUORATE, new QuorateSite(disk, !api));
    }
    if (only.contains(GLUSTER)) {
      gluster(disk);
    }
    print();
    if (json != null) {
      Files.writeString(json, Json.of(asMap(machine)) + "\n");
    }
    return sites.getOrDefault(QUORATE, List.of()).stream().allMatch(Faults::reached)
        ? ExitCode.OK
        : ExitCode.SOFTWARE;
  }

  private void gluster(Path disk) throws IOException, InterruptedException, Hosts.Unavailable {
    if (!GlusterVolume.isInstalled()) {
      out.println("GlusterFS is not installed: no comparison");
      return;
    }
    course(GLUSTER, new GlusterSite(disk));
  }

  private void course(String name, Site site)
      throws IOException, InterruptedException, Hosts.Unavailable {
    try (Stage _ = Stage.of(site)) {
      site.start();
      sites.put(name, new Course(site, missed, quietSeconds, out).run());
    }
  }

  private void validate() {
    for (String name : only) {
      check(List.of(QUORATE, GLUSTER).contains(name), "--only names " + name);
    }
    check(missed >= 1 && missed <= 1_000_000, "--missed is " + missed + "; it must be from 1");
    check(
        quietSeconds > 0 && quietSeconds <= 3600,
        "--quiet-seconds is " + quietSeconds + "; it must be up to 3600");
    check(Files.isDirectory(data), "--data " + data + " is not a directory");
  }

  private static boolean reached(Course.Measured figure) {
    return Double.isNaN(figure.target()) || figure.value() <= figure.target();
  }

  private void print() {
    out.printf("%n%-45s %12s %12s %12s%n", "what", "Quorate", "target", "GlusterFS");
    List<Course.Measured> ours = sites.getOrDefault(QUORATE, List.of());
    List<Course.Measured> theirs = sites.getOrDefault(GLUSTER, List.of());
    for (Course.Measured each : ours.isEmpty() ? theirs : ours) {
      boolean hasTarget = !ours.isEmpty() && !Double.isNaN(each.target());
      out.printf(
          "%-45s %12s %12s %12s  %s%n",
          each.name(),
          ours.isEmpty() ? "-" : text(each.value(), each.unit()),
          hasTarget ? "≤ " + text(each.target(), each.unit()) : "",
          theirs.stream()
              .filter(other -> other.name().equals(each.name()))
              .findFirst()
              .map(other -> text(other.value(), other.unit()))
              .orElse("-"),
          hasTarget ? reached(each) ? "reached" : "NOT REACHED" : "");
    }
  }

  private static String text(double value, String unit) {
    return String.format(Locale.ROOT, "%.2f %s", value, unit).strip();
  }

  private Map<String, Object> asMap(Map<String, String> machine) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("machine", machine);
    sites.forEach(
        (site, figures) -> {
          List<Map<String, Object>> list = new ArrayList<>();
          for (Course.Measured figure : figures) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("name", figure.name().strip());
            map.put("unit", figure.unit());
            map.put("measured", figure.value());
            if (!Double.isNaN(figure.target())) {
              map.put("target", figure.target());
            }
            list.add(map);
          }
          all.put(site, list);
        });
    return all;
  }
}
