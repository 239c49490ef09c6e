package io.quorate.store.consensus;

import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import io.quorate.store.log.Membership;
import java.util.List;

/** Everything that can happen to {@link Consensus}. Time comes beside it, never inside. */
public sealed interface Input {

  /** Time has passed. Sent by {@link Consensus#tickDueNanos}; more often does no harm. */
  record Tick() implements Input {}

  /** A message came from {@code from}. */
  record Received(int from, ConsensusMessage message) implements Input {}

  /**
   * Append these if this peer leads; each proposal gets a stamp of at least {@code wallClockNanos}.
   */
  record Propose(long wallClockNanos, List<Proposal> proposals) implements Input {}

  /**
   * Appends {@code next} if this peer leads and a change may begin; else nothing happens, and who
   * wants it asks again.
   */
  record ChangeMembership(long wallClockNanos, Membership next) implements Input {}

  /**
   * One thing to append.
   *
   * @param ticket the shell's name for it, repeated in {@link Effects#refused} if it is not
   *     appended
   */
  record Proposal(long ticket, EntryKind kind, List<ChunkRef> chunks, byte[] body) {}

  /**
   * The journal holds durably everything that {@link Effects} up to number {@code effectsNumber}
   * asked to persist.
   */
  record Durable(long effectsNumber) implements Input {}

  /** A local reader asks for an index that is safe to read at. */
  record ReadIndex(long ticket) implements Input {}

  /** Answer to {@link Effects.LogRead}: the entries read, in order. */
  record LogEntries(int forPeer, List<Entry> entries) implements Input {}

  /**
   * The log begins after {@code index} from now on: what is at or below it is committed and applied
   * for good.
   */
  record DropLog(long index) implements Input {}

  /**
   * The state after the entry (index, term) has come from another peer and is durable here. If this
   * peer's log neither holds that entry nor is known to be committed as far, all of the log is
   * superseded by it.
   *
   * @param stampNanos time of that entry
   * @param membership what held there
   */
  record Install(long index, long term, long stampNanos, Membership membership) implements Input {}

  /**
   * Somebody has applied the entry (index, term). If this peer's log holds it too, as far both are
   * the same: a leader whose log begins later could not find that out by asking.
   */
  record Committed(long index, long term) implements Input {}

  /**
   * Whether somebody here waits for what is going to be committed, beside those whose reads
   * consensus knows: callers for their commands, watchers for changes.
   */
  record Awaits(boolean awaited) implements Input {}

  /** The shell measured its free space for content. */
  record Space(long usableBytes) implements Input {}

  /**
   * This peer is going to stop: it gives up its read lease, and takes none any more, so that nobody
   * waits for it.
   */
  record DeclineLeases() implements Input {}

  /** Hand leadership to {@code target} (0: to the most up-to-date voter). */
  record TransferLeadership(int target) implements Input {}
}
