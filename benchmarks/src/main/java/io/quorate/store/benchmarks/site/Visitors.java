package io.quorate.store.benchmarks.site;

import io.quorate.store.benchmarks.Programs;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A {@link LoadProgram} in a process on its host, and what it tells. */
final class Visitors implements AutoCloseable {
  private static final String END = "";
  private static final long PATIENCE_MINUTES = 20;

  private final Process process;
  private final PrintStream orders;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private final RequestLog log = new RequestLog();

  private Visitors(Process process) {
    this.process = process;
    this.orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
  }

  static Visitors start(SiteHost host, String url, WebApplication application, long seed)
      throws IOException {
    List<String> words = new ArrayList<>();
    words.add(url);
    words.add(application.title());
    words.add(Long.toString(seed));
    List<String> java = Programs.java(host.on(), LoadProgram.class, words);
    // Files of 200 MiB are sent and compared in pieces; what takes room is many requests at once.
    java.set(java.indexOf("-Xmx128m"), "-Xmx512m");
    Process process =
        new ProcessBuilder(java)
            .redirectError(host.directory().resolve("visitors.log").toFile())
            .start();
    Visitors visitors = new Visitors(process);
    Thread.ofPlatform().daemon().start(visitors::listen);
    return visitors;
  }

  private void listen() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(LoadProgram.REQUEST)) {
          log.add(Request.parse(line.substring(LoadProgram.REQUEST.length())));
        } else {
          answers.add(line);
        }
      }
    } catch (IOException e) {
      // It was killed, which is how it ends.
    } finally {
      answers.add(END);
    }
  }

  RequestLog log() {
    return log;
  }

  void login() throws IOException, InterruptedException {
    order("login");
    answer();
  }

  void upload(int files) throws IOException, InterruptedException {
    order("files " + files);
    answer();
  }

  /** Requests at a fixed rate, until {@link #endRate}. */
  void beginRate(double perSecond) throws IOException {
    order("fixed " + perSecond);
  }

  /** Returns when each request has its answer. */
  void endRate() throws IOException, InterruptedException {
    order("stop");
    answer();
  }

  /** So many visitors without a pause, for so long. */
  void crowd(int visitors, double seconds) throws IOException, InterruptedException {
    order("closed " + visitors + " " + (long) (seconds * 1000));
    answer();
  }

  /** A large file goes up and down while other things go on. */
  void beginLarge() throws IOException, InterruptedException {
    order("large");
    answer();
  }

  void list(Path target) throws IOException, InterruptedException {
    order("list " + target);
    answer();
  }

  private void order(String line) throws IOException {
    orders.println(line);
    if (orders.checkError()) {
      throw new IOException("the visitors' program has ended");
    }
  }

  private void answer() throws IOException, InterruptedException {
    String answer = answers.poll(PATIENCE_MINUTES, TimeUnit.MINUTES);
    if (!LoadProgram.DONE.equals(answer)) {
      throw new IOException("the visitors' program hangs or has ended");
    }
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }
}
