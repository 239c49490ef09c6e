package io.quorate.store.benchmarks.soak;

import io.quorate.store.benchmarks.Programs;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A {@link SoakHost} in a process of its own. */
final class HostLink implements AutoCloseable {
  /** So long takes only what hangs. */
  private static final long PATIENCE_SECONDS = 120;

  /** The files that it makes first take longer on a slow disk. */
  private static final long READY_PATIENCE_SECONDS = 1800;

  private final int host;
  private final Process process;
  private final PrintStream orders;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private volatile @Nullable String failure;

  private HostLink(int host, Process process) {
    this.host = host;
    this.process = process;
    this.orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
  }

  /** Starts one after the words of {@code launcher}. */
  static HostLink start(List<String> launcher, SoakHost.Plan plan) throws IOException {
    List<String> words = Programs.java(launcher, SoakHost.class, plan.words());
    Process process =
        new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    HostLink link = new HostLink(plan.host(), process);
    Thread.ofPlatform().daemon().start(link::listen);
    return link;
  }

  private void listen() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(SoakHost.FAILED)) {
          failure = line.substring(SoakHost.FAILED.length());
        }
        answers.add(line);
      }
    } catch (IOException e) {
      // It was killed, which is how it ends.
    } finally {
      if (failure == null) {
        failure = "its program has ended";
      }
      answers.add(SoakHost.FAILED);
    }
  }

  void awaitReady() throws IOException, InterruptedException {
    answer(SoakHost.READY, READY_PATIENCE_SECONDS);
  }

  void begin() throws IOException, InterruptedException {
    ask(SoakHost.BEGIN);
  }

  /** Returns when the heap of the host's peer is collected. */
  void collect() throws IOException, InterruptedException {
    ask(SoakHost.COLLECT);
  }

  Reading read() throws IOException, InterruptedException {
    return Reading.parse(ask(SoakHost.READ));
  }

  private String ask(String order) throws IOException, InterruptedException {
    orders.println(order);
    return answer(SoakHost.DONE, PATIENCE_SECONDS);
  }

  private String answer(String expected, long patienceSeconds)
      throws IOException, InterruptedException {
    String answer = answers.poll(patienceSeconds, TimeUnit.SECONDS);
    if (answer == null) {
      throw new IOException("host " + host + " does not answer");
    }
    if (!answer.startsWith(expected)) {
      throw new IOException("host " + host + ": " + failure);
    }
    return answer.substring(expected.length()).strip();
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }
}
