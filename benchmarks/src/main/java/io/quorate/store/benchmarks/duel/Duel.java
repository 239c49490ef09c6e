package io.quorate.store.benchmarks.duel;

import io.quorate.store.benchmarks.BenchmarkProgram;
import io.quorate.store.benchmarks.Figure;
import io.quorate.store.benchmarks.GlusterVolume;
import io.quorate.store.benchmarks.Machine;
import io.quorate.store.benchmarks.MooseVolume;
import io.quorate.store.benchmarks.Programs;
import io.quorate.store.benchmarks.faults.Timeline;
import io.quorate.store.fuse.cluster.Hosts;
import io.quorate.store.fuse.command.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The {@code duel} program: the same work on Quorate, GlusterFS, MooseFS and the bare file system.
 */
@Command(
    name = "duel",
    subcommands = {Compare.class, Show.class, Timeline.class},
    mixinStandardHelpOptions = true,
    usageHelpAutoWidth = true,
    description = {
      "Compares the speed of Quorate's mount with that of GlusterFS, of MooseFS and of the file system"
          + " that all keep their data on: the same work, on the same disk, by turns.",
      "Each store runs on four hosts that are network namespaces of this machine. Programs on host 1"
          + " write to its mount, programs on others read. Needs root and iproute2. A store that is"
          + " not installed is left out (packages glusterfs-server and glusterfs-client;"
          + " moosefs-master, moosefs-chunkserver and moosefs-client).",
      "Wants a machine with nothing else to do. What was started ends, and what was made goes again."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:all work was done",
      "1:a store failed; the figures are of what was done before",
      "2:the measurement could not be made"
    })
public final class Duel extends BenchmarkProgram {
  private static final List<String> NAMES =
      List.of(
          QuorateContender.NAME, GlusterContender.NAME, MooseContender.NAME, LocalContender.NAME);

  private static final String SYNC = "fsync";
  private static final String MEMORY = "memory";

