package io.quorate.store.benchmarks.faults;

import io.quorate.store.benchmarks.BenchmarkProgram;
import io.quorate.store.benchmarks.Charts;
import io.quorate.store.benchmarks.GlusterVolume;
import io.quorate.store.benchmarks.Machine;
import io.quorate.store.benchmarks.MooseVolume;
import io.quorate.store.fuse.command.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.AnnotationLine;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** The {@code duel timeline} command: throughput in each tenth of a second while things fail. */
@Command(
    name = "timeline",
    mixinStandardHelpOptions = true,
    usageHelpAutoWidth = true,
    description = {
      "Four writers on one host store files of 16 KiB with fsync, while the link of another host is"
          + " cut and mended, the leader (GlusterFS has none: a host's brick; MooseFS: the master's"
          + " host) is killed and started again, and a host that missed files heals.",
      "Draws how many files were done in each 100 ms. Needs root and iproute2; a store that is not"
          + " installed is left out. What was made goes again."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:all was measured", "1:a store failed", "2:it could not be measured"})
public final class Timeline extends BenchmarkProgram {
  private static final String QUORATE = "quorate";
  private static final String GLUSTER = "glusterfs";
  private static final String MOOSE = "moosefs";
  private static final List<String> NAMES = List.of(QUORATE, GLUSTER, MOOSE);

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = "Only these: quorate, glusterfs, moosefs.")
  private List<String> only = NAMES;

  @Option(
      names = "--base",
      paramLabel = "DIR",
      description =
          "A directory on the disk, or the tmpfs, that all keep their data on. Default: the working"
              + " directory. What is made in it goes again.")
  private Path base = Path.of("");

  @Option(
      names = "--phase-seconds",
      defaultValue = "8",
      paramLabel = "N",
      description = "How long each thing is left as it is. Default: 8")
  private double phaseSeconds;

  @Option(
      names = "--missed",
      defaultValue = "1000",
      paramLabel = "N",
      description = "How many files a host misses before it heals. Default: 1000")
  private long missed;

  @Option(
      names = "--healing-seconds",
      defaultValue = "120",
      paramLabel = "N",
      description = "How long to wait until it has healed, at most. Default: 120")
  private long healingSeconds;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Where to leave timeline.json and a picture of each store. Default: the build's directory")
  private Path to = Path.of(System.getProperty("quorate.duel.results", ""));

  private final Map<String, TimelineCourse.Line> lines = new LinkedHashMap<>();
  private final Map<String, String> failures = new LinkedHashMap<>();

  Timeline() {}

  @Override
  public Integer call() throws Exception {
    for (String name : only) {
      check(NAMES.contains(name), "--only names " + name + "; there are " + NAMES);
    }
    check(missed >= 1, "--missed is " + missed + "; it must be from 1");
    check(phaseSeconds > 0, "--phase-seconds is " + phaseSeconds + "; it must be more than 0");
    check(healingSeconds >= 1, "--healing-seconds is " + healingSeconds + "; it must be from 1");
    check(Files.isDirectory(base), "--base " + base + " is not a directory");
    check(Files.isDirectory(to), "--out " + to + " is not a directory");
    Path disk = base.toRealPath();
    Map<String, String> machine = Machine.describe(disk);
    machine.forEach((name, fact) -> out.printf("  %-8s %s%n", name, fact));
    warnIfBusy();
    for (String name : NAMES) {
      if (only.contains(name)) {
        measure(name, disk);
        // Already now, as the next may take long.
        write(machine);
      }
    }
    return failures.isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private void measure(String name, Path disk) throws Exception {
    Site site = site(name, disk);
    if (site == null) {
      out.println("  " + name + " is not installed: left out");
      return;
    }
    try (Stage _ = Stage.of(site)) {
      site.start();
      long phaseMillis = (long) (phaseSeconds * 1e3);
      TimelineCourse course = new TimelineCourse(site, phaseMillis, missed, healingSeconds, out);
      TimelineCourse.Line line = course.run();
      lines.put(name, line);
      out.println("picture: " + draw(line, to.resolve("timeline-" + name)));
    } catch (IOException | IllegalStateException e) {
      out.println("  " + site.name() + " FAILED: " + e.getMessage());
      failures.put(name, String.valueOf(e.getMessage()));
    }
  }

  private static @Nullable Site site(String name, Path disk) {
    return switch (name) {
      case QUORATE -> new QuorateSite(disk, true);
      case GLUSTER -> GlusterVolume.isInstalled() ? new GlusterSite(disk) : null;
      default -> MooseVolume.isInstalled() ? new MooseSite(disk) : null;
    };
  }

  private void write(Map<String, String> machine) throws IOException {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("machine", machine);
    all.put("windowMillis", TimelineCourse.WINDOW_MILLIS);
    all.put("failures", failures);
    for (Map.Entry<String, TimelineCourse.Line> entry : lines.entrySet()) {
      TimelineCourse.Line line = entry.getValue();
      List<Map<String, Object>> events = new ArrayList<>();
      for (TimelineCourse.Event event : line.events()) {
        events.add(Map.of("atSeconds", event.atSeconds(), "what", event.what()));
      }
      all.put(entry.getKey(), Map.of("files", line.files(), "events", events));
    }
    Path file = to.resolve("timeline.json");
    Files.writeString(file, Json.of(all) + "\n");
    out.println("figures: " + file);
  }

  private static Path draw(TimelineCourse.Line line, Path name) throws IOException {
    double windowSeconds = TimelineCourse.WINDOW_MILLIS / 1e3;
    double[] seconds =
        IntStream.range(0, line.files().size()).mapToDouble(i -> i * windowSeconds).toArray();
    double[] rates = line.files().stream().mapToDouble(files -> files / windowSeconds).toArray();
    XYChart chart = Charts.lines(line.site() + ": files written and fsynced", "s", "/s");
    chart.getStyler().setLegendVisible(false);
    chart
        .addSeries(line.site(), seconds, rates)
        .setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Step);
    double top = IntStream.range(0, rates.length).mapToDouble(i -> rates[i]).max().orElse(1);
    chart.getStyler().setYAxisMin(0.0);
    chart.getStyler().setYAxisMax(top * 1.35);
    int row = 0;
    for (TimelineCourse.Event event : line.events()) {
      chart.addAnnotation(new AnnotationLine(event.atSeconds(), true, false));
      // One below the other, as those that are close would hide each other.
      double height = top * (1.3 - 0.06 * (row++ % 4));
      chart.addAnnotation(new AnnotationText(event.what(), event.atSeconds(), height, false));
    }
    return Charts.save(chart, name);
  }
}
