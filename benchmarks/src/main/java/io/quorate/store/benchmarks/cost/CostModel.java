package io.quorate.store.benchmarks.cost;

import io.quorate.store.benchmarks.BenchmarkProgram;
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

/** The {@code cost} program: what a file costs each peer, and how that grows. */
@Command(
    name = "cost",
    mixinStandardHelpOptions = true,
    usageHelpAutoWidth = true,
    description = {
      "Counts what a file of 16 KiB and a MiB of a large file cost each peer: processor time, bytes"
          + " sent to other hosts, bytes written, syncs; beside the least: content goes over the"
          + " wire to each peer but one, and to the disk of each.",
      "Peers are on hosts that are network namespaces of this machine; a client uses the API of one"
          + " that does not lead. Needs root and iproute2. Of each list the first number is for all"
          + " else; the others vary one thing at a time. What was made goes again."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:it was counted", "2:it could not be"})
public final class CostModel extends BenchmarkProgram {
  private static final int FILE_BYTES = 16 << 10;

  /** What only has to be there is small. */
  private static final int FILLING_BYTES = 64;

  private static final int FILLERS = 64;
  private static final int DIRECTORY = 1000;

  @Option(
      names = "--base",
      paramLabel = "DIR",
      description =
          "A directory on the disk that all peers keep their data on. Default: the working"
              + " directory. What is made in it goes again.")
  private Path base = Path.of("");

  @Option(
      names = "--peers",
      split = ",",
      defaultValue = "4,3,5,7",
      paramLabel = "N",
      description = "How many peers. Default: 4,3,5,7")
  private List<Integer> peers = List.of();

  @Option(
      names = "--writers",
      split = ",",
      defaultValue = "8,1,32",
      paramLabel = "N",
      description = "How many write at once. Default: 8,1,32")
  private List<Integer> writers = List.of();

  @Option(
      names = "--entries",
      split = ",",
      defaultValue = "0,10000,100000",
      paramLabel = "N",
      description =
          "How many entries the directory has before that is written to. Default: 0,10000,100000")
  private List<Long> entries = List.of();

  @Option(
      names = "--stored",
      split = ",",
      defaultValue = "0,10000,100000,1000000",
      paramLabel = "N",
      description =
          "How many files, of 64 bytes, the store has before, in order. A million takes a quarter"
              + " of an hour to store. Default: 0,10000,100000,1000000")
  private List<Long> stored = List.of();

  @Option(
      names = "--files",
      defaultValue = "4000",
      paramLabel = "N",
      description = "How many files are counted each time. Default: 4000")
  private int files;

  @Option(
      names = "--mib",
      defaultValue = "256",
      paramLabel = "N",
      description = "The size of the large file. Default: 256")
  private int mib;

  @Option(
      names = "--warm-up",
      defaultValue = "10000",
      paramLabel = "N",
      description = "How many files are written before any is counted. Default: 10000")
  private int warmUp;

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

  private final List<Price> prices = new ArrayList<>();
  private int directories;

  private CostModel() {}

  /** Runs it, and exits with its status; {@code --help} tells the options. */
  public static void main(String[] words) {
    run(new CostModel(), words);
  }

  @Override
  public Integer call() throws Exception {
    validate();
    Path disk = base.toRealPath();
    Map<String, String> machine = Machine.describe(disk);
    machine.forEach((name, fact) -> out.printf("  %-8s %s%n", name, fact));
    warnIfBusy();
    for (int number : peers) {
      measure(number, disk);
    }
    print();
    if (json != null) {
      Map<String, Object> all = new LinkedHashMap<>();
      all.put("machine", machine);
      all.put("prices", prices.stream().map(Price::figures).toList());
      Files.writeString(json, Json.of(all) + "\n");
    }
    return ExitCode.OK;
  }

  private void validate() {
    for (int number : peers) {
      check(number >= 3 && number <= 7, "--peers has " + number + "; it must be from 3 to 7");
    }
    for (int number : writers) {
      check(number >= 1 && number <= 256, "--writers has " + number + "; it must be 1 to 256");
    }
    for (long number : entries) {
      check(number >= 0, "--entries has " + number + "; it must be from 0");
    }
    for (int i = 1; i < stored.size(); i++) {
      check(stored.get(i - 1) < stored.get(i), "--stored is not in order");
    }
    check(stored.getFirst() >= 0, "--stored has " + stored.getFirst() + "; it must be from 0");
    check(files >= 1, "--files is " + files + "; it must be from 1");
    check(mib >= 1, "--mib is " + mib + "; it must be from 1");
    check(warmUp >= 0, "--warm-up is " + warmUp + "; it must be from 0");
    check(Files.isDirectory(base), "--base " + base + " is not a directory");
  }

  private void measure(int number, Path disk)
      throws IOException, InterruptedException, Hosts.Unavailable {
    out.println("  " + number + " peers");
    List<String> javaOptions = List.of(peerJavaOptions.strip().split(" +"));
    try (CostCluster cluster = CostCluster.start(number, disk, javaOptions)) {
      cluster.files("/warm-up", 0, warmUp, FILE_BYTES, writers.getFirst());
      boolean first = number == peers.getFirst();
      String label = number + " peers";
      for (int many : first ? writers : writers.subList(0, 1)) {
        files(cluster, label + ", " + many + (many == 1 ? " writer" : " writers"), "", 0, many);
      }
      stream(cluster, label);
      if (first) {
        grow(cluster, label);
      }
    }
  }

  /** What is first of the lists has been measured. */
  private void grow(CostCluster cluster, String label) throws IOException, InterruptedException {
    int many = writers.getFirst();
    for (long number : entries.subList(1, entries.size())) {
      String directory = directory();
      cluster.files(directory, 0, number, FILLING_BYTES, FILLERS);
      String what = String.format(Locale.ROOT, "%s, %,d entries in the directory", label, number);
      files(cluster, what, directory, number, many);
    }
    long there = 0;
    for (long number : stored) {
      for (; there < number; there += DIRECTORY) {
        long count = Math.min(DIRECTORY, number - there);
        cluster.files("/stored/d" + there / DIRECTORY, 0, count, FILLING_BYTES, FILLERS);
      }
      if (number > 0) {
        files(cluster, String.format(Locale.ROOT, "%s, %,d files", label, number), "", 0, many);
      }
    }
  }

  private String directory() {
    return "/counted-" + directories++;
  }

  private void files(CostCluster cluster, String what, String directory, long from, int many)
      throws IOException, InterruptedException {
    String into = directory.isEmpty() ? directory() : directory;
    count(
        cluster,
        what,
        "file",
        files,
        (long) files * FILE_BYTES,
        () -> cluster.files(into, from, files, FILE_BYTES, many));
  }

  private void stream(CostCluster cluster, String label) throws IOException, InterruptedException {
    cluster.stream("/large-warm-up", Math.min(mib, 64));
    String file = directory();
    count(
        cluster,
        label + ", large file",
        "MiB",
        mib,
        (long) mib << 20,
        () -> cluster.stream(file, mib));
  }

  /** What is counted. */
  private interface Counted {
    void run() throws IOException;
  }

  private void count(
      CostCluster cluster, String what, String unit, long units, long content, Counted counted)
      throws IOException, InterruptedException {
    cluster.settle();
    int leader = cluster.leader();
    List<Usage> before = cluster.usage();
    long clientBefore = cluster.clientMicros();
    counted.run();
    long clientMicros = cluster.clientMicros() - clientBefore;
    cluster.settle();
    List<Usage> after = cluster.usage();
    if (cluster.leader() != leader) {
      throw new IOException("another peer leads than at the beginning of: " + what);
    }
    List<Usage> used = new ArrayList<>();
    for (int i = 0; i < after.size(); i++) {
      used.add(after.get(i).minus(before.get(i)));
    }
    Price price =
        new Price(what, unit, units, content, leader, cluster.entry(), used, clientMicros);
    prices.add(price);
    out.print("  " + price.row());
  }

  private void print() {
    for (String unit : List.of("file", "MiB")) {
      out.println();
      out.println(unit.equals("file") ? "For one file of 16 KiB:" : "For one MiB:");
      out.println();
      StringBuilder table = new StringBuilder(Price.HEAD);
      prices.stream()
          .filter(price -> price.unit().equals(unit))
          .forEach(price -> table.append(price.row()));
      out.print(table);
    }
  }
}
