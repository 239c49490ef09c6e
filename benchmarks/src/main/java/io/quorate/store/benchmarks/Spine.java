package io.quorate.store.benchmarks;

import io.quorate.store.fuse.cluster.ProcessCluster;
import io.quorate.store.fuse.command.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/**
 * The {@code spine} program: four peers in processes of their own, and how fast they are together.
 */
@Command(
    name = "spine",
    mixinStandardHelpOptions = true,
    usageHelpAutoWidth = true,
    description = {
      "Measures a cluster of peer processes on this machine, with fsync durability, through the"
          + " client API.",
      "Wants a machine with nothing else to do. Stops the peers and deletes what they wrote."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:every figure that was measured reached its target",
      "1:one or more did not",
      "2:the measurement could not be made"
    })
public final class Spine extends BenchmarkProgram {
  private static final String WRITERS = "writers";
  private static final String WRITER = "writer";
  private static final String READS = "reads";
  private static final String DISK = "disk";
  private static final String TMPFS = "tmpfs";
  private static final List<String> NAMES = List.of(WRITERS, WRITER, READS, DISK, TMPFS);

  private static final String LARGE_UNIT = "MiB/s";
  private static final double LARGE_TARGET = 200;

  /** Segments that the journal allocates ahead, metadata, the reserve: per peer. */
  private static final long SPARE_BYTES = 1L << 30;

  @Option(
      names = "--seconds",
      defaultValue = "10",
      paramLabel = "N",
      description = "How long to measure each of the scenarios with small files. Default: 10")
  private double seconds;

