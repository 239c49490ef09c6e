package io.quorate.store.benchmarks.site;

import io.quorate.store.benchmarks.Programs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program that runs on a {@link SiteHost}. */
final class HostProgram {
  private static final long ENDING_SECONDS = 60;
  private static final int TAIL_LINES = 12;

  private final String name;
  private final Process entered;
  private final ProcessHandle program;
  private final Path log;

  HostProgram(String name, Process entered, ProcessHandle program, Path log) {
    this.name = name;
    this.entered = entered;
    this.program = program;
    this.log = log;
  }

  /** Its process id here, not on the host. */
  long pid() {
    return program.pid();
  }

  boolean isAlive() {
    return entered.isAlive();
  }

  /** Fails, with the end of its log, if it has ended. */
  void check() throws IOException {
    if (!isAlive()) {
      throw new IOException(name + " has ended with status " + entered.exitValue() + tail());
    }
  }

  private String tail() throws IOException {
    List<String> lines =
        new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
    StringBuilder text = new StringBuilder("; its log ends:");
    for (String line : lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size())) {
      text.append(System.lineSeparator()).append("  | ").append(line);
    }
    return text.toString();
  }

  /** Returns when it has ended by itself; fails, with the end of its log, if it did not succeed. */
  void awaitSuccess() throws IOException, InterruptedException {
    if (entered.waitFor() != 0) {
      check();
    }
  }

  /** SIGTERM; returns when it has ended. */
  void stop() throws IOException, InterruptedException {
    if (isAlive()) {
      Programs.signal("TERM", pid());
      if (!entered.waitFor(ENDING_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(name + " does not end" + tail());
      }
    }
  }

  /** SIGKILL; returns when it has ended. */
  void kill() throws InterruptedException {
    program.destroyForcibly();
    entered.waitFor();
  }

  void signal(String signal) throws IOException, InterruptedException {
    Programs.signal(signal, pid());
  }
}
