package io.quorate.store.benchmarks;

import io.quorate.store.fuse.cluster.ProcessCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** The {@code api} program: how fast calls of {@code java.nio.file.Files} are on four peers. */
@Command(
    name = "api",
    mixinStandardHelpOptions = true,
    usageHelpAutoWidth = true,
    description = {
      "Measures synchronous calls of java.nio.file.Files through a client of one peer, on files that"
          + " came in through another. Starts four peers in processes of their own.",
      "Wants a machine with nothing else to do. Stops the peers and deletes what they wrote."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:every figure that was measured reached its target",
      "1:one or more did not",
      "2:the measurement could not be made"
    })
public final class Api extends BenchmarkProgram {
  private static final String STATS = "stats";
  private static final String READS = "reads";
  private static final String LISTING = "listing";
  private static final String SCALE = "scale";
  private static final String RESTART = "restart";
  private static final List<String> NAMES = List.of(STATS, READS, LISTING, SCALE);
  private static final int PEERS = 4;

  @Option(
      names = "--seconds",
      defaultValue = "3",
      paramLabel = "N",
      description = "How long each round measures. Default: 3")
  private double seconds;

  @Option(
      names = "--warm-up",
      defaultValue = "10",
      paramLabel = "N",
      description = "Seconds before the first round counts: code is compiled. Default: 10")
  private double warmUpSeconds;

  @Option(
      names = "--rounds",
      defaultValue = "5",
      paramLabel = "N",
      description = "Rounds of each; their median counts, least and most are shown. Default: 5")
  private int rounds;

  @Option(
      names = "--threads",
      defaultValue = "16",
      paramLabel = "N",
      description = "Threads that call. Default: 16")
  private int threads;

  @Option(
      names = "--entries",
      defaultValue = "100000",
      paramLabel = "N",
      description = "Entries of the directory that is listed. Default: 100000")
  private int entries;

  @Option(
      names = "--files",
      defaultValue = "1000000",
      paramLabel = "N",
      description =
          "Files of 'scale', against a hundredth of them; then peers are killed and started"
              + " again. Default: 1000000")
  private int files;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where the peers keep their data. Default: the working directory")
  private Path data = Path.of("");

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description =
          "Only these: stats, reads, listing, scale. Default: all but scale, which takes minutes to"
              + " load.")
  private List<String> only = List.of(STATS, READS, LISTING);

  @Option(
      names = "--peer-java-opts",
      paramLabel = "FLAGS",
      description =
          "Flags for the java of each peer, split at spaces. Default: as 'quorate serve' sets them.")
  private String peerJavaOptions = "-Xmx1g -XX:+UseSerialGC";

  private final List<Figure> figures = new ArrayList<>();

  private Api() {}

  /** Runs it, and exits with its status; {@code --help} tells the options. */
  public static void main(String[] words) {
    run(new Api(), words);
  }

  @Override
  public Integer call() throws Exception {
    validate();
    Path directory = data.toRealPath();
    Machine.describe(directory).forEach((name, fact) -> out.printf("  %-8s %s%n", name, fact));
    warnIfBusy();
    ProcessCluster.Settings settings =
        ProcessCluster.Settings.temporary("api", PEERS, directory)
            .withJavaOptions(List.of(peerJavaOptions.strip().split(" +")));
    try (ProcessCluster cluster = ProcessCluster.create(settings)) {
      cluster.start();
      ApiLoads loads =
          new ApiLoads(new Rig(cluster, seconds, warmUpSeconds, false), threads, rounds);
      if (only.contains(STATS)) {
        add(loads.stats(STATS, 20_000));
      }
      if (only.contains(READS)) {
        add(loads.reads(READS, 20_000));
      }
      if (only.contains(LISTING)) {
        add(loads.listing(LISTING, entries, entries / 100_000.0));
      }
      if (only.contains(SCALE)) {
        add(loads.scale(SCALE, files / 100, files, 1.5));
        add(loads.restart(RESTART, files + files / 100, 10));
      }
    }
    return figures.stream().allMatch(Figure::reached) ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private void add(Figure figure) {
    figures.add(figure);
    out.println();
    out.println(figure.what());
    out.printf(
        "  %s, target %s: %s%n", figure.measuredText(), figure.targetText(), figure.verdict());
    figure
        .details()
        .forEach((label, value) -> out.printf("    %-44s %s%n", label, Figure.number(value)));
  }

  private void validate() {
    Set<String> unknown = new TreeSet<>(only);
    NAMES.forEach(unknown::remove);
    check(unknown.isEmpty(), "--only names " + unknown + "; there are " + NAMES);
    check(seconds > 0 && seconds <= 3600, "--seconds is " + seconds + "; it must be up to 3600");
    check(
        warmUpSeconds >= 0 && warmUpSeconds <= 3600,
        "--warm-up is " + warmUpSeconds + "; it must be from 0 to 3600");
    check(rounds >= 1 && rounds <= 100, "--rounds is " + rounds + "; it must be from 1 to 100");
    check(threads >= 1 && threads <= 1000, "--threads is " + threads + "; it must be 1 to 1000");
    check(entries >= 1, "--entries is " + entries + "; it must be from 1");
    check(files >= 100, "--files is " + files + "; it must be from 100");
    check(Files.isDirectory(data), "--data " + data + " is not a directory");
  }
}
