package io.quorate.store.gateway;

import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Query;
import io.quorate.store.metadata.Result;
import io.quorate.store.metadata.SessionCommand;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What a peer does for the API. Futures complete normally with the outcome that the replicated
 * state gave (refusals included) and exceptionally with {@link UnavailableException} (nothing
 * happened: ask again, here or elsewhere) or, for {@link #propose} only, {@link
 * OutcomeUnknownException} (it may happen yet: ask again with the same sequence number). Each ends
 * by the gateway's own deadline. Callbacks run on the gateway's threads and must not block.
 */
public interface Gateway extends AutoCloseable {
  /** In place of an index: what is to come. */
  long NOW = -1;

  /** Longest that {@link #changes} waits for one. */
  int CHANGES_WAIT_MILLIS = 1_000;

  /**
   * Puts a command through the log and answers when it is committed and applied here.
   *
   * @param chunks content that the command names and that was not stored before; sent with it, so
   *     that a small file costs one message
   */
  CompletableFuture<Result> propose(SessionCommand command, List<Chunk> chunks);

  /**
   * Hands a chunk to every peer. Completes when this peer's journal has taken it (not durable: that
   * comes with the command that names it), which is the signal to send the next one.
   */
  CompletableFuture<Void> storeChunk(Chunk chunk);

  /** Answers a query, linearizable: it sees every command answered anywhere before it was asked. */
  CompletableFuture<Answer> ask(Query query);

  /**
   * Reads content, linearizable, at most 1 MiB a call.
   *
   * @param at the file
   * @param content content id that an open handle holds, or 0 for the present one
   * @return a {@link ReadReply.Data} or {@link ReadReply.Failed}
   */
  CompletableFuture<ReadReply> read(At at, long content, long offset, int lengthBytes);

  /**
   * What was changed after an entry, as this peer has applied it. Waits while nothing was, for
   * {@link #CHANGES_WAIT_MILLIS} at most; the answer is empty then.
   *
   * @param after index of the last entry whose changes are known; or {@link #NOW}, to which the
   *     answer is at once and empty, and goes through every command answered anywhere before it was
   *     asked. An index comes from any peer, and may be given to any other
   */
  CompletableFuture<ChangeBatch> changes(long after);

  /** How the cluster looks from the peer at the other end. Never fails while that peer runs. */
  CompletableFuture<ClusterStatus> status();

  /**
   * Has peers look over what they store. Completes when the demand is on its way; whether it has
   * come, and what was found, tells {@link Upkeep.Demanded}.
   */
  CompletableFuture<Void> scrub(ScrubDemand demand);

  /**
   * Asks about the members, or for another membership. A change is answered when it is agreed on
   * (what follows from it by itself, a new peer's vote, comes later) or refused. Fails as {@link
   * UnavailableException} when neither came in time: then it may happen yet, and asking again does
   * no harm.
   */
  CompletableFuture<ClusterMembers> members(MemberCall call);

  @Override
  void close();
}
