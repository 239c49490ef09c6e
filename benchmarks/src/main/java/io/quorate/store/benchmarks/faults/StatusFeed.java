package io.quorate.store.benchmarks.faults;

import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.benchmarks.Programs;
import io.quorate.store.gateway.ClusterStatus;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What one peer says of the cluster and of itself, over and over. A program on that peer's host
 * asks, as the host's network is one of its own, and tells a line for each answer.
 */
public final class StatusFeed implements AutoCloseable {
  private static final long EVERY_MILLIS = 20;
  private static final StoreOptions IMPATIENT =
      StoreOptions.defaults().withOwner("faults").withDeadline(Duration.ofSeconds(2));

  /**
   * One answer.
   *
   * @param leader 0 if there is none
   * @param lagEntries how far the peer is behind what it knows to be committed
   * @param missingChunks chunks of content that the peer lacks
   * @param searching whether it may lack more than it knows of yet
   */
  public record Answer(
      int leader,
      boolean healthy,
      long appliedIndex,
      long lagEntries,
      long missingChunks,
      boolean searching) {

    /** Whether the peer has all entries that it knows of, and all of their content. */
    public boolean isComplete() {
      return leader != 0 && lagEntries == 0 && missingChunks == 0 && !searching;
    }

    static Answer of(ClusterStatus status) {
      ClusterStatus.PeerStatus self =
          status.peers().stream()
              .filter(peer -> peer.id() == status.reporter())
              .findFirst()
              .orElseThrow();
      return new Answer(
          status.leader(),
          status.healthy(),
          self.appliedIndex(),
          self.lagEntries(),
          self.upkeep().content().missingChunks(),
          self.upkeep().content().searching());
    }

    static Answer parse(String line) {
      String[] words = line.split(" ");
      return new Answer(
          Integer.parseInt(words[0]),
          Boolean.parseBoolean(words[1]),
          Long.parseLong(words[2]),
          Long.parseLong(words[3]),
          Long.parseLong(words[4]),
          Boolean.parseBoolean(words[5]));
    }

    String line() {
      return leader
          + " "
          + healthy
          + " "
          + appliedIndex
          + " "
          + lagEntries
          + " "
          + missingChunks
          + " "
          + searching;
    }
  }

  private final Process process;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition more = lock.newCondition();
  private @Nullable Answer newest;
  private boolean ended;

  private StatusFeed(Process process) {
    this.process = process;
  }

  /** Asks the peer at {@code address}, by a program that {@code launcher} runs on its host. */
  public static StatusFeed start(List<String> launcher, Path keyFile, String address)
      throws IOException {
    List<String> words =
        Programs.java(launcher, StatusFeed.class, List.of(keyFile.toString(), address));
    StatusFeed feed =
        new StatusFeed(
            new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.DISCARD).start());
    Thread.ofPlatform().daemon().start(feed::listen);
    return feed;
  }

  /** The program: {@code KEY ADDRESS}. */
  public static void main(String[] words) throws InterruptedException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
    // That nobody listens shows only when there is something to say, and a peer that is gone for
    // good says nothing any more.
    Thread.ofPlatform().daemon().start(FileLoop::endWithInput);
    while (!out.checkError()) {
      try (Store store = Store.connect(Path.of(words[0]), List.of(words[1]), IMPATIENT)) {
        while (!out.checkError()) {
          out.println(Answer.of(store.status()).line());
          Thread.sleep(EVERY_MILLIS);
        }
      } catch (IOException e) {
        // The peer is away, or was; it is asked again.
        Thread.sleep(EVERY_MILLIS);
      }
    }
  }

  private void listen() {
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        set(Answer.parse(line), false);
      }
    } catch (IOException e) {
      // It was killed, which is how it ends.
    } finally {
      set(newest, true);
    }
  }

  private void set(@Nullable Answer answer, boolean end) {
    lock.lock();
    try {
      newest = answer;
      ended |= end;
      more.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Returns the first answer from now on, or the newest, that is as {@code wanted}. */
  public Answer await(Predicate<Answer> wanted) throws IOException, InterruptedException {
    lock.lock();
    try {
      while (newest == null || !wanted.test(newest)) {
        if (ended) {
          throw new IOException("the program that asks for the status has ended");
        }
        more.await();
      }
      return newest;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }
}
