package io.quorate.store.fuse.twin;

import io.quorate.store.fuse.cluster.ProcessCluster;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The client process of one host, which is started anew after it was killed. */
final class ClientProcess implements AutoCloseable {
  /** As many as a process can draw. */
  private static final int TOKENS_OF_PROCESS = 1_000_000;

  /** Only against hanging for ever; calls end by their own deadlines. */
  private static final long PATIENCE_SECONDS = 120;

  private final ProcessCluster cluster;
  private final int host;
  private final int hosts;
  private final long seed;
  private final TwinHistory history;
  private final Path log;
  private int starts;
  private Process process;
  private PrintStream say;
  private Thread reader;
  private TwinHistory.Witness witness;
  private volatile CompletableFuture<Void> done;

  private ClientProcess(
      ProcessCluster cluster, int host, int hosts, long seed, TwinHistory history) {
    this.cluster = cluster;
    this.host = host;
    this.hosts = hosts;
    this.seed = seed;
    this.history = history;
    this.log = cluster.directory().resolve("client-" + host + ".log");
  }

  static ClientProcess start(
      ProcessCluster cluster, int host, int hosts, long seed, TwinHistory history)
      throws IOException {
    ClientProcess client = new ClientProcess(cluster, host, hosts, seed, history);
    client.start();
    return client;
  }

  private void start() throws IOException {
    int firstToken = (starts * hosts + host) * TOKENS_OF_PROCESS;
    List<String> words = new ArrayList<>(Jvm.on(host, "-Xmx96m", TwinClient.class));
    words.add(cluster.keyFile().toString());
    words.add(Integer.toString(host));
    words.add(Long.toString(seed + firstToken));
    words.add(Integer.toString(firstToken));
    for (int peer = 1; peer <= hosts; peer++) {
      words.add(cluster.address(peer));
    }
    starts++;
    process =
        new ProcessBuilder(words)
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    say = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    witness = history.witness(host);
    done = new CompletableFuture<>();
    BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
    TwinHistory.Witness listener = witness;
    reader = Thread.ofPlatform().daemon().start(() -> listen(said, listener));
  }

  private void listen(BufferedReader said, TwinHistory.Witness listener) {
    try {
      for (String line = said.readLine(); line != null; line = said.readLine()) {
        if (line.equals("done")) {
          done.complete(null);
        } else {
          listener.says(line);
        }
      }
      done.completeExceptionally(new IOException("the client on host " + host + " has ended"));
    } catch (IOException | RuntimeException e) {
      done.completeExceptionally(e);
    }
  }

  /** Has it do what {@code line} says; {@link #awaitDone} waits for the end of that. */
  void tell(String line) {
    done = new CompletableFuture<>();
    say.println(line);
  }

  /** Returns when it has done what it was told. */
  void awaitDone() throws InterruptedException {
    try {
      done.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      history.problem("the client on host " + host + " does not come to an end");
    } catch (ExecutionException e) {
      history.problem(e.getCause() + "; its log is " + log);
    }
    witness.done();
  }

  /** SIGKILL; what it was about stays unknown. */
  void kill() throws InterruptedException {
    close();
    witness.died();
  }

  /** SIGKILL, in the middle of whatever it does, and a new process that is told {@code line}. */
  void killAndRestart(String line) throws IOException, InterruptedException {
    kill();
    start();
    tell(line);
  }

  /** Ends it without further ado. */
  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor();
    reader.join();
  }
}
