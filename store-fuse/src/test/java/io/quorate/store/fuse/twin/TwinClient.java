package io.quorate.store.fuse.twin;

import io.quorate.store.IndeterminateWriteException;
import io.quorate.store.NoQuorumException;
import io.quorate.store.SessionEndedException;
import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.sim.FileCall;
import io.quorate.store.sim.SimRandom;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A client process on a host: works on subtrees that all hosts share, and prints each call when it
 * begins and when it has ended.
 *
 * <p>It does what the lines of its standard input say, prints {@code done} after each, and ends
 * with its input: {@code prepare COUNT} makes the subtrees; {@code work ORIGIN_NANOS EPOCH_NANOS
 * COUNT} works on one subtree after the other, each for as long as an epoch, beginning at a moment
 * of {@link System#nanoTime}, which on Linux is the same in all processes; {@code read COUNT} reads
 * all that there is, through the peer of this host.
 */
final class TwinClient {
  static final String DIRECTORY = "/twin/";

  /** Each is appended to and never gets another inode. */
  static final String LOG = "/log";

  private static final List<String> FILES = List.of("/a", "/b", "/c", "/d");
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int PREPARING_THREADS = 8;
  private static final int MAX_PAUSE_MICROS = 20_000;

  /** Two that write to their own peer: the moments in which that one errs are short. */
  private static final List<Habit> HABITS =
      List.of(Habit.FAILOVER, Habit.LOCAL, Habit.LOCAL, Habit.ONLOOKER);

  /** A token names the call that wrote it, so no two threads may draw the same. */
  private static final int TOKENS_OF_THREAD = 100_000;

  private final Path key;
  private final int host;
  private final List<String> addresses;
  private final SimRandom random;
  private final AtomicInteger calls = new AtomicInteger();
  private int nextToken;

  private TwinClient(Path key, int host, long seed, int firstToken, List<String> addresses) {
    this.key = key;
    this.host = host;
    this.random = new SimRandom(seed);
    this.nextToken = firstToken;
    this.addresses = addresses;
  }

  /**
   * Runs it.
   *
   * @param words the cluster's key, the host, a seed, the first of the tokens that are this
   *     process's own, the addresses of all peers
   */
  public static void main(String[] words) throws Exception {
    TwinClient client =
        new TwinClient(
            Path.of(words[0]),
            Integer.parseInt(words[1]),
            Long.parseLong(words[2]),
            Integer.parseInt(words[3]),
            List.of(words).subList(4, words.length));
    client.serve();
    // Sessions and their threads are left as they are: this is how processes end.
    Runtime.getRuntime().halt(0);
  }

  private void serve() throws Exception {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] words = line.split(" ");
        // The input is read on meanwhile, so that this process ends with it.
        Thread.ofPlatform().daemon().start(() -> carryOut(words));
      }
    }
  }

  private void carryOut(String[] words) {
    try {
      switch (words[0]) {
        case "prepare" -> prepare(Integer.parseInt(words[1]));
        case "work" ->
            work(Long.parseLong(words[1]), Long.parseLong(words[2]), Integer.parseInt(words[3]));
        case "read" -> read(Integer.parseInt(words[1]));
        default -> throw new IllegalArgumentException(words[0]);
      }
      System.out.println("done");
    } catch (Exception e) {
      System.out.println("broken " + e);
      e.printStackTrace();
    }
  }

  private Store connect(List<String> peers, Duration deadline) throws InterruptedException {
    StoreOptions options =
        StoreOptions.defaults()
            .withOwner("client on host " + host)
            .withDeadline(deadline)
            .withSessionTimeout(Duration.ofSeconds(random.chance(0.3) ? 2 : 30));
    while (true) {
      try {
        return Store.connect(key, peers, options);
      } catch (IOException e) {
        // The peer is not up yet, or was killed; a pause between two looks.
        Thread.sleep(50);
      }
    }
  }

  private String localPeer() {
    return addresses.get(host - 1);
  }

  private void prepare(int count) throws Exception {
    try (Store store = connect(addresses, PATIENCE);
        ExecutorService threads = Executors.newFixedThreadPool(PREPARING_THREADS)) {
      Files.createDirectory(store.path(DIRECTORY));
      List<Future<?>> made = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int subtree = i;
        SimRandom own = random.fork();
        made.add(
            threads.submit(
                () -> {
                  Files.createDirectory(store.path(DIRECTORY + subtree));
                  Caller caller = new Caller("preparer", store, own);
                  return caller.perform(subtree, new FileCall.Create(LOG));
                }));
      }
      for (Future<?> one : made) {
        one.get();
      }
    }
  }

  /** What one thread does, from when on, and for how long. */
  private record Work(Habit habit, long originNanos, long epochNanos, int count, int firstToken) {}

  private enum Habit {
    /** Prefers its own peer and goes to another when that fails it. */
    FAILOVER,
    /** Knows its own peer only, and so meets whatever that peer does when it is cut off. */
    LOCAL,
    /**
     * As {@link #LOCAL}, but only reads. It does not hang in a write when its peer is cut off, and
     * so sees what that one still answers.
     */
    ONLOOKER
  }

  private void work(long originNanos, long epochNanos, int count) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (Habit habit : HABITS) {
      SimRandom own = random.fork();
      Work work = new Work(habit, originNanos, epochNanos, count, nextToken);
      nextToken += TOKENS_OF_THREAD;
      threads.add(Thread.ofPlatform().daemon().start(() -> work(work, own)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void work(Work work, SimRandom random) {
    List<String> peers = new ArrayList<>(List.of(localPeer()));
    if (work.habit == Habit.FAILOVER) {
      addresses.stream().filter(peer -> !peer.equals(localPeer())).forEach(peers::add);
    }
    try (Store store = connect(peers, Duration.ofMillis(random.between(700, 4_000)))) {
      Caller caller = new Caller(work.habit.name().toLowerCase(Locale.ROOT), store, random);
      TimeUnit.NANOSECONDS.sleep(work.originNanos - System.nanoTime());
      int token = work.firstToken;
      while (true) {
        long newest = (System.nanoTime() - work.originNanos) / work.epochNanos;
        if (newest >= work.count) {
          return;
        }
        // An old one now and then: what comes late must not change it.
        int subtree = random.chance(0.1) ? random.below((int) newest + 1) : (int) newest;
        if (work.habit == Habit.ONLOOKER) {
          caller.look(subtree);
        } else {
          caller.work(subtree, ++token);
        }
        TimeUnit.MICROSECONDS.sleep(random.between(0, MAX_PAUSE_MICROS));
      }
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts this thread", e);
    }
  }

  private void read(int count) throws InterruptedException {
    try (Store store = connect(List.of(localPeer()), PATIENCE)) {
      Caller caller = new Caller(TwinHistory.READER, store, random.fork());
      for (int subtree = 0; subtree < count; subtree++) {
        caller.perform(subtree, new FileCall.List("/"));
        caller.perform(subtree, new FileCall.Read(LOG));
        for (String path : FILES) {
          caller.perform(subtree, new FileCall.Read(path));
        }
      }
    }
  }

  /** One thread's calls, one after the other. */
  private final class Caller {
    private final String name;
    private final StoreCalls store;
    private final SimRandom random;

    Caller(String name, Store store, SimRandom random) {
      this.name = name;
      this.store = new StoreCalls(store, random);
      this.random = random;
    }

    /** Reads something, and tells now and then who leads. */
    void look(int subtree) {
      if (random.chance(0.05)) {
        tellLeader();
      }
      perform(
          subtree,
          switch (random.below(6)) {
            case 0 -> new FileCall.List("/");
            case 1, 2 -> new FileCall.Read(LOG);
            default -> new FileCall.Read(random.pick(FILES));
          });
    }

    void work(int subtree, int token) {
      String path = random.pick(FILES);
      FileCall call =
          switch (random.below(20)) {
            case 0, 1, 2 -> new FileCall.Put(path, token);
            case 3, 4, 5 -> new FileCall.Append(LOG, token);
            case 6, 7 -> new FileCall.Read(LOG);
            case 8, 9, 10 -> new FileCall.Read(path);
            case 11, 12 -> new FileCall.List("/");
            case 13 -> new FileCall.Create(path);
            case 14 -> new FileCall.PutIfAbsent(path, token);
            case 15, 16 -> new FileCall.Unlink(path);
            case 17 -> new FileCall.Rename(path, other(path));
            default -> null;
          };
      if (call != null) {
        perform(subtree, call);
      } else {
        replaceWhatWasRead(subtree, path, token);
      }
    }

    private void tellLeader() {
      try {
        System.out.println("leader " + store.leader());
      } catch (IOException e) {
        // The calls that follow will tell what there is to tell.
      }
    }

    private String other(String path) {
      return FILES.get((FILES.indexOf(path) + 1 + random.below(FILES.size() - 1)) % FILES.size());
    }

    private void replaceWhatWasRead(int subtree, String path, int token) {
      String found = perform(subtree, new FileCall.Read(path));
      long version = store.lastReadVersion();
      // Of an empty file the content does not tell which one it is, as the model would have to.
      if (found.startsWith("ok ") && found.length() > 3 && version > 0) {
        perform(subtree, new FileCall.PutIfSame(path, token, found, version));
      }
    }

    /** Does it and writes it down; answers what was answered, or nothing. */
    String perform(int subtree, FileCall call) {
      int number = calls.incrementAndGet();
      System.out.println(
          "begin "
              + number
              + " "
              + System.nanoTime()
              + " "
              + name
              + " "
              + subtree
              + " "
              + CallWords.of(call));
      long begunNanos = System.nanoTime();
      String answer = "";
      String outcome;
      try {
        answer = store.answer(DIRECTORY + subtree, call);
        outcome = "answered " + answer;
      } catch (NoQuorumException e) {
        outcome = "refused " + e;
      } catch (IndeterminateWriteException | SessionEndedException e) {
        outcome = (call.changesNothing() ? "refused " : "unknown ") + e;
      } catch (FileSystemException e) {
        boolean full = String.valueOf(e.getReason()).startsWith("No space");
        outcome = (full ? "refused " : "broken ") + e;
      } catch (IOException | RuntimeException | AssertionError e) {
        outcome = "broken " + e;
      }
      long endedNanos = System.nanoTime();
      System.out.println(
          "end " + number + " " + begunNanos + " " + endedNanos + " " + oneLine(outcome));
      return answer;
    }

    private static String oneLine(String text) {
      return text.replace('\n', ' ').replace('\r', ' ');
    }
  }
}
