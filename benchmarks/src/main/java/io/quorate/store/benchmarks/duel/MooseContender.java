package io.quorate.store.benchmarks.duel;

import io.quorate.store.benchmarks.Programs;
import io.quorate.store.fuse.cluster.Hosts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * MooseFS with a copy of all content on each host. Its metadata is on host 1 alone: there is one
 * master.
 */
final class MooseContender implements Contender {
  static final String NAME = "moosefs";

  private static final long POLL_MILLIS = 100;
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);
  private static final Path EMPTY_METADATA = Path.of("/var/lib/mfs/metadata.mfs.empty");
  private static final Path MASTER = Path.of("/usr/sbin/mfsmaster");
  private static final Path CHUNK_SERVER = Path.of("/usr/sbin/mfschunkserver");
  private static final Path CLIENT = Path.of("/usr/bin/mfsmount");

  private final Path directory;
  private final boolean sync;
  private final List<Process> servers = new ArrayList<>();
  private final Map<Integer, Process> mounts = new LinkedHashMap<>();
  private boolean closed;

  /**
   * One that is not started yet.
   *
   * @param sync whether an fsync is to bring content and metadata to disks, as it does with the
   *     others; MooseFS comes with settings by which it does not
   */
  MooseContender(Path directory, boolean sync) {
    this.directory = directory;
    this.sync = sync;
  }

  static boolean isInstalled() {
    return Files.exists(EMPTY_METADATA)
        && Files.isExecutable(MASTER)
        && Files.isExecutable(CHUNK_SERVER)
        && Files.isExecutable(CLIENT);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String title() {
    return "MooseFS";
  }

  @Override
  public String version() throws IOException, InterruptedException {
    return Programs.run(List.of(MASTER.toString(), "-v")).lines().findFirst().orElse("");
  }

  @Override
  public void start() throws IOException, InterruptedException {
    startMaster();
    for (int host = 1; host <= HOSTS; host++) {
      startChunkServer(host);
    }
    for (int host = 1; host <= 2; host++) {
      startMount(host);
    }
    for (int host = 1; host <= 2; host++) {
      awaitMount(host);
    }
    String root = mount(1).toString();
    run("mfssetgoal", "-r", Integer.toString(HOSTS), root);
    // Else all that is deleted would be kept for a day.
    run("mfssettrashtime", "-r", "0", root);
    awaitCopies();
  }

  private void startMaster() throws IOException {
    Path own = Files.createDirectories(directory.resolve("master"));
    Files.copy(EMPTY_METADATA, own.resolve("metadata.mfs"));
    Path exports = own.resolve("mfsexports.cfg");
    Files.writeString(exports, "* / rw,alldirs,admin,maproot=0:0\n");
    Path topology = Files.createFile(own.resolve("mfstopology.cfg"));
    Map<String, String> settings = settings(own);
    settings.put("EXPORTS_FILENAME", exports.toString());
    settings.put("TOPOLOGY_FILENAME", topology.toString());
    for (String whom : List.of("MATOML", "MATOCS", "MATOCL")) {
      settings.put(whom + "_LISTEN_HOST", Hosts.address(1));
    }
    if (sync) {
      settings.put("CHANGELOG_SAVE_MODE", "2");
    }
    servers.add(start(1, own, MASTER, "-f", "-c", write(own, settings), "start"));
  }

  private void startChunkServer(int host) throws IOException {
    Path own = Files.createDirectories(directory.resolve("chunk-server-" + host));
    Path disk = Files.createDirectories(own.resolve("disk"));
    Path disks = own.resolve("mfshdd.cfg");
    Files.writeString(disks, disk + "\n");
    Map<String, String> settings = settings(own);
    settings.put("HDD_CONF_FILENAME", disks.toString());
    settings.put("HDD_LEAVE_SPACE_DEFAULT", "256MiB");
    settings.put("MASTER_HOST", Hosts.address(1));
    settings.put("CSSERV_LISTEN_HOST", Hosts.address(host));
    settings.put("MASTER_RECONNECTION_DELAY", "1");
    if (sync) {
      settings.put("HDD_FSYNC_BEFORE_CLOSE", "1");
    }
    servers.add(start(host, own, CHUNK_SERVER, "-f", "-c", write(own, settings), "start"));
  }

  private static Map<String, String> settings(Path own) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("WORKING_USER", "root");
    settings.put("WORKING_GROUP", "root");
    settings.put("DATA_PATH", own.toString());
    return settings;
  }

  private static String write(Path own, Map<String, String> settings) throws IOException {
    Path file = own.resolve("settings.cfg");
    StringBuilder text = new StringBuilder();
    settings.forEach((name, value) -> text.append(name).append(" = ").append(value).append('\n'));
    return Files.writeString(file, text).toString();
  }

  private void startMount(int host) throws IOException {
    Path own = Files.createDirectories(directory.resolve("client-" + host));
    Files.createDirectories(mount(host));
    Process process =
        start(host, own, CLIENT, "-f", mount(host).toString(), "-H", Hosts.address(1));
    mounts.put(host, process);
  }

  /** In the foreground, with what it says in a file beside what it keeps. */
  private synchronized Process start(int host, Path own, Path program, String... words)
      throws IOException {
    if (closed) {
      throw new IOException("MooseFS has been closed");
    }
    List<String> all = new ArrayList<>(Hosts.on(host));
    all.add(program.toString());
    all.addAll(List.of(words));
    return new ProcessBuilder(all)
        .redirectErrorStream(true)
        .redirectOutput(own.resolve("out").toFile())
        .start();
  }

  private Process client(int host) {
    return Objects.requireNonNull(mounts.get(host), "host has no mount");
  }

  private void awaitMount(int host) throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + PATIENCE_NANOS;
    Path seen = Path.of("/proc", Long.toString(client(host).pid()), "mounts");
    while (!Files.readString(seen).contains(" " + mount(host) + " fuse")) {
      if (System.nanoTime() - deadlineNanos > 0) {
        throw new IOException("MooseFS does not mount on host " + host);
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  /** Until new content has a copy on each host: chunk servers need a while to be known. */
  private void awaitCopies() throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + PATIENCE_NANOS;
    for (int attempt = 1; ; attempt++) {
      String file = mount(1).resolve("attempt-" + attempt).toString();
      String said = "";
      try {
        run("cp", "/proc/version", file);
        said = run("mfsfileinfo", file);
      } catch (IOException e) {
        said = String.valueOf(e.getMessage());
      }
      if (said.lines().filter(line -> line.contains("copy ")).count() == HOSTS) {
        return;
      }
      if (System.nanoTime() - deadlineNanos > 0) {
        throw new IOException("MooseFS does not keep " + HOSTS + " copies: " + said);
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private String run(String... words) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(on(1));
    all.addAll(List.of(words));
    return Programs.run(all);
  }

  @Override
  public List<String> on(int host) {
    return List.of("nsenter", "-t", Long.toString(client(host).pid()), "-n", "-m");
  }

  @Override
  public Path mount(int host) {
    return directory.resolve("mount-" + host);
  }

  @Override
  public List<Long> processes() {
    List<Long> pids = new ArrayList<>();
    for (Process process : all()) {
      pids.add(process.pid());
      process.descendants().map(ProcessHandle::pid).forEach(pids::add);
    }
    return pids;
  }

  private List<Process> all() {
    List<Process> all = new ArrayList<>(servers);
    all.addAll(mounts.values());
    return all;
  }

  @Override
  public String remark() {
    return "goal "
        + HOSTS
        + (sync ? ", CHANGELOG_SAVE_MODE = 2, HDD_FSYNC_BEFORE_CLOSE = 1" : "")
        + ", metadata on one host";
  }

  @Override
  public boolean warmsUp() {
    return false;
  }

  @Override
  public String lastWords() {
    return "";
  }

  @Override
  public synchronized void close() throws InterruptedException {
    closed = true;
    for (Process process : all()) {
      List<ProcessHandle> children = process.descendants().toList();
      process.destroyForcibly().waitFor();
      children.forEach(ProcessHandle::destroyForcibly);
    }
    // What they wrote goes with the directory of the run.
  }
}
