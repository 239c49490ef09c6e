package io.quorate.store.benchmarks;

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
import org.jspecify.annotations.Nullable;

/**
 * MooseFS with a copy of all content on each host. Its metadata is on host 1 alone: there is one
 * master.
 */
public final class MooseVolume implements AutoCloseable {
  private static final long POLL_MILLIS = 100;
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);
  private static final Path EMPTY_METADATA = Path.of("/var/lib/mfs/metadata.mfs.empty");
  private static final Path MASTER = Path.of("/usr/sbin/mfsmaster");
  private static final Path CHUNK_SERVER = Path.of("/usr/sbin/mfschunkserver");
  private static final Path CLIENT = Path.of("/usr/bin/mfsmount");

  private final Path directory;
  private final int hosts;
  private final boolean sync;
  private final Map<Integer, Process> chunkServers = new LinkedHashMap<>();
  private final Map<Integer, Process> mounts = new LinkedHashMap<>();
  private @Nullable Process master;
  private boolean closed;

  /**
   * One that is not started yet.
   *
   * @param directory for all of it
   * @param sync whether an fsync is to bring content and metadata to disks, as it does with other
   *     stores; MooseFS comes with settings by which it does not
   */
  public MooseVolume(Path directory, int hosts, boolean sync) {
    this.directory = directory;
    this.hosts = hosts;
    this.sync = sync;
  }

  /** Whether MooseFS is installed. */
  public static boolean isInstalled() {
    return Files.exists(EMPTY_METADATA)
        && Files.isExecutable(MASTER)
        && Files.isExecutable(CHUNK_SERVER)
        && Files.isExecutable(CLIENT);
  }

  /** The version of the program that is installed. */
  public String version() throws IOException, InterruptedException {
    return Programs.run(List.of(MASTER.toString(), "-v")).lines().findFirst().orElse("");
  }

  /** Starts it on hosts that are there, and returns when each has mounted it. */
  public void start() throws IOException, InterruptedException {
    writeMaster();
    startMaster();
    for (int host = 1; host <= hosts; host++) {
      writeChunkServer(host);
      startChunkServer(host);
    }
    for (int host = 1; host <= hosts; host++) {
      startMount(host);
    }
    for (int host = 1; host <= hosts; host++) {
      awaitMount(host);
    }
    String root = mount(1).toString();
    run("mfssetgoal", "-r", Integer.toString(hosts), root);
    // Else all that is deleted would be kept for a day.
    run("mfssettrashtime", "-r", "0", root);
    awaitCopies();
  }

  private void writeMaster() throws IOException {
    Path own = make("master");
    Files.copy(EMPTY_METADATA, own.resolve("metadata.mfs"));
    Path exports = own.resolve("mfsexports.cfg");
    Files.writeString(exports, "* / rw,alldirs,admin,maproot=0:0\n");
    Path topology = Files.createFile(own.resolve("mfstopology.cfg"));
    Map<String, String> settings = common(own);
    settings.put("EXPORTS_FILENAME", exports.toString());
    settings.put("TOPOLOGY_FILENAME", topology.toString());
    for (String whom : List.of("MATOML", "MATOCS", "MATOCL")) {
      settings.put(whom + "_LISTEN_HOST", Hosts.address(1));
    }
    if (sync) {
      settings.put("CHANGELOG_SAVE_MODE", "2");
    }
    write(own, settings);
  }

  /** Takes up what an earlier one left when it was killed. */
  private void startMaster() throws IOException {
    Path own = directory.resolve("master");
    Process process = start(1, own, MASTER, "-a", "-f", "-c", settings(own), "start");
    synchronized (this) {
      master = process;
    }
  }

  private void writeChunkServer(int host) throws IOException {
    Path own = make("chunk-server-" + host);
    Path disk = make("chunk-server-" + host + "/disk");
    Path disks = own.resolve("mfshdd.cfg");
    Files.writeString(disks, disk + "\n");
    Map<String, String> settings = common(own);
    settings.put("HDD_CONF_FILENAME", disks.toString());
    settings.put("HDD_LEAVE_SPACE_DEFAULT", "256MiB");
    settings.put("MASTER_HOST", Hosts.address(1));
    settings.put("CSSERV_LISTEN_HOST", Hosts.address(host));
    settings.put("MASTER_RECONNECTION_DELAY", "1");
    if (sync) {
      settings.put("HDD_FSYNC_BEFORE_CLOSE", "1");
    }
    write(own, settings);
  }

  private void startChunkServer(int host) throws IOException {
    Path own = directory.resolve("chunk-server-" + host);
    Process process = start(host, own, CHUNK_SERVER, "-f", "-c", settings(own), "start");
    synchronized (this) {
      chunkServers.put(host, process);
    }
  }

  private static Map<String, String> common(Path own) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("WORKING_USER", "root");
    settings.put("WORKING_GROUP", "root");
    settings.put("DATA_PATH", own.toString());
    return settings;
  }

  private static String settings(Path own) {
    return own.resolve("settings.cfg").toString();
  }

  private static void write(Path own, Map<String, String> settings) throws IOException {
    StringBuilder text = new StringBuilder();
    settings.forEach((name, value) -> text.append(name).append(" = ").append(value).append('\n'));
    Files.writeString(Path.of(settings(own)), text);
  }

  private void startMount(int host) throws IOException {
    Path own = make("client-" + host);
    make(mount(host).getFileName().toString());
    Process process =
        start(host, own, CLIENT, "-f", mount(host).toString(), "-H", Hosts.address(1));
    synchronized (this) {
      mounts.put(host, process);
    }
  }

  /** Nothing is made again of what has been taken away. */
  private synchronized Path make(String name) throws IOException {
    checkOpen();
    return Files.createDirectories(directory.resolve(name));
  }

  private void checkOpen() throws IOException {
    if (closed) {
      throw new IOException("MooseFS has been closed");
    }
  }

  /** In the foreground, with what it says in a file beside what it keeps. */
  private synchronized Process start(int host, Path own, Path program, String... words)
      throws IOException {
    checkOpen();
    List<String> all = new ArrayList<>(Hosts.on(host));
    all.add(program.toString());
    all.addAll(List.of(words));
    return new ProcessBuilder(all)
        .redirectErrorStream(true)
        .redirectOutput(own.resolve("out").toFile())
        .start();
  }

  private synchronized Process client(int host) {
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
      if (copies(said) == hosts) {
        return;
      }
      if (System.nanoTime() - deadlineNanos > 0) {
        throw new IOException("MooseFS does not keep " + hosts + " copies: " + said);
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private String run(String... words) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(on(1));
    all.addAll(List.of(words));
    return Programs.run(all);
  }

  /** How many whole copies there are of files, in all. */
  public int copies(List<Path> files) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("mfsfileinfo"));
    files.forEach(file -> words.add(file.toString()));
    return copies(run(words.toArray(String[]::new)));
  }

  private static int copies(String said) {
    return Math.toIntExact(
        said.lines().filter(line -> line.contains("copy ") && !line.contains("INVALID")).count());
  }

  /** The words that run in a host's network and view of the file system. */
  public List<String> on(int host) {
    return List.of("nsenter", "-t", Long.toString(client(host).pid()), "-n", "-m");
  }

  /** Where the volume is mounted, in the host's view. */
  public Path mount(int host) {
    return directory.resolve("mount-" + host);
  }

  /** SIGKILL for what stores files on a host; on host 1 for the master, too. */
  public void kill(int host) throws InterruptedException {
    for (Process process : servers(host)) {
      end(process);
    }
  }

  /** Starts again what was killed. */
  public void restart(int host) throws IOException {
    if (host == 1) {
      startMaster();
    }
    startChunkServer(host);
  }

  /** What stores files on a host. */
  public synchronized List<Process> servers(int host) {
    List<Process> servers = new ArrayList<>();
    if (host == 1 && master != null) {
      servers.add(master);
    }
    Process chunkServer = chunkServers.get(host);
    if (chunkServer != null) {
      servers.add(chunkServer);
    }
    return servers;
  }

  /** All of its processes. */
  public List<Long> processes() {
    List<Long> pids = new ArrayList<>();
    for (Process process : all()) {
      pids.add(process.pid());
      process.descendants().map(ProcessHandle::pid).forEach(pids::add);
    }
    return pids;
  }

  private synchronized List<Process> all() {
    List<Process> all = new ArrayList<>();
    if (master != null) {
      all.add(master);
    }
    all.addAll(chunkServers.values());
    all.addAll(mounts.values());
    return all;
  }

  /** How it is set, in a few words. */
  public String remark() {
    return "goal "
        + hosts
        + (sync ? ", CHANGELOG_SAVE_MODE = 2, HDD_FSYNC_BEFORE_CLOSE = 1" : "")
        + ", metadata on one host";
  }

  /** Ends all of its processes; what they wrote is whoever's the directory is. */
  @Override
  public synchronized void close() throws InterruptedException {
    closed = true;
    for (Process process : all()) {
      end(process);
    }
  }

  private static void end(Process process) throws InterruptedException {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly().waitFor();
    children.forEach(ProcessHandle::destroyForcibly);
  }
}
