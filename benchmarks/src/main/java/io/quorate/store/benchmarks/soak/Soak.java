package io.quorate.store.benchmarks.soak;

import io.quorate.store.benchmarks.BenchmarkProgram;
import io.quorate.store.benchmarks.Figure;
import io.quorate.store.benchmarks.Machine;
import io.quorate.store.benchmarks.duel.Contender;
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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** The {@code soak} program: a long run whose memory must stay flat. */
@Command(
    name = "soak",
    mixinStandardHelpOptions = true,
    usageHelpAutoWidth = true,
    description = {
      "Runs four peers with a mount each, uses all mounts at once as the servers of an upload site"
          + " do, and judges whether memory, threads or files of a peer grow. As many files are"
          + " stored at the end as at the beginning; what is read is compared with what was written.",
      "What happens in the first third does not count. Of the last two thirds a line is fitted to"
          + " eight means by least squares: a quantity grows if the slope is more than its spread"
          + " (99 %%) and the line rises by more than --tolerance. 'Seen from' is the least slope"
          + " that would have been called growth: the longer the run, the less that is.",
      "Peers are on hosts that are network namespaces of this machine. Needs root and iproute2. What"
          + " was started ends, and what was made goes again; Ctrl-C ends it with the figures so far."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:nothing grows", "1:something grows", "2:it could not be run to its end"})
public final class Soak extends BenchmarkProgram {
  private static final double SECONDS_PER_MINUTE = 60;
  private static final long CLEANING_SECONDS = 60;

  /** More would not fit into the memory of the program that uses a mount. */
  private static final int MOST_THREADS = 12;

  private static final int PER_CENT = 100;
  private static final List<Quantity> SHOWN =
      List.of(Quantity.HEAP, Quantity.DIRECT, Quantity.ANONYMOUS, Quantity.RESIDENT);

  @Option(
      names = "--minutes",
      defaultValue = "30",
      paramLabel = "N",
      description = "How long it runs; may be a fraction. Default: 30")
  private double minutes;

  @Option(
      names = "--sample-seconds",
      defaultValue = "10",
      paramLabel = "N",
      description = "Between two samples. Default: 10")
  private int sampleSeconds;

  @Option(
      names = "--collections",
      defaultValue = "24",
      paramLabel = "N",
      description =
          "How often in the run the peers are asked for a full collection of their heaps, after"
              + " which what is live shows. 0 leaves them alone: only collections that they need are"
              + " seen then, and direct buffers stay for as long as they stay by themselves."
              + " Default: 24")
  private int collections;

  @Option(
      names = "--threads",
      defaultValue = "2",
      paramLabel = "N",
      description = "How many use each mount at once. Default: 2")
  private int threads;

  @Option(
      names = "--rate",
      defaultValue = "0",
      paramLabel = "N",
      description =
          "Operations per second of all hosts together. Default: each thread begins one when the one"
              + " before has ended")
  private double rate;

  @Option(
      names = "--files",
      defaultValue = "400",
      paramLabel = "N",
      description = "How many files all hosts read. Default: 400")
  private int files;

  @Option(
      names = "--uploads",
      defaultValue = "50",
      paramLabel = "N",
      description = "How many uploads each thread keeps. Default: 50")
  private int uploads;

  @Option(
      names = "--large-seconds",
      defaultValue = "60",
      paramLabel = "N",
      description =
          "How often each host writes a file of 64 MiB, which the next reads and removes."
              + " Default: 60")
  private int largeSeconds;

  @Option(
      names = "--tolerance",
      defaultValue = "5",
      paramLabel = "PERCENT",
      description = "Less than that, in the last two thirds of the run, is flat. Default: 5")
  private double tolerance;

  @Option(
      names = "--durability",
      defaultValue = "fsync",
      paramLabel = "KIND",
      description = "The peers' setting of that name. Default: fsync")
  private String durability = "";

  @Option(
      names = "--peer-java-opts",
      defaultValue = "-Xms512m -Xmx512m -XX:+AlwaysPreTouch -XX:+UseSerialGC",
      paramLabel = "FLAGS",
      description =
          "Flags for the java of each peer, split at spaces. The heap is to have its size, and to be"
              + " touched, from the beginning, or its growth counts as that of other memory. Native"
              + " memory tracking is always on. Default: ${DEFAULT-VALUE}")
  private String peerJavaOptions = "";

  @Option(
      names = "--base",
      paramLabel = "DIR",
      description =
          "A directory on the disk that all peers keep their data on. Default: the working"
              + " directory. What is made in it goes again.")
  private Path base = Path.of("");

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description =
          "Where to write the figures; pictures go beside it. Default: a file named by the time, in"
              + " target")
  private @Nullable Path json;

  private final Map<String, Object> facts = new LinkedHashMap<>();
  private final Course course = new Course();
  private final CountDownLatch told = new CountDownLatch(1);
  private final CountDownLatch finished = new CountDownLatch(1);
  private final Map<Quantity, List<Double>> newest = new LinkedHashMap<>();

  private Soak() {}

  /** Runs it, and exits with its status; {@code --help} tells the options. */
  public static void main(String[] words) {
    run(new Soak(), words);
  }

  @Override
  public Integer call() throws Exception {
    validate();
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(this::interrupted));
    try {
      return soak();
    } finally {
      finished.countDown();
    }
  }

  /** Once told to end, this process waits for its figures; the peers do not, and are taken away. */
  private void interrupted() {
    told.countDown();
    try {
      if (!finished.await(CLEANING_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("soak: something may be left in " + base.toAbsolutePath());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void validate() {
    check(minutes > 0, "--minutes is " + minutes + "; it must be more than 0");
    check(sampleSeconds > 0, "--sample-seconds is " + sampleSeconds + "; it must be from 1");
    check(collections >= 0, "--collections is " + collections + "; it must be from 0");
    check(
        threads > 0 && threads <= MOST_THREADS,
        "--threads is " + threads + "; it must be from 1 to " + MOST_THREADS);
    check(rate >= 0, "--rate is " + rate + "; it must be from 0");
    check(files > 0, "--files is " + files + "; it must be from 1");
    check(uploads > 0, "--uploads is " + uploads + "; it must be from 1");
    check(largeSeconds > 0, "--large-seconds is " + largeSeconds + "; it must be from 1");
    check(tolerance >= 0, "--tolerance is " + tolerance + "; it must be from 0");
    check(
        List.of("fsync", "memory").contains(durability),
        "--durability is " + durability + "; it must be fsync or memory");
    check(Files.isDirectory(base), "--base " + base + " is not a directory");
  }

  private void tell(String name, Object fact) {
    facts.put(name, fact);
    out.printf("  %-24s %s%n", name, fact);
  }

  private int soak() throws IOException, InterruptedException, Hosts.Unavailable {
    Path disk = base.toRealPath();
    Machine.describe(disk).forEach(this::tell);
    tell("minutes", minutes);
    tell("threads per mount", threads);
    tell("rate", rate == 0 ? "as fast as it goes" : Figure.number(rate) + "/s");
    tell("files", files + " that all read, " + uploads + " uploads of each thread");
    tell("collections", collections);
    tell("durability", durability);
    tell("java of the peers", peerJavaOptions);
    String failure = "";
    try (SoakSite site = SoakSite.create(disk)) {
      failure = run(site);
    }
    if (told.getCount() == 0) {
      out.println("told to end");
    } else if (!failure.isEmpty()) {
      out.println(failure);
    }
    if (course.isEmpty()) {
      out.println("no figures");
      return ExitCode.USAGE;
    }
    boolean grows = report(failure);
    if (!failure.isEmpty()) {
      return ExitCode.USAGE;
    }
    return grows ? ExitCode.SOFTWARE : ExitCode.OK;
  }

  /** Answers what went wrong; empty if nothing did. */
  private String run(SoakSite site) throws InterruptedException, Hosts.Unavailable {
    try {
      double perSecond = rate / Contender.HOSTS / threads;
      List<String> options = List.of(peerJavaOptions.strip().split(" +"));
      site.start(
          durability, options, new SoakSite.Work(threads, files, uploads, perSecond, largeSeconds));
      site.begin();
      sample(site);
      return "";
    } catch (IOException e) {
      return told.getCount() == 0 ? "told to end" : "FAILED: " + e + "\n" + site.lastWords();
    }
  }

  private void sample(SoakSite site) throws IOException, InterruptedException {
    long beginNanos = System.nanoTime();
    double runSeconds = minutes * SECONDS_PER_MINUTE;
    int collected = 0;
    long shownMinute = 0;
    for (int number = 0; number * (double) sampleSeconds <= runSeconds; number++) {
      double dueSeconds = number * (double) sampleSeconds;
      long leftNanos = beginNanos + Math.round(dueSeconds * 1e9) - System.nanoTime();
      if (told.await(Math.max(0, leftNanos), TimeUnit.NANOSECONDS)) {
        return;
      }
      if (dueSeconds * collections >= (collected + 1) * runSeconds) {
        collected = (int) (dueSeconds * collections / runSeconds);
        site.collect();
      }
      double seconds = (System.nanoTime() - beginNanos) / 1e9;
      course.add(new Course.Look(seconds, site.read()));
      remember(course.last());
      long minute = (long) (dueSeconds / SECONDS_PER_MINUTE);
      if (minute > shownMinute) {
        shownMinute = minute;
        show(course.last());
      }
    }
  }

  /** Not every look knows all. */
  private void remember(Course.Look look) {
    for (Quantity quantity : SHOWN) {
      List<Double> known = newest.computeIfAbsent(quantity, _ -> new ArrayList<>());
      for (int peer = 0; peer < look.peers().size(); peer++) {
        Double value = look.peers().get(peer).values().get(quantity);
        if (known.size() <= peer) {
          known.add(value == null ? Double.NaN : value);
        } else if (value != null) {
          known.set(peer, value);
        }
      }
    }
  }

  private void show(Course.Look look) {
    StringBuilder line = new StringBuilder();
    line.append(String.format(Locale.ROOT, "%4.0f min", look.seconds() / SECONDS_PER_MINUTE));
    line.append(String.format(Locale.ROOT, "  %,9d operations", look.operations()));
    newest.forEach(
        (quantity, values) -> {
          line.append("  ").append(quantity.key());
          for (double value : values) {
            line.append(Double.isNaN(value) ? "    -" : String.format(" %4.0f", value));
          }
        });
    out.println(line.append(" MiB"));
  }

  /** Answers whether something grows. */
  private boolean report(String failure) throws IOException {
    SoakReport report = new SoakReport(course, tolerance / PER_CENT);
    out.println();
    out.println(report.tables());
    double seconds = course.last().seconds();
    tell("ran for", Figure.number(seconds / SECONDS_PER_MINUTE) + " min");
    tell("operations", course.last().operations());
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("run", facts);
    all.put("failure", failure);
    all.putAll(report.figures());
    Path file = json == null ? defaultJson() : json;
    Files.writeString(file, Json.of(all) + "\n");
    out.println("figures: " + file);
    draw(report, file);
    out.println(report.grows() ? "something grows" : "nothing grows");
    return report.grows();
  }

  private void draw(SoakReport report, Path file) throws IOException {
    String name = file.getFileName().toString().replaceFirst("\\.json$", "");
    try {
      for (Path picture : report.draw(file.toRealPath().resolveSibling(""), name)) {
        out.println("picture: " + picture);
      }
    } catch (LinkageError | InternalError e) {
      out.println("no pictures: this machine has nothing to draw letters with (" + e + ")");
    }
  }

  private static Path defaultJson() {
    String time = LocalDateTime.now().format(DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss"));
    return Path.of(System.getProperty("quorate.soak.results", ""), "soak-" + time + ".json");
  }
}