  /** Segments that journals allocate ahead, metadata, small files: per copy. */
  private static final long SPARE_BYTES = 1L << 30;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = "Only these: quorate, glusterfs, moosefs, local.")
  private List<String> only = NAMES;

  @Option(
      names = "--work",
      split = ",",
      paramLabel = "NAME",
      description =
          "Only this work, and what it needs: create-sync, create, read, read-again, read-cold,"
              + " read-paced, create-paced, rename, stat, stat-again, unlink, write-large,"
              + " read-large, read-random, read-all, write-random, append, create-empty, list,"
              + " list-again, unpack, site, site-paced.")
  private List<String> work = Work.keys();

  @Option(
      names = "--base",
      paramLabel = "DIR",
      description =
          "A directory on the disk, or the tmpfs, that all keep their data on. Default: the working"
              + " directory. What is made in it goes again.")
  private Path base = Path.of("");

  @Option(
      names = "--durability",
      paramLabel = "KIND",
      description =
          "fsync: with work that fsyncs; what Quorate acknowledges is on disks then, at each close"
              + " too. memory: without such work; what Quorate acknowledges is in the memory of"
              + " three hosts. Default: fsync")
  private String durability = SYNC;

  @Mixin private Amounts amounts;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description =
          "Operations per second of the work at a fixed rate. Default: half of what the slowest"
              + " replicated store does without one")
  private double rate;

  @Option(
      names = "--mount-options",
      paramLabel = "OPTIONS",
      description =
          "Options of Quorate's mounts, as 'quorate serve -o' takes them. With"
              + " attr_timeout=1,entry_timeout=1 the kernel relies on what it knows for as long as"
              + " GlusterFS lets it. Default: none")
  private String mountOptions = "";

  @Option(
      names = "--peer-java-opts",
      paramLabel = "FLAGS",
      description =
          "Flags for the java of each peer, split at spaces. Default: as 'quorate serve' sets them.")
  private String peerJavaOptions = "-Xmx1g -XX:+UseSerialGC";

  @Option(
      names = "--profile",
      paramLabel = "DIR",
      description =
          "Leave a recording of JDK Flight Recorder of each peer here, named by its process id."
              + " It costs speed.")
  private @Nullable Path profile;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Where to write the figures. Default: a file named by the time, in target")
  private @Nullable Path json;

  private final Map<String, Object> facts = new LinkedHashMap<>();

  private Duel() {}

  /** Runs it, and exits with its status; {@code --help} tells the options. */
  public static void main(String[] words) {
    run(new Duel(), words);
  }

  @Override
  public Integer call() throws Exception {
    validate();
    Path disk = base.toRealPath();
    Machine.describe(disk).forEach(this::tell);
    warnIfBusy();
    try (Arena arena = Arena.create(disk)) {
      boolean tmpfs = Files.getFileStore(disk).type().equals("tmpfs");
      Scale scale = amounts.scale(durability.equals(SYNC), tmpfs, archive(arena.directory()));
      List<Row> rows = Row.of(work, scale);
      check(!rows.isEmpty(), "--work names nothing that can be done with --durability");
      checkSpace(disk, scale, rows);
      scale.describe().forEach(this::tell);
      tell("durability", durability);
      tell("rounds", amounts.rounds());
      tell("seconds of warm-up", amounts.warmUpSeconds());
      List<Rounds.Entrant> entrants = start(arena);
      check(!entrants.isEmpty(), "none of --only is installed");
      Map<String, String> titles = new LinkedHashMap<>();
      entrants.forEach(entrant -> titles.put(entrant.store().name(), entrant.store().title()));
      Rates rates = new Rates(replicated(titles), rate, scale);
      Path data = arena.directory();
      Rounds rounds = new Rounds(entrants, rows, scale, rates, data, out, arena::wasInterrupted);
      rounds.warmUp(amounts.warmUpSeconds());
      rounds.run(amounts.rounds());
      if (arena.wasInterrupted()) {
        out.println("told to end: no figures");
        return ExitCode.SOFTWARE;
      }
      rates.known().forEach((name, found) -> tell("rate of " + name, Figure.number(found) + "/s"));
      report(new Report(rounds.results(), scale, rows, titles), rounds.failures());
      return rounds.failures().isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
    }
  }

  /** If there is only the one that is not, it. */
  private static List<String> replicated(Map<String, String> titles) {
    List<String> names = new ArrayList<>(titles.keySet());
    if (names.size() > 1) {
      names.remove(LocalContender.NAME);
    }
    return names;
  }

  private void tell(String name, Object fact) {
    facts.put(name, fact);
    out.printf("  %-24s %s%n", name, fact);
  }

  private void validate() {
    for (String name : only) {
      check(NAMES.contains(name), "--only names " + name + "; there are " + NAMES);
    }
    for (String name : work) {
      check(Work.keys().contains(name), "--work names " + name + "; there are " + Work.keys());
    }
    check(
        List.of(SYNC, MEMORY).contains(durability),
        "--durability is " + durability + "; it must be fsync or memory");
    check(Files.isDirectory(base), "--base " + base + " is not a directory");
    check(
        profile == null || Files.isDirectory(profile), "--profile " + profile + " is no directory");
    check(rate >= 0, "--rate is " + rate + "; it must be more than 0");
    String complaint = amounts.complaint();
    check(complaint.isEmpty(), complaint);
  }

  /** Deleted files may take space until the store finds time to give it back. */
  private void checkSpace(Path disk, Scale scale, List<Row> rows) throws IOException {
    long copies = 0;
    for (String name : only) {
      copies += name.equals(LocalContender.NAME) ? 1 : Contender.HOSTS;
    }
    long perRound = rows.stream().mapToLong(row -> row.work().bytes(row, scale)).sum();
    long needed = copies * (SPARE_BYTES + perRound * Math.min(2, amounts.rounds() + 1));
    long usable = Files.getFileStore(disk).getUsableSpace();
    check(
        usable >= needed,
        String.format(
            Locale.ROOT,
            "--base %s has %d MiB free, and %d are needed",
            disk,
            usable >> 20,
            needed >> 20));
  }

  /** Of the checkout that this runs from; null if it does not. */
  private Scale.@Nullable Archive archive(Path directory) throws IOException, InterruptedException {
    String checkout = System.getProperty("quorate.duel.checkout");
    if (checkout == null || !work.contains(Work.UNPACK.key())) {
      return null;
    }
    String file = directory.resolve("sources.tar").toString();
    Programs.run(List.of("tar", "-cf", file, "-C", checkout, "store-net/src"));
    long files = Programs.run(List.of("tar", "-tf", file)).lines().filter(Duel::isFile).count();
    return new Scale.Archive(file, Math.toIntExact(files));
  }

  private static boolean isFile(String line) {
    return !line.endsWith("/");
  }

  private List<Rounds.Entrant> start(Arena arena)
      throws IOException, InterruptedException, Hosts.Unavailable {
    if (!only.equals(List.of(LocalContender.NAME))) {
      arena.addHosts();
    }
    List<Rounds.Entrant> entrants = new ArrayList<>();
    for (String name : NAMES) {
      if (only.contains(name)) {
        Contender store = contender(name, arena.directory().resolve(name));
        if (store == null) {
          out.println("  " + name + " is not installed: left out");
        } else {
          entrants.add(arena.start(store));
          String remark = store.remark();
          tell(store.title(), store.version() + (remark.isEmpty() ? "" : ", " + remark));
        }
      }
    }
    return entrants;
  }

  /** Null if it is not installed. */
  private @Nullable Contender contender(String name, Path directory) throws IOException {
    return switch (name) {
      case QuorateContender.NAME ->
          new QuorateContender(
              directory,
              durability,
              mountOptions,
              List.of(peerJavaOptions.strip().split(" +")),
              profile == null ? null : profile.toRealPath());
      case GlusterContender.NAME ->
          GlusterVolume.isInstalled() ? new GlusterContender(directory) : null;
      case MooseContender.NAME ->
          MooseVolume.isInstalled() ? new MooseContender(directory, durability.equals(SYNC)) : null;
      case LocalContender.NAME -> new LocalContender(directory);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private void report(Report report, Map<String, String> failures) throws IOException {
    out.println();
    out.println("Median of the rounds, and the least and the most of them:");
    out.println();
    out.println(report.rates());
    if (report.hasLatencies()) {
      out.println(report.latencies());
    }
    if (!only.equals(List.of(LocalContender.NAME))) {
      out.println(report.costs());
    }
    if (durability.equals(SYNC) && only.contains(QuorateContender.NAME)) {
      out.println(
          """
          What is done without an fsync the others may have in memory only; Quorate has it on disks.
          So this compares like with like only where there is one; for the rest there is
          --durability memory.""");
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("run", facts);
    all.put("stores", report.titles());
    all.put("figures", report.figures());
    all.put("failures", failures);
    Path file = json == null ? defaultJson() : json;
    Files.writeString(file, Json.of(all) + "\n");
    out.println("figures: " + file);
    draw(file);
  }

  private void draw(Path file) throws IOException {
    String name = file.getFileName().toString().replaceFirst("\\.json$", "");
    Path directory = file.toRealPath().resolveSibling("");
    try {
      for (Path picture : new Pictures(Run.read(file)).draw(directory, name)) {
        out.println("picture: " + picture);
      }
    } catch (LinkageError | InternalError e) {
      out.println("no pictures: this machine has nothing to draw letters with (" + e + ")");
    }
  }

  private static Path defaultJson() {
    String time = LocalDateTime.now().format(DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss"));
    return Path.of(System.getProperty("quorate.duel.results", ""), "duel-" + time + ".json");
  }
}
