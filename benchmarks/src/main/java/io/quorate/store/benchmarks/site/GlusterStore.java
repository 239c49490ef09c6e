package io.quorate.store.benchmarks.site;

import static io.quorate.store.benchmarks.site.SiteNetwork.WEB_HOSTS;

import io.quorate.store.benchmarks.Programs;
import io.quorate.store.fuse.cluster.Hosts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A GlusterFS volume with a replica and a mount on each host. Its state is where it always is, in
 * the host's view of the file system.
 */
final class GlusterStore implements SiteStore {
  private static final String VOLUME = "up";
  private static final long POLL_MILLIS = 100;
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(4);

  /** What it wants at fixed places; the host's own part is bound there. */
  private static final String STATE =
      "mkdir -p /run/gluster /var/lib/glusterd /var/log/glusterfs"
          + " && mount --bind %1$s/glusterd /var/lib/glusterd"
          + " && mount --bind %1$s/glusterfs /var/log/glusterfs";

  private final SiteNetwork network;
  private final Map<Integer, HostProgram> daemons = new HashMap<>();

  GlusterStore(SiteNetwork network) {
    this.network = network;
  }

  @Override
  public String title() {
    return "GlusterFS";
  }

  @Override
  public String version() throws IOException, InterruptedException {
    return Programs.run(List.of("glusterfs", "--version")).lines().findFirst().orElse("");
  }

  private Path own(int host, String name) {
    return network.host(host).directory().resolve(name);
  }

  @Override
  public Path mount(int host) {
    return own(host, "mount");
  }

  private Path brick(int host) {
    return own(host, "brick").resolve("b");
  }

  @Override
  public void start() throws IOException, InterruptedException {
    for (int host = 1; host <= WEB_HOSTS; host++) {
      for (String part : List.of("glusterd", "glusterfs", "brick", "mount")) {
        Files.createDirectories(own(host, part));
      }
      if (network.isIpv6()) {
        Files.writeString(own(host, "glusterd.vol"), volumeOfDaemon());
      }
      launch(host);
    }
    for (int host = 1; host <= WEB_HOSTS; host++) {
      retry(host, "gluster", "peer", "status");
    }
    for (int host = 2; host <= WEB_HOSTS; host++) {
      retry(1, "gluster", "peer", "probe", network.address(host));
    }
    retry(1, create());
    retry(1, "gluster", "--mode=script", "volume", "start", VOLUME);
    for (int host = 1; host <= WEB_HOSTS; host++) {
      mountOn(host);
    }
  }

  private static String volumeOfDaemon() {
    return """
        volume management
          type mgmt/glusterd
          option working-directory /var/lib/glusterd
          option transport-type socket
          option transport.address-family inet6
        end-volume
        """;
  }

  private String[] create() {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("gluster", "--mode=script", "volume", "create", VOLUME));
    words.addAll(List.of("replica", Integer.toString(WEB_HOSTS)));
    for (int host = 1; host <= WEB_HOSTS; host++) {
      words.add(network.address(host) + ":" + brick(host));
    }
    words.add("force");
    return words.toArray(String[]::new);
  }

  private void launch(int host) throws IOException, InterruptedException {
    String state = String.format(Locale.ROOT, STATE, network.host(host).directory());
    network.host(host).run("bash", "-c", state);
    List<String> words = new ArrayList<>(List.of("glusterd", "-N", "--log-level=WARNING"));
    if (network.isIpv6()) {
      words.add("--volfile=" + own(host, "glusterd.vol"));
    }
    daemons.put(host, network.host(host).start("glusterd", Map.of(), words));
  }

  private void mountOn(int host) throws IOException, InterruptedException {
    String server = "--volfile-server=" + network.address(host);
    List<String> words = new ArrayList<>(List.of("glusterfs", server, "--volfile-id=" + VOLUME));
    if (network.isIpv6()) {
      words.add("--xlator-option=transport.address-family=inet6");
    }
    words.add(mount(host).toString());
    retry(host, words.toArray(String[]::new));
    retry(host, "ls", mount(host).toString());
  }

  /** Until it succeeds: the daemons tell in no other way that they are ready. */
  private void retry(int host, String... words) throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      try {
        network.host(host).run(words);
        return;
      } catch (IOException e) {
        if (System.nanoTime() - deadlineNanos > 0) {
          throw e;
        }
        Thread.sleep(POLL_MILLIS);
      }
    }
  }

  /** After the host was off, or its programs were stopped. */
  @Override
  public void startOn(int host) throws IOException, InterruptedException {
    launch(host);
    retry(host, "gluster", "peer", "status");
    mountOn(host);
  }

  @Override
  public void stopOn(int host) throws IOException, InterruptedException {
    network.host(host).run("umount", mount(host).toString());
    HostProgram daemon = daemons.get(host);
    if (daemon != null) {
      daemon.stop();
    }
    killServer(host);
    for (long pid : processes(host, "glusterfs")) {
      Programs.signal("KILL", pid);
    }
  }

  @Override
  public void killServer(int host) throws IOException, InterruptedException {
    for (long pid : processes(host, brick(host).toString())) {
      Programs.signal("KILL", pid);
    }
  }

  /** Those on a host whose command line says this. */
  private static List<Long> processes(int host, String said)
      throws IOException, InterruptedException {
    List<Long> found = new ArrayList<>();
    String pids = Programs.run(List.of("ip", "netns", "pids", Hosts.name(host)));
    for (String pid : pids.lines().toList()) {
      Path line = Path.of("/proc", pid, "cmdline");
      if (Files.exists(line)
          && new String(Files.readAllBytes(line), StandardCharsets.UTF_8).contains(said)) {
        found.add(Long.parseLong(pid));
      }
    }
    return found;
  }

  @Override
  public void restartServer(int host) throws IOException, InterruptedException {
    retry(host, "gluster", "--mode=script", "volume", "start", VOLUME, "force");
  }

  /** All are alike; host 1 is where the virtual address begins. */
  @Override
  public int mostNeeded() {
    return 3;
  }

  @Override
  public void awaitHealed() throws IOException, InterruptedException {
    retry(1, "gluster", "volume", "heal", VOLUME);
    while (!isHealed()) {
      Thread.sleep(POLL_MILLIS);
    }
  }

  private boolean isHealed() throws IOException, InterruptedException {
    String said;
    try {
      said = network.host(1).run("gluster", "volume", "heal", VOLUME, "info", "summary");
    } catch (IOException e) {
      // It refuses while another command of the volume is under way.
      return false;
    }
    List<String> totals =
        said.lines().filter(line -> line.startsWith("Total Number of entries:")).toList();
    return totals.size() == WEB_HOSTS && totals.stream().allMatch(line -> line.endsWith(": 0"));
  }

  @Override
  public Path disk(int host) {
    return brick(host);
  }
}
