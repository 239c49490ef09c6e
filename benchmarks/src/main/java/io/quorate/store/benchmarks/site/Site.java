package io.quorate.store.benchmarks.site;

import io.quorate.store.benchmarks.BenchmarkProgram;
import io.quorate.store.benchmarks.Machine;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** The {@code site} program: a whole web site on each store, under load and faults. */
@Command(
    name = "site",
    mixinStandardHelpOptions = true,
    usageHelpAutoWidth = true,
    description = {
      "Runs a site of uploads with the real programs on this machine, under load and faults: Django"
          + " under Apache and nginx on four web hosts, HAProxy, one virtual address, MariaDB, and"
          + " Quorate or GlusterFS under the upload directory.",
      "Each host is a network namespace with processes of its own. Needs root and the packages that"
          + " install-site-packages installs; what was made goes again."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:every site reached all that it was to reach",
      "1:one did not",
      "2:it could not be measured"
    })
public final class Site extends BenchmarkProgram {
  private static final String QUORATE = "quorate";
  private static final String GLUSTER = "gluster";
  private static final String EMBEDDED = "embedded";

  @Option(
      names = "--store",
      split = ",",
      paramLabel = "NAME",
      description =
          "What shares the uploads, one after the other: quorate, gluster, embedded (a Java"
              + " application with the peers in it, in place of Django). Default: quorate")
  private List<String> stores = List.of(QUORATE);

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "A directory on the disk that all hosts share, which any user may enter. Default: the"
              + " working directory. What is made in it goes again.")
  private Path data = Path.of("");

  @Option(
      names = "--durability",
      paramLabel = "WORD",
      description = "Of Quorate's peers: fsync or memory. Default: fsync")
  private String durability = "fsync";

  @Option(names = "--ipv6", description = "IPv6 addresses only. Default: IPv4 only")
  private boolean ipv6;

  @Option(
      names = "--address",
      paramLabel = "NAME",
      description =
          "What moves the virtual address: vrrp (keepalived) or carp (ucarp, IPv4 only). Default:"
              + " vrrp")
  private String address = "vrrp";

  @Option(names = "--short", description = "About a minute for each store: less of everything.")
  private boolean brief;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Requests per second at the fixed rate. Default: 100, or 40 with --short")
  private double rate;

  @Option(
      names = "--fault-rate",
      paramLabel = "N",
      description = "Requests per second under faults. Default: 60, or 30 with --short")
  private double faultRate;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "Of each measurement without faults. Default: 40, or 6 with --short")
  private double seconds;

  @Option(
      names = "--faults",
      split = ",",
      paramLabel = "NAME",
      description =
          "Only these: ${COMPLETION-CANDIDATES}. Default: all, or with --short the first three")
  private @Nullable List<SiteFault> faults;

  @Option(names = "--no-faults", description = "Measure without faults only.")
  private boolean noFaults;

  @Option(
      names = "--wanted",
      defaultValue = "200",
      paramLabel = "N",
      description =
          "Requests per second that a site is to answer, by visitors who do not pause; not judged"
              + " with --short. Default: 200")
  private double wanted;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to this file.")
  private @Nullable Path json;

  @Option(names = "--picture", paramLabel = "FILE", description = "Write the timeline, a PNG.")
  private @Nullable Path picture;

  @Option(
      names = "--logs",
      paramLabel = "DIR",
      description = "Keep there what the programs logged, and their configuration.")
  private @Nullable Path logs;

  @Option(
      names = "--profile",
      paramLabel = "DIR",
      description = "Have each of Quorate's peers leave a recording of JDK Flight Recorder there.")
  private @Nullable Path profile;

  @Option(
      names = "--migrate",
      description =
          "A site on GlusterFS goes over to Quorate and back again, with visitors, instead of all"
              + " other measurements.")
  private boolean migrate;

  @Option(
      names = "--hold",
      description = "Bring the first site up, and hold it until standard input ends.")
  private boolean hold;

  private final List<SiteResults> results = new ArrayList<>();

  private Site() {}

  /** Runs it, and exits with its status; {@code --help} tells the options. */
  public static void main(String[] words) {
    run(new Site(), words);
  }

  @Override
  public Integer call() throws Exception {
    validate();
    Path disk = data.toRealPath();
    Map<String, String> machine = Machine.describe(disk);
    machine.forEach((name, fact) -> out.printf("  %-8s %s%n", name, fact));
    warnIfBusy();
    for (String store : migrate ? List.of(GLUSTER) : stores) {
      try (SiteArena arena = SiteArena.create(disk)) {
        SiteNetwork network = arena.addNetwork(ipv6);
        WebSite site = site(store, arena.directory(), network);
        try {
          site.start();
          if (hold) {
            hold(arena, network);
            return ExitCode.OK;
          }
          measure(site, arena.directory());
        } finally {
          if (logs != null) {
            arena.saveLogs(logs.resolve(store));
          }
        }
      }
    }
    return report(machine);
  }

  private void validate() {
    for (String store : stores) {
      check(List.of(QUORATE, GLUSTER, EMBEDDED).contains(store), "--store names " + store);
    }
    check(Files.isDirectory(data), "--data " + data + " is not a directory");
    check(List.of("vrrp", "carp").contains(address), "--address is " + address);
    check(address.equals("vrrp") || !ipv6, "ucarp knows IPv4 only");
    check(List.of("fsync", "memory").contains(durability), "--durability is " + durability);
    check(rate >= 0 && rate <= 10_000, "--rate is " + rate);
    check(faultRate >= 0 && faultRate <= 10_000, "--fault-rate is " + faultRate);
    check(seconds >= 0 && seconds <= 3600, "--seconds is " + seconds);
  }

  private WebSite site(String store, Path directory, SiteNetwork network) throws IOException {
    boolean embedded = store.equals(EMBEDDED);
    SiteStore shared =
        store.equals(GLUSTER)
            ? new GlusterStore(network)
            : QuorateStore.create(
                network, directory.resolve("quorate"), settings(embedded, "mount"));
    WebApplication application =
        embedded ? new Embedded() : new Django(directory.resolve("django"), shared);
    WebHost.Moving moving = address.equals("carp") ? WebHost.Moving.CARP : WebHost.Moving.VRRP;
    return new WebSite(network, shared, application, moving);
  }

  /** In a minute the optimizing compiler costs more than it gains. */
  private QuorateStore.Settings settings(boolean embedded, String mountName) {
    List<String> options = new ArrayList<>();
    if (brief) {
      options.add("-XX:TieredStopAtLevel=1");
    }
    if (profile != null) {
      // %p is a number in the host's own namespace, the same on each.
      String file = profile.toAbsolutePath().resolve("peer-%t-%p.jfr").toString();
      options.add("-XX:StartFlightRecording=settings=profile,dumponexit=true,filename=" + file);
    }
    return new QuorateStore.Settings(durability, embedded, mountName, options);
  }

  /** Its mounts are not where those of the site's own store are. */
  private QuorateStore beside(SiteNetwork network, Path directory) throws IOException {
    return QuorateStore.create(network, directory.resolve("quorate"), settings(false, "new"));
  }

  private void hold(SiteArena arena, SiteNetwork network) throws IOException, InterruptedException {
    out.printf("%s is up in %s%n", network.url(), arena.directory());
    out.println("a shell on host N (1 to 4 web, 5 database, 6 visitors):");
    for (int host = 1; host <= SiteNetwork.VISITORS; host++) {
      out.println("  " + String.join(" ", network.host(host).on()) + " bash");
    }
    System.in.transferTo(OutputStream.nullOutputStream());
  }

  private SiteCourse.Amounts amounts() {
    SiteCourse.Amounts usual =
        brief
            ? new SiteCourse.Amounts(
                60, 8, 6, or(seconds, 6), or(rate, 40), or(faultRate, 30), 4, 1)
            : new SiteCourse.Amounts(
                400, 16, 40, or(seconds, 40), or(rate, 100), or(faultRate, 60), 12, 3);
    return usual;
  }

  private static double or(double given, double usual) {
    return given > 0 ? given : usual;
  }

  private List<SiteFault> faults() {
    if (noFaults) {
      return List.of();
    }
    if (faults != null) {
      return faults;
    }
    List<SiteFault> all = List.of(SiteFault.values());
    return brief ? all.subList(0, 3) : all;
  }

  private void measure(WebSite site, Path directory) throws IOException, InterruptedException {
    out.println("  " + site.store().title() + ": " + site.store().version());
    SiteNetwork network = site.network();
    try (Visitors visitors =
        Visitors.start(network.host(SiteNetwork.VISITORS), network.url(), site.application(), 1)) {
      String title = migrate ? "migration" : site.store().title();
      SiteRecorder recorder = new SiteRecorder(network, visitors, title, out);
      results.add(
          migrate
              ? new Migration(site, beside(network, directory), visitors, amounts(), recorder)
                  .run(directory)
              : new SiteCourse(site, visitors, amounts(), faults(), recorder).run(directory));
    }
  }

  private int report(Map<String, String> machine) throws IOException {
    SiteReport report = new SiteReport(results, brief ? 0 : wanted);
    report.print(out);
    if (json != null) {
      report.writeJson(json, machine);
    }
    if (picture != null) {
      Timeline.write(results, picture);
    }
    return results.stream().allMatch(site -> report.misses(site).isEmpty())
        ? ExitCode.OK
        : ExitCode.SOFTWARE;
  }
}
