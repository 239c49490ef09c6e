package io.quorate.store.consensus;

import io.quorate.store.log.Entry;
import io.quorate.store.log.HardState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one step asks of the shell, in this order:
 *
 * <ol>
 *   <li>append {@code hardState} and {@code install} (if any) and {@code append} to the journal; an
 *       entry supersedes all earlier ones at or above its index, an install all earlier ones;
 *   <li>send {@code send} at once;
 *   <li>when the journal holds durably all that was appended up to and including this step, send
 *       {@code sendWhenDurable} and give back {@link Input.Durable} with this {@code number};
 *   <li>apply entries up to {@code commitIndex}, each only once it is durable here;
 *   <li>answer {@code readable}, {@code refused} and {@code refusedReads}; read the log for {@code
 *       logReads}.
 * </ol>
 *
 * @param number counts steps that ask for something durable (a hard state, entries, or only
 *     messages that wait for what an earlier step persists); 0 when this one does not
 * @param hardState to be persisted, or null
 * @param install where the log begins anew, or null
 * @param append entries to append, in order
 * @param send messages that depend on nothing un-durable
 * @param sendWhenDurable messages that promise what this step (or an earlier one) persists
 * @param commitIndex highest index known committed
 * @param accepted proposals that were appended, and where
 * @param readable reads that may go on once {@code commitIndex} of theirs is applied
 * @param refusedReads tickets of reads that no leader confirmed
 * @param refused tickets of proposals that were not appended (not the leader, no write quorum, too
 *     much uncommitted, or a membership change that is not allowed now); nothing was attempted
 * @param logReads older entries that a follower needs and that are not in memory
 * @param role what this peer now is
 * @param leader who leads, 0 if unknown
 * @param term current term
 */
public record Effects(
    long number,
    @Nullable HardState hardState,
    @Nullable Install install,
    List<Entry> append,
    List<Outbound> send,
    List<Outbound> sendWhenDurable,
    long commitIndex,
    List<Accepted> accepted,
    List<Readable> readable,
    List<Long> refusedReads,
    List<Long> refused,
    List<LogRead> logReads,
    Role role,
    int leader,
    long term) {

  /** The log begins after the entry (index, term), whose state came from another peer. */
  public record Install(long index, long term) {}

  /** A message and whom it is for. */
  public record Outbound(int to, ConsensusMessage message) {}

  /** The proposal {@code ticket} is the entry (index, term); it may yet be superseded. */
  public record Accepted(long ticket, long index, long term) {}

  /** The read {@code ticket} is linearizable at any applied index ≥ {@code index}. */
  public record Readable(long ticket, long index) {}

  /** Asks for entries from {@code fromIndex} on, at most {@code maxBytes}, for {@code forPeer}. */
  public record LogRead(int forPeer, long fromIndex, int maxBytes) {}
}
