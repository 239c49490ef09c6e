package io.quorate.store.benchmarks.duel;

import io.quorate.store.benchmarks.Programs;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** A {@link LoadGenerator} in a process of its own. */
final class Generator implements AutoCloseable {
  /** So long no task takes but one that hangs. */
  private static final long PATIENCE_MINUTES = 30;

  private static final String END = "";

  private final Process process;
  private final PrintStream orders;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

  /**
   * What a task came to.
   *
   * @param count operations
   * @param latencies of each
   */
  record Done(long nanos, long count, Histogram latencies) {}

  private Generator(Process process) {
    this.process = process;
    this.orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
  }

  /** Starts one after the words of {@code launcher}. */
  static Generator start(List<String> launcher) throws IOException {
    List<String> words = Programs.java(launcher, LoadGenerator.class, List.of());
    Process process =
        new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    Generator generator = new Generator(process);
    Thread.ofPlatform().daemon().start(generator::listen);
    return generator;
  }

  private void listen() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        answers.add(line);
      }
    } catch (IOException e) {
      // It was killed, which is how it ends.
    } finally {
      answers.add(END);
    }
  }

  long pid() {
    return process.pid();
  }

  /** Returns when all is there that the task takes for granted. */
  void prepare(Task task) throws IOException, InterruptedException {
    orders.println(task.line());
    String answer = answer();
    if (!answer.equals(LoadGenerator.READY)) {
      throw new IOException(answer);
    }
  }

  /** Does what was prepared. */
  Done run() throws IOException, InterruptedException {
    begin();
    return awaitDone();
  }

  /** Begins what was prepared. */
  void begin() {
    orders.println();
  }

  /** Returns when it is done. */
  Done awaitDone() throws IOException, InterruptedException {
    String answer = answer();
    if (!answer.startsWith(LoadGenerator.DONE)) {
      throw new IOException(answer);
    }
    String[] words = answer.substring(LoadGenerator.DONE.length()).split(" ");
    return new Done(Long.parseLong(words[0]), Long.parseLong(words[1]), Latencies.parse(words[2]));
  }

  private String answer() throws IOException, InterruptedException {
    String answer = answers.poll(PATIENCE_MINUTES, TimeUnit.MINUTES);
    if (answer == null) {
      throw new IOException("a task hangs");
    }
    if (answer.equals(END)) {
      throw new IOException("the load generator has ended");
    }
    return answer;
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }
}