  @Option(
      names = "--warm-up",
      defaultValue = "40",
      paramLabel = "N",
      description =
          "How long each of these runs before it counts. The peers' code is compiled meanwhile,"
              + " which on two cores takes half a minute. Default: 40")
  private double warmUpSeconds;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "A directory on the disk to measure. Default: the working directory. What is made in it"
              + " goes again.")
  private Path data = Path.of("");

  @Option(
      names = "--tmpfs",
      paramLabel = "DIR",
      description = "A directory on a tmpfs, in memory. Default: /dev/shm")
  private Path tmpfs = Path.of("/dev/shm");

  @Option(
      names = "--peers",
      defaultValue = "4",
      paramLabel = "N",
      description = "How many peers, 3 to 7. The targets are for 4, the default.")
  private int peers;

  @Option(
      names = "--size",
      defaultValue = "1024",
      paramLabel = "MIB",
      description = "The size of the large file. Default: 1024")
  private int largeMib;

  @Option(
      names = "--rounds",
      defaultValue = "3",
      paramLabel = "N",
      description = "How many large files; their median counts. Default: 3")
  private int rounds;

  @Option(
      names = "--through",
      paramLabel = "ROLE",
      description =
          "Which peer the writers use: leader or follower. Default: follower, as most servers are"
              + " followers")
  private String through = "follower";

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = "Only these: writers, writer, reads, disk, tmpfs.")
  private List<String> only = NAMES;

  @Option(
      names = "--peer-java-opts",
      paramLabel = "FLAGS",
      description =
          "Flags for the java of each peer, split at spaces. Default: as 'quorate serve' sets them.")
  private String peerJavaOptions = "-Xmx1g -XX:+UseSerialGC";

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the figures to this file as well.")
  private @Nullable Path json;

  private final List<Figure> figures = new ArrayList<>();

  private Spine() {}

  /** Runs it, and exits with its status; {@code --help} tells the options. */
  public static void main(String[] words) {
    run(new Spine(), words);
  }

  @Override
  public Integer call() throws Exception {
    validate();
    Path disk = data.toRealPath();
    Map<String, String> machine = Machine.describe(disk);
    machine.forEach((name, fact) -> out.printf("  %-8s %s%n", name, fact));
    warnIfBusy();
    onDisk(disk);
    if (only.contains(TMPFS)) {
      onTmpfs();
    }
    print();
    if (json != null) {
      Files.writeString(json, Json.of(asMap(machine)) + "\n");
    }
    boolean reached = figures.stream().allMatch(f -> !f.skipped().isEmpty() || f.reached());
    return reached ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private boolean inMemory() throws IOException {
    return Files.isDirectory(tmpfs) && Files.getFileStore(tmpfs).type().equals("tmpfs");
  }

  /** What a tmpfs has free it has only as long as there is memory. */
  private long usableMemoryBytes() throws IOException {
    return Math.min(
        Files.getFileStore(tmpfs).getUsableSpace(), Machine.availableMemoryBytes() - SPARE_BYTES);
  }

  private void validate() {
    Set<String> unknown = new TreeSet<>(only);
    NAMES.forEach(unknown::remove);
    check(unknown.isEmpty(), "--only names " + unknown + "; there are " + NAMES);
    check(peers >= 3 && peers <= 7, "--peers is " + peers + "; it must be from 3 to 7");
    check(seconds > 0 && seconds <= 3600, "--seconds is " + seconds + "; it must be up to 3600");
    check(
        warmUpSeconds >= 0 && warmUpSeconds <= 3600,
        "--warm-up is " + warmUpSeconds + "; it must be from 0 to 3600");
    check(largeMib >= 1 && largeMib <= 1 << 20, "--size is " + largeMib + "; it must be from 1");
    check(rounds >= 1 && rounds <= 100, "--rounds is " + rounds + "; it must be from 1 to 100");
    check(
        Set.of("leader", "follower").contains(through),
        "--through is " + through + "; it must be leader or follower");
    check(Files.isDirectory(data), "--data " + data + " is not a directory");
  }

  private void onDisk(Path disk) throws Exception {
    if (only.equals(List.of(TMPFS))) {
      return;
    }
    long needed = peers * SPARE_BYTES + (only.contains(DISK) ? largeBytes(rounds) : 0);
    long usable = Files.getFileStore(disk).getUsableSpace();
    check(
        usable >= needed,
        "--data " + disk + " has " + mib(usable) + " free, and " + mib(needed) + " are needed");
    try (ProcessCluster cluster = start(disk)) {
      Rig rig = rig(cluster);
      SmallFiles small = new SmallFiles(rig);
      if (only.contains(WRITERS)) {
        add(small.puts(WRITERS, 16, 2_500));
      }
      if (only.contains(WRITER)) {
        add(small.onePut(WRITER, 3));
      }
      if (only.contains(READS)) {
        add(small.reads(READS, 16, 15_000));
      }
      if (only.contains(DISK)) {
        add(new LargeFile(rig, (long) largeMib << 20, peers).putAgainstDisk(DISK, rounds, 85));
      }
    }
  }

  private void onTmpfs() throws Exception {
    String what = "sequential put of a large file on tmpfs";
    if (!inMemory()) {
      String reason = tmpfs + " is no directory on a tmpfs; name one with --tmpfs DIR";
      add(Figure.skipped(TMPFS, what, LARGE_UNIT, LARGE_TARGET, reason));
      return;
    }
    long usable = usableMemoryBytes();
    int fitting = rounds;
    while (fitting > 0 && usable < peers * SPARE_BYTES + largeBytes(fitting)) {
      fitting--;
    }
    if (fitting == 0) {
      String reason = mib(usable) + " of memory are free, and that is not enough";
      add(Figure.skipped(TMPFS, what, LARGE_UNIT, LARGE_TARGET, reason));
      return;
    }
    try (ProcessCluster cluster = start(tmpfs.toRealPath())) {
      LargeFile large = new LargeFile(rig(cluster), (long) largeMib << 20, peers);
      add(large.putInMemory(TMPFS, fitting, LARGE_TARGET, tmpfs, usable - peers * SPARE_BYTES));
    }
  }

  /** All copies of the large files, and of the one that warms up. */
  private long largeBytes(int files) {
    return ((long) largeMib << 20) * (files + 1) * peers;
  }

  private ProcessCluster start(Path parent) throws Exception {
    ProcessCluster.Settings settings =
        ProcessCluster.Settings.temporary("spine", peers, parent)
            .withJavaOptions(List.of(peerJavaOptions.strip().split(" +")));
    ProcessCluster cluster = ProcessCluster.create(settings);
    try {
      cluster.start();
      return cluster;
    } catch (Exception e) {
      cluster.close();
      throw e;
    }
  }

  private Rig rig(ProcessCluster cluster) {
    return new Rig(cluster, seconds, warmUpSeconds, through.equals("leader"));
  }

  /** Keeps a figure, and shows it at once: the next one takes a while. */
  private void add(Figure figure) {
    figures.add(figure);
    out.println();
    out.println(figure.what());
    out.printf(
        "  %s, target %s: %s%n", figure.measuredText(), figure.targetText(), figure.verdict());
    figure
        .details()
        .forEach((label, value) -> out.printf("    %-34s %s%n", label, Figure.number(value)));
  }

  private void print() {
    int width = figures.stream().mapToInt(figure -> figure.what().length()).max().orElse(0);
    String format = "%-" + width + "s  %14s  %16s  %s%n";
    out.println();
    out.printf(format, "what", "measured", "target", "");
    for (Figure figure : figures) {
      out.printf(
          format, figure.what(), figure.measuredText(), figure.targetText(), figure.verdict());
    }
  }

  private Map<String, Object> asMap(Map<String, String> machine) {
    List<Map<String, Object>> list = new ArrayList<>();
    for (Figure figure : figures) {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("name", figure.name());
      map.put("what", figure.what());
      map.put("unit", figure.unit());
      map.put("target", figure.target());
      if (figure.skipped().isEmpty()) {
        map.put("measured", figure.measured());
        map.put("reached", figure.reached());
      } else {
        map.put("skipped", figure.skipped());
      }
      map.put("details", figure.details());
      list.add(map);
    }
    return Map.of(
        "machine", machine, "peers", peers, "through", through, "seconds", seconds, "figures",
        list);
  }

  private static String mib(long bytes) {
    return (bytes >> 20) + " MiB";
  }
}
