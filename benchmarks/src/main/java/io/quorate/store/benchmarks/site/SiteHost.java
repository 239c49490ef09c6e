package io.quorate.store.benchmarks.site;

import io.quorate.store.benchmarks.Programs;
import io.quorate.store.fuse.cluster.Hosts;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A host that can be switched off: one of {@link Hosts} with processes and a view of the file
 * system of its own. Its first process lives as long as this process does, and all others end with
 * it, by the kernel's doing.
 */
final class SiteHost {
  private static final String READY = "ready";
  private static final long ENDING_SECONDS = 60;

  /** What programs keep in /run must not be the machine's own. */
  private static final String INIT =
      "mount --make-rprivate / && mount -t tmpfs none /run && echo "
          + READY
          + " && while read -r _; do :; done";

  private final int number;
  private final Path directory;
  private @Nullable Process first;
  private long firstPid;

  /**
   * One that is off.
   *
   * @param number in {@link Hosts}
   * @param directory for what its programs write, which any user may enter
   */
  SiteHost(int number, Path directory) {
    this.number = number;
    this.directory = directory;
  }

  int number() {
    return number;
  }

  Path directory() {
    return directory;
  }

  synchronized boolean isOn() {
    return first != null && first.isAlive();
  }

  synchronized void switchOn() throws IOException {
    if (isOn()) {
      throw new IllegalStateException("host " + number + " is on");
    }
    Files.createDirectories(directory);
    List<String> words = new ArrayList<>(Hosts.on(number));
    words.addAll(List.of("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"));
    words.addAll(List.of("bash", "-c", INIT));
    Process started =
        new ProcessBuilder(words).redirectError(directory.resolve("init.log").toFile()).start();
    BufferedReader lines = started.inputReader();
    if (!READY.equals(lines.readLine())) {
      started.destroyForcibly();
      throw new IOException(
          "host " + number + ": " + Files.readString(directory.resolve("init.log")).strip());
    }
    firstPid = onlyChild(started.toHandle()).pid();
    first = started;
  }

  private static ProcessHandle onlyChild(ProcessHandle parent) throws IOException {
    return parent.children().findFirst().orElseThrow(() -> new IOException("it has ended"));
  }

  /**
   * All of its processes are gone when this returns, and none of them was told before: the kernel
   * ends them with the first, which is waited for by the process that is waited for here.
   */
  synchronized void switchOff() throws IOException, InterruptedException {
    if (first == null) {
      return;
    }
    ProcessHandle.of(firstPid).ifPresent(ProcessHandle::destroyForcibly);
    if (!first.waitFor(ENDING_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException("processes of host " + number + " do not end");
    }
    first = null;
  }

  /** The words that run on it the command that follows them. */
  synchronized List<String> on() {
    return List.of("nsenter", "-t", Long.toString(firstPid), "-n", "-m", "-p");
  }

  /** Runs a command on it to its end, and answers what it said. */
  String run(String... words) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(on());
    all.addAll(List.of(words));
    return Programs.run(all);
  }

  /** Starts a program on it that stays; what it says is in {@code NAME.log}. */
  HostProgram start(String name, Map<String, String> environment, List<String> words)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(on());
    all.addAll(words);
    Path log = directory.resolve(name + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(all)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    Process entered = builder.start();
    // By the time that nsenter has a child, or none and has ended, it is known what became of it.
    while (entered.isAlive() && entered.toHandle().children().findFirst().isEmpty()) {
      Thread.sleep(1);
    }
    ProcessHandle child = entered.toHandle().children().findFirst().orElse(entered.toHandle());
    return new HostProgram("host " + number + ": " + name, entered, child, log);
  }
}
