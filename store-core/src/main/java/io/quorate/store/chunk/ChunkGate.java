package io.quorate.store.chunk;

import io.quorate.store.consensus.ConsensusMessage.AppendEntries;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The follower's side of the chunk rule: lets log entries through to consensus only behind the
 * chunks that they name.
 *
 * <p>An append that comes before its chunks is parked here, and so looks to consensus as if the
 * network had delayed it, which Raft bears. Appends that follow it are parked behind it, in order;
 * those that find the gate full are dropped, as if lost, and the leader sends them again. Meanwhile
 * the leader's signs of life (term, commit index, read round) go through at once, on an append
 * without entries that names index 0 as previous entry, which matches every log.
 *
 * <p>Exempt from the rule are entries that are known to be committed (their chunks are on a quorum
 * already and heal in the background) and those that the applied state already answers or refuses.
 *
 * <p>Without input or output: the caller says what is held and what time it is.
 */
public final class ChunkGate {
  /** Bytes of entries parked before more are dropped. */
  private static final long MAX_PARKED_BYTES = 8L << 20;

  /** Chunks asked for at a time. */
  private static final int MAX_WANTED = 64;

  private record Parked(AppendEntries message, long sinceNanos) {}

  private final Predicate<ChunkId> held;
  private final Predicate<Entry> exempt;
  private final long graceNanos;
  private final ArrayDeque<Parked> parked = new ArrayDeque<>();
  private final Set<ChunkId> lacking = new HashSet<>();
  private long parkedBytes;
  private long term;
  private int leader;
  private long knownCommit;

  /**
   * @param held whether the journal has a chunk, ahead of whatever is appended from now on
   * @param exempt whether the applied state already answers or refuses an entry
   * @param graceNanos how long a chunk may be late before it is asked for: origin and leader are
   *     different peers, so that an entry often comes a moment before its chunks
   */
  public ChunkGate(Predicate<ChunkId> held, Predicate<Entry> exempt, long graceNanos) {
    this.held = held;
    this.exempt = exempt;
    this.graceNanos = graceNanos;
  }

  /** Takes an append from {@code from}; returns what may be stepped now, in order. */
  public List<AppendEntries> offer(int from, AppendEntries message, long nowNanos) {
    if (message.term() > term || (message.term() == term && from != leader)) {
      term = message.term();
      leader = from;
      clear();
    }
    if (message.term() < term) {
      return List.of(message); // consensus answers with the newer term
    }
    List<AppendEntries> passed = new ArrayList<>(2);
    if (message.commitIndex() > knownCommit) {
      knownCommit = message.commitIndex();
      release(passed);
    }
    if (message.entries().isEmpty()) {
      passed.add(message);
      return passed;
    }
    int admitted = parked.isEmpty() ? admissible(message) : 0;
    if (admitted == message.entries().size()) {
      passed.add(message);
      return passed;
    }
    passed.add(admitted == 0 ? signOfLife(message) : prefix(message, admitted));
    park(rest(message, admitted), nowNanos);
    return passed;
  }

  /** A chunk is now held; returns what may be stepped now. */
  public List<AppendEntries> chunkArrived(ChunkId chunk) {
    if (!lacking.remove(chunk) || !lacking.isEmpty()) {
      return List.of();
    }
    List<AppendEntries> passed = new ArrayList<>(2);
    release(passed);
    return passed;
  }

  /**
   * Looks again at what is parked: the applied state may have come to answer or refuse it. Returns
   * what may be stepped now.
   */
  public List<AppendEntries> recheck() {
    List<AppendEntries> passed = new ArrayList<>(2);
    release(passed);
    return passed;
  }

  /** Whether something waits here. */
  public boolean isWaiting() {
    return !parked.isEmpty();
  }

  /** Who sent what waits here. */
  public int leader() {
    return leader;
  }

  /** Chunks that parked entries still lack after the grace: to be fetched. */
  public List<ChunkRef> wanted(long nowNanos) {
    List<ChunkRef> wanted = new ArrayList<>();
    for (Parked one : parked) {
      if (nowNanos - one.sinceNanos() < graceNanos) {
        break;
      }
      for (Entry entry : one.message().entries()) {
        for (ChunkRef chunk : entry.chunks()) {
          if (wanted.size() < MAX_WANTED && !held.test(chunk.id())) {
            wanted.add(chunk);
          }
        }
      }
    }
    return wanted;
  }

  private void park(AppendEntries message, long nowNanos) {
    long bytes = weight(message);
    if (parkedBytes + bytes <= MAX_PARKED_BYTES || parked.isEmpty()) {
      parked.addLast(new Parked(message, nowNanos));
      parkedBytes += bytes;
    }
  }

  /** Passes what no longer lacks anything, from the head of the queue. */
  private void release(List<AppendEntries> passed) {
    lacking.clear();
    while (!parked.isEmpty()) {
      Parked head = parked.removeFirst();
      AppendEntries message = head.message();
      parkedBytes -= weight(message);
      int admitted = admissible(message);
      if (admitted == message.entries().size()) {
        passed.add(message);
        continue;
      }
      if (admitted > 0) {
        passed.add(prefix(message, admitted));
        message = rest(message, admitted);
      }
      parked.addFirst(new Parked(message, head.sinceNanos()));
      parkedBytes += weight(message);
      return;
    }
  }

  /** How many entries may go; notes what the first of the others lacks. */
  private int admissible(AppendEntries message) {
    int count = 0;
    for (Entry entry : message.entries()) {
      if (!isAdmissible(entry)) {
        return count;
      }
      count++;
    }
    return count;
  }

  private boolean isAdmissible(Entry entry) {
    if (entry.chunks().isEmpty() || entry.index() <= knownCommit) {
      return true;
    }
    lacking.clear();
    for (ChunkRef chunk : entry.chunks()) {
      if (!held.test(chunk.id())) {
        lacking.add(chunk.id());
      }
    }
    if (!lacking.isEmpty() && exempt.test(entry)) {
      lacking.clear();
    }
    return lacking.isEmpty();
  }

  private void clear() {
    parked.clear();
    lacking.clear();
    parkedBytes = 0;
  }

  private static long weight(AppendEntries message) {
    long bytes = 0;
    for (Entry entry : message.entries()) {
      bytes += entry.weightBytes();
    }
    return bytes;
  }

  /** What an append says beside its entries, in a form that every log accepts. */
  public static AppendEntries signOfLife(AppendEntries message) {
    return with(message, 0, 0, List.of());
  }

  private static AppendEntries prefix(AppendEntries message, int count) {
    return with(
        message, message.prevIndex(), message.prevTerm(), message.entries().subList(0, count));
  }

  private static AppendEntries rest(AppendEntries message, int from) {
    if (from == 0) {
      return message;
    }
    Entry before = message.entries().get(from - 1);
    return with(
        message,
        before.index(),
        before.term(),
        message.entries().subList(from, message.entries().size()));
  }

  private static AppendEntries with(
      AppendEntries message, long prevIndex, long prevTerm, List<Entry> entries) {
    return new AppendEntries(
        message.term(),
        message.incarnation(),
        prevIndex,
        prevTerm,
        entries,
        message.commitIndex(),
        message.round(),
        message.writable(),
        message.forced(),
        message.lease(),
        message.calledBack(),
        message.durableIndex());
  }
}
