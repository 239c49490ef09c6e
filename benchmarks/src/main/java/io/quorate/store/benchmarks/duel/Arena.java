package io.quorate.store.benchmarks.duel;

import io.quorate.store.benchmarks.Programs;
import io.quorate.store.fuse.cluster.Hosts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that runs for a duel: four hosts that the stores share, the stores, and a load generator for
 * each of them on each host, in one directory. Closing it, which also happens when this process is
 * told to end, ends what was started, and nothing else, and deletes the directory.
 */
final class Arena implements AutoCloseable {
  private final Path directory;
  private final Thread hook = Thread.ofPlatform().unstarted(this::interrupted);
  private final List<Contender> stores = new ArrayList<>();
  private final List<Generator> generators = new ArrayList<>();
  private @Nullable Hosts hosts;
  private volatile boolean interrupted;
  private boolean closed;

  private Arena(Path directory) {
    this.directory = directory;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** An empty one, in a new directory in {@code parent}. */
  static Arena create(Path parent) throws IOException {
    return new Arena(Files.createTempDirectory(parent, "quorate-duel-").toRealPath());
  }

  Path directory() {
    return directory;
  }

  /** Makes the hosts, for stores that run on them. */
  synchronized void addHosts() throws IOException, InterruptedException, Hosts.Unavailable {
    checkOpen();
    hosts = Hosts.create(Contender.HOSTS);
  }

  /** Starts a store with its generators. */
  Rounds.Entrant start(Contender store) throws IOException, InterruptedException {
    add(store);
    store.start();
    List<Generator> each = new ArrayList<>();
    for (int host = 1; host <= Contender.HOSTS; host++) {
      each.add(generator(store, host));
    }
    return new Rounds.Entrant(store, each);
  }

  private synchronized void add(Contender store) throws IOException {
    checkOpen();
    stores.add(store);
  }

  private synchronized Generator generator(Contender store, int host) throws IOException {
    checkOpen();
    Generator generator = Generator.start(store.on(host));
    generators.add(generator);
    return generator;
  }

  private void checkOpen() throws IOException {
    if (closed) {
      throw new IOException("told to end");
    }
  }

  /** Whether this process was told to end, and has therefore taken all away. */
  boolean wasInterrupted() {
    return interrupted;
  }

  private void interrupted() {
    interrupted = true;
    try {
      end();
    } catch (IOException | InterruptedException e) {
      System.err.println("duel: " + directory + " may still be there: " + e.getMessage());
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The hook runs already, which is how this process is ending.
    }
  }

  /** Goes on when something cannot be ended, so that as little as possible is left. */
  private synchronized void end() throws IOException, InterruptedException {
    if (closed) {
      return;
    }
    closed = true;
    IOException failed = null;
    for (Generator generator : generators) {
      generator.close();
    }
    for (Contender store : stores.reversed()) {
      try {
        store.close();
      } catch (IOException e) {
        failed = e;
      }
    }
    try {
      if (hosts != null) {
        hosts.close();
      }
      Programs.delete(directory);
    } catch (IOException e) {
      failed = e;
    }
    if (failed != null) {
      throw failed;
    }
  }
}
