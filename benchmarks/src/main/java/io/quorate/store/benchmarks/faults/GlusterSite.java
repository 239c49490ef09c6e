package io.quorate.store.benchmarks.faults;

import io.quorate.store.fuse.cluster.Hosts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * GlusterFS with a replica on each of four hosts, mounted on each. Its server wants fixed places
 * for its state, so that each host has a view of the file system in which these are its own.
 *
 * <p>What can be killed and stopped is the process that stores a host's files (glusterfsd).
 */
final class GlusterSite implements Site {
  private static final String VOLUME = "up";
  private static final long POLL_MILLIS = 50;
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);
  private static final Path STATE = Path.of("/var/lib/glusterd");
  private static final Path LOGS = Path.of("/var/log/glusterfs");

  private final Hosts hosts;
  private final Path base;
  private final List<Process> daemons = new ArrayList<>();

  private GlusterSite(Hosts hosts, Path base) {
    this.hosts = hosts;
    this.base = base;
  }

  /** Whether GlusterFS is installed. */
  static boolean isInstalled() {
    return Files.isExecutable(Path.of("/usr/sbin/glusterd"))
        && Files.isExecutable(Path.of("/usr/sbin/glusterfs"));
  }

  static GlusterSite start(Path parent)
      throws IOException, InterruptedException, Hosts.Unavailable {
    GlusterSite site =
        new GlusterSite(Hosts.create(HOSTS), Files.createTempDirectory(parent, "gluster-"));
    try {
      site.start();
      return site;
    } catch (IOException | InterruptedException | RuntimeException e) {
      site.close();
      throw e;
    }
  }

  private void start() throws IOException, InterruptedException {
    for (int host = 1; host <= HOSTS; host++) {
      daemons.add(daemon(host));
    }
    for (int host = 1; host <= HOSTS; host++) {
      retry(host, "gluster", "peer", "status");
    }
    for (int host = 2; host <= HOSTS; host++) {
      retry(1, "gluster", "peer", "probe", Hosts.address(host));
    }
    List<String> create = new ArrayList<>();
    create.addAll(List.of("gluster", "--mode=script", "volume", "create", VOLUME));
    create.addAll(List.of("replica", Integer.toString(HOSTS)));
    for (int host = 1; host <= HOSTS; host++) {
      create.add(Hosts.address(host) + ":" + brick(host));
    }
    create.add("force");
    retry(1, create.toArray(String[]::new));
    retry(1, "gluster", "--mode=script", "volume", "start", VOLUME);
    for (int host = 1; host <= HOSTS; host++) {
      String server = "--volfile-server=" + Hosts.address(host);
      retry(host, "glusterfs", server, "--volfile-id=" + VOLUME, mount(host).toString());
    }
    for (int host = 1; host <= HOSTS; host++) {
      retry(host, "mkdir", "-p", mount(host).resolve("host-" + host).toString());
    }
  }

  private Process daemon(int host) throws IOException, InterruptedException {
    Path own = base.resolve("host-" + host);
    for (String part : List.of("lib", "run/gluster", "log", "brick", "mount")) {
      Files.createDirectories(own.resolve(part));
    }
    Files.createDirectories(STATE);
    Files.createDirectories(LOGS);
    Programs.run(List.of("cp", "-r", STATE + "/.", own.resolve("lib").toString()));
    Files.deleteIfExists(own.resolve("lib/glusterd.info"));
    String script =
        "mount --make-rprivate /"
            + " && mount --bind %1$s/lib /var/lib/glusterd"
            + " && mount --bind %1$s/log /var/log/glusterfs"
            + " && mount --bind %1$s/run /run"
            + " && exec glusterd -N --log-level=WARNING";
    List<String> words = new ArrayList<>(Hosts.on(host));
    words.addAll(List.of("unshare", "-m", "bash", "-c"));
    words.add(String.format(Locale.ROOT, script, own));
    return new ProcessBuilder(words)
        .redirectErrorStream(true)
        .redirectOutput(own.resolve("out").toFile())
        .start();
  }

  private Path brick(int host) {
    return base.resolve("host-" + host).resolve("brick/b");
  }

  private Path mount(int host) {
    return base.resolve("host-" + host).resolve("mount");
  }

  /** The words that run in a host's network and view of the file system. */
  private List<String> on(int host) {
    return List.of("nsenter", "-t", Long.toString(daemons.get(host - 1).pid()), "-n", "-m");
  }

  private String run(int host, String... words) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(on(host));
    all.addAll(List.of(words));
    return Programs.run(all);
  }

  /** Until it succeeds: the daemons tell in no other way that they are ready. */
  private void retry(int host, String... words) throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      try {
        run(host, words);
        return;
      } catch (IOException e) {
        if (System.nanoTime() - deadlineNanos > 0) {
          throw e;
        }
        Thread.sleep(POLL_MILLIS);
      }
    }
  }

  @Override
  public String name() {
    return "GlusterFS";
  }

  @Override
  public List<String> fileLoop(int host, String directory, long count) {
    String where = mount(host).resolve(directory).toString();
    return Programs.java(on(host), FileLoop.class, List.of(where, Long.toString(count)));
  }

  /** All are alike. */
  @Override
  public int mostNeeded() {
    return 3;
  }

  @Override
  public void cut(int host) throws IOException, InterruptedException {
    hosts.cut(host);
  }

  @Override
  public void mend(int host) throws IOException, InterruptedException {
    hosts.mend(host);
  }

  @Override
  public void kill(int host) throws IOException, InterruptedException {
    Programs.signal("KILL", brickProcess(host));
  }

  @Override
  public void restart(int host) throws IOException, InterruptedException {
    run(host, "gluster", "--mode=script", "volume", "start", VOLUME, "force");
  }

  @Override
  public void pause(int host) throws IOException, InterruptedException {
    Programs.signal("STOP", brickProcess(host));
  }

  @Override
  public void resume(int host) throws IOException, InterruptedException {
    Programs.signal("CONT", brickProcess(host));
  }

  private long brickProcess(int host) throws IOException, InterruptedException {
    for (String pid : processes(host)) {
      if (Files.readString(Path.of("/proc", pid, "cmdline")).contains(brick(host).toString())) {
        return Long.parseLong(pid);
      }
    }
    throw new IOException("no process stores the files of host " + host);
  }

  private static List<String> processes(int host) throws IOException, InterruptedException {
    return Programs.run(List.of("ip", "netns", "pids", Hosts.name(host))).lines().toList();
  }

  @Override
  public Arrivals arrivals(int host, String directory, long count) {
    Path arriving = brick(host).resolve(directory);
    return new Arrivals() {
      @Override
      public void awaitFirst() throws IOException, InterruptedException {
        await(1);
      }

      @Override
      public void awaitAll() throws IOException, InterruptedException {
        await(count);
      }

      private void await(long wanted) throws IOException, InterruptedException {
        while (inPlace() < wanted) {
          Thread.sleep(POLL_MILLIS);
        }
      }

      private long inPlace() throws IOException {
        long whole = 0;
        for (long number = 1; number <= count; number++) {
          Path file = arriving.resolve(FileLoop.name(number));
          whole += Files.exists(file) && Files.size(file) == FileLoop.FILE_BYTES ? 1 : 0;
        }
        return whole;
      }

      @Override
      public void close() {
        // Nothing is held.
      }
    };
  }

  @Override
  public void close() throws IOException, InterruptedException {
    try (hosts) {
      for (int host = 1; host <= HOSTS; host++) {
        for (String pid : processes(host)) {
          // By now it may have ended by itself.
          ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
        }
      }
      for (Process daemon : daemons) {
        daemon.destroyForcibly().waitFor();
      }
      Programs.run(List.of("rm", "-rf", "--one-file-system", base.toString()));
    }
  }
}
