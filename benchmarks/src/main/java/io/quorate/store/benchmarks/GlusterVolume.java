package io.quorate.store.benchmarks;

import io.quorate.store.fuse.cluster.Hosts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * A GlusterFS volume with a replica on each of some {@link Hosts}, mounted on each. Its server
 * wants fixed places for its state, so that each host has a view of the file system in which these
 * are its own; by that view its processes are told from others.
 */
public final class GlusterVolume implements AutoCloseable {
  private static final String VOLUME = "up";
  private static final long POLL_MILLIS = 50;
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);
  private static final long ENDING_NANOS = TimeUnit.SECONDS.toNanos(20);
  private static final Path STATE = Path.of("/var/lib/glusterd");
  private static final Path LOGS = Path.of("/var/log/glusterfs");

  private final Path base;
  private final int replicas;
  private final List<Process> daemons = new ArrayList<>();
  private final List<String> views = new ArrayList<>();
  private boolean closed;

  /**
   * One that is not started yet.
   *
   * @param base a directory for all of it, which goes with it
   */
  public GlusterVolume(Path base, int replicas) {
    this.base = base;
    this.replicas = replicas;
  }

  /** Whether GlusterFS is installed. */
  public static boolean isInstalled() {
    return Files.isExecutable(Path.of("/usr/sbin/glusterd"))
        && Files.isExecutable(Path.of("/usr/sbin/glusterfs"));
  }

  /** Starts it on hosts that are there, and returns when each has mounted it. */
  public void start() throws IOException, InterruptedException {
    for (int host = 1; host <= replicas; host++) {
      startDaemon(host);
    }
    for (int host = 1; host <= replicas; host++) {
      retry(host, "gluster", "peer", "status");
      addView(host);
    }
    for (int host = 2; host <= replicas; host++) {
      retry(1, "gluster", "peer", "probe", Hosts.address(host));
    }
    List<String> create = new ArrayList<>();
    create.addAll(List.of("gluster", "--mode=script", "volume", "create", VOLUME));
    create.addAll(List.of("replica", Integer.toString(replicas)));
    for (int host = 1; host <= replicas; host++) {
      create.add(Hosts.address(host) + ":" + brick(host));
    }
    create.add("force");
    retry(1, create.toArray(String[]::new));
    retry(1, "gluster", "--mode=script", "volume", "start", VOLUME);
    for (int host = 1; host <= replicas; host++) {
      String server = "--volfile-server=" + Hosts.address(host);
      retry(host, "glusterfs", server, "--volfile-id=" + VOLUME, mount(host).toString());
    }
    for (int host = 1; host <= replicas; host++) {
      retry(host, "mkdir", "-p", mount(host).resolve("host-" + host).toString());
    }
  }

  private synchronized void startDaemon(int host) throws IOException, InterruptedException {
    if (closed) {
      throw new IOException("the volume has been closed");
    }
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
    daemons.add(
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(own.resolve("out").toFile())
            .start());
  }

  private synchronized void addView(int host) throws IOException {
    views.add(view(daemon(host).pid()));
  }

  private synchronized Process daemon(int host) {
    return daemons.get(host - 1);
  }

  private static String view(long pid) throws IOException {
    return Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), "ns", "mnt")).toString();
  }

  /** Where a host keeps its replica. */
  public Path brick(int host) {
    return base.resolve("host-" + host).resolve("brick/b");
  }

  /** Where the volume is mounted, in the host's view. */
  public Path mount(int host) {
    return base.resolve("host-" + host).resolve("mount");
  }

  /** The words that run in a host's network and view of the file system. */
  public List<String> on(int host) {
    return List.of("nsenter", "-t", Long.toString(daemon(host).pid()), "-n", "-m");
  }

  /** Starts again what stores files, where it does not run. */
  public void restartBricks(int host) throws IOException, InterruptedException {
    run(host, "gluster", "--mode=script", "volume", "start", VOLUME, "force");
  }

  private void run(int host, String... words) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(on(host));
    all.addAll(List.of(words));
    Programs.run(all);
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

  /** The process that stores a host's files (glusterfsd). */
  public long brickProcess(int host) throws IOException {
    for (long pid : processes()) {
      Path words = Path.of("/proc", Long.toString(pid), "cmdline");
      if (Files.readString(words).contains(brick(host).toString())) {
        return pid;
      }
    }
    throw new IOException("no process stores the files of host " + host);
  }

  /** All processes in the hosts' views: GlusterFS's own, and what was run by {@link #on}. */
  public synchronized List<Long> processes() {
    return ProcessHandle.allProcesses().map(ProcessHandle::pid).filter(this::isOurs).toList();
  }

  private boolean isOurs(long pid) {
    try {
      return views.contains(view(pid));
    } catch (IOException e) {
      // It has ended meanwhile.
      return false;
    }
  }

  /** Ends all of its processes, with those that were run by {@link #on}, and deletes the files. */
  @Override
  public synchronized void close() throws IOException, InterruptedException {
    closed = true;
    // These first: they would start others again.
    for (Process daemon : daemons) {
      daemon.destroyForcibly().waitFor();
    }
    long deadlineNanos = System.nanoTime() + ENDING_NANOS;
    List<Long> left = processes();
    while (!left.isEmpty() && System.nanoTime() - deadlineNanos < 0) {
      for (long pid : left) {
        // By now it may have ended by itself.
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
      }
      Thread.sleep(POLL_MILLIS);
      left = processes();
    }
    if (!left.isEmpty()) {
      throw new IOException("processes " + left + " of GlusterFS do not end");
    }
    Programs.delete(base);
  }
}
