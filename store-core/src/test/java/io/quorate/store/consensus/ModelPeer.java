package io.quorate.store.consensus;

import io.quorate.store.consensus.Effects.Outbound;
import io.quorate.store.log.Entry;
import io.quorate.store.log.HardState;
import io.quorate.store.log.Membership;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The shell of one peer, in memory: a disk that forgets what was not synced, around the real {@link
 * Consensus}. What is on disk survives {@link #crash}; the rest does not.
 */
final class ModelPeer {
  final int id;
  private final Membership base;
  private @Nullable Membership forced;
  private final Rules rules;
  private ConsensusOptions options;
  private Consensus consensus;
  private boolean running;

  private HardState durableState = HardState.INITIAL;
  private final List<Entry> durableLog = new ArrayList<>();
  private final List<Entry> log = new ArrayList<>();
  private final Deque<Effects> writing = new ArrayDeque<>();
  private final List<Entry> written = new ArrayList<>();
  private long knownCommit;
  private long durableNumber;

  ModelPeer(ConsensusOptions options, Membership base, Rules rules, long nowNanos) {
    this.id = options.peer();
    this.options = options;
    this.base = base;
    this.rules = rules;
    start(options, 0, nowNanos);
  }

  private void start(ConsensusOptions with, long commitIndex, long nowNanos) {
    options = with;
    Restored.Builder restored = Restored.builder(base).hardState(durableState);
    durableLog.forEach(restored::entry);
    restored.commitIndex(commitIndex);
    Restored found = restored.build();
    consensus = new Consensus(with, forced == null ? found : found.under(forced), nowNanos, rules);
    log.clear();
    log.addAll(durableLog);
    knownCommit = commitIndex;
    running = true;
  }

  /** Whether it said that it needs a tick by now. */
  boolean isTickDue(long nowNanos) {
    return nowNanos >= consensus.tickDueNanos();
  }

  /** An operator forces a membership while it is down. */
  void force(Membership membership) {
    forced = membership;
  }

  /**
   * Starts again with what is on disk, knowing that everything up to {@code commitIndex} is
   * applied.
   */
  void restart(long seed, long commitIndex, long nowNanos) {
    start(
        withIdentity(options.incarnation(), seed),
        Math.min(commitIndex, durableLog.size()),
        nowNanos);
  }

  /** Starts as a new incarnation on an empty disk. */
  void restartEmpty(long newIncarnation, long seed, long nowNanos) {
    durableLog.clear();
    durableState = HardState.INITIAL;
    start(withIdentity(newIncarnation, seed).asNewcomer(), 0, nowNanos);
  }

  /**
   * Starts as a new incarnation with the first {@code kept} entries, and without its vote if {@code
   * votes} is false: the rest was lost.
   */
  void restartWithout(long newIncarnation, int kept, boolean votes, long seed, long nowNanos) {
    while (durableLog.size() > kept) {
      durableLog.removeLast();
    }
    if (!votes) {
      durableState = new HardState(durableLog.isEmpty() ? 0 : durableLog.getLast().term(), 0);
    }
    start(elector(newIncarnation, seed), 0, nowNanos);
  }

  /** Of one that holds what it should: whoever lost all is a newcomer beside. */
  private ConsensusOptions elector(long incarnation, long seed) {
    return ConsensusOptions.of(id, incarnation, seed)
        .withTiming(
            options.heartbeatNanos(), options.electionMinNanos(), options.electionMaxNanos())
        .withBounds(
            options.maxAppendBytes(),
            options.maxInFlightBytes(),
            options.cacheBytes(),
            options.maxUncommittedBytes())
        .withReadTimeout(options.readTimeoutNanos())
        .withLease(options.leaseNanos());
  }

  private ConsensusOptions withIdentity(long incarnation, long seed) {
    ConsensusOptions same = elector(incarnation, seed);
    return options.elector() ? same : same.asNewcomer();
  }

  /** Loses what is not on disk, except the first {@code kept} writes, which just made it. */
  void crash(int kept) {
    for (int i = 0; i < kept && !writing.isEmpty(); i++) {
      write(writing.removeFirst());
    }
    writing.clear();
    running = false;
  }

  boolean isRunning() {
    return running;
  }

  Consensus consensus() {
    return consensus;
  }

  long incarnation() {
    return options.incarnation();
  }

  HardState durableState() {
    return durableState;
  }

  List<Entry> durableLog() {
    return Collections.unmodifiableList(durableLog);
  }

  /** The log as this peer sees it, on disk or not. */
  List<Entry> log() {
    return Collections.unmodifiableList(log);
  }

  long knownCommit() {
    return knownCommit;
  }

  int unsynced() {
    return writing.size();
  }

  Effects step(List<Input> inputs, long nowNanos) {
    Effects effects = consensus.step(inputs, nowNanos);
    for (Entry entry : effects.append()) {
      supersede(log, entry);
    }
    knownCommit = Math.max(knownCommit, effects.commitIndex());
    if (effects.number() != 0) {
      writing.add(effects);
    }
    return effects;
  }

  /**
   * The disk has caught up with {@code writes} steps (all if fewer are waiting). Returns the
   * messages that waited for it.
   */
  List<Outbound> sync(int writes) {
    List<Outbound> released = new ArrayList<>();
    for (int i = 0; i < writes && !writing.isEmpty(); i++) {
      Effects effects = writing.removeFirst();
      write(effects);
      durableNumber = effects.number();
      released.addAll(effects.sendWhenDurable());
    }
    return released;
  }

  /** Entries that reached the disk since this was last asked. */
  List<Entry> takeWritten() {
    List<Entry> taken = List.copyOf(written);
    written.clear();
    return taken;
  }

  /** The step up to which everything is on disk; to be reported after {@link #sync}. */
  long durableNumber() {
    return durableNumber;
  }

  /** The newest write waiting for the disk, to be given to {@link #syncThrough}. */
  long newestWrite() {
    return writing.isEmpty() ? 0 : writing.getLast().number();
  }

  /** Everything up to step {@code number} is on disk. */
  List<Outbound> syncThrough(long number) {
    int writes = 0;
    for (Effects effects : writing) {
      writes += effects.number() <= number ? 1 : 0;
    }
    return sync(writes);
  }

  private void write(Effects effects) {
    HardState state = effects.hardState();
    if (state != null) {
      durableState = state;
    }
    for (Entry entry : effects.append()) {
      supersede(durableLog, entry);
      written.add(entry);
    }
  }

  static void supersede(List<Entry> entries, Entry entry) {
    while (entries.size() >= entry.index()) {
      entries.removeLast();
    }
    if (entry.index() != entries.size() + 1) {
      throw new AssertionError("gap: " + entry + " after " + entries.size());
    }
    entries.add(entry);
  }

  /** Answers a {@link Effects.LogRead} from disk. */
  List<Entry> read(Effects.LogRead read) {
    List<Entry> found = new ArrayList<>();
    long left = read.maxBytes();
    for (long index = read.fromIndex(); index <= durableLog.size(); index++) {
      Entry entry = durableLog.get((int) index - 1);
      left -= entry.weightBytes();
      if (left < 0 && !found.isEmpty()) {
        break;
      }
      found.add(entry);
    }
    return found;
  }
}
