package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.quorate.store.gateway.OutcomeUnknownException;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.metadata.ErrorCode;
import io.quorate.store.metadata.Result;
import io.quorate.store.peer.PeerMessage.ProposedCommand;
import io.quorate.store.peer.PeerMessage.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** What callers learn when a command is refused, lost, or its leader deposed. */
class ProposalsTest {
  private static final long DEADLINE = 5_000_000_000L;
  private static final ProposedCommand COMMAND =
      new ProposedCommand(7, 1, false, List.of(), new byte[1]);

  private final Proposals proposals = new Proposals();
  private final List<Proposals.Outstanding> fresh = new ArrayList<>();
  private final CompletableFuture<Result> future = proposals.add(COMMAND, DEADLINE, fresh);

  private void send(long ticket, int leader, long term, long now) {
    proposals.sending(fresh.get(0), ticket, leader, term, now);
  }

  private Throwable failure() {
    return assertThrows(CompletionException.class, future::join).getCause();
  }

  @Test
  void aCommandNeverSentWasNotAttempted() {
    proposals.expire(DEADLINE);
    assertInstanceOf(UnavailableException.class, failure());
  }

  @Test
  void aCommandSentAndUnansweredIsUnknown() {
    send(1, 2, 1, 0);
    proposals.expire(DEADLINE);
    assertInstanceOf(OutcomeUnknownException.class, failure());
  }

  @Test
  void aRefusedCommandWasNotAttempted() {
    send(1, 2, 1, 0);
    proposals.refused(COMMAND.commandId(), 1, Refusal.NO_QUORUM, 0);
    proposals.expire(DEADLINE);
    assertInstanceOf(UnavailableException.class, failure());
  }

  @Test
  void theRefusalOfAnEarlierAttemptSaysNothingOfTheNewest() {
    send(1, 2, 1, 0);
    send(2, 3, 2, 0);
    proposals.refused(COMMAND.commandId(), 1, Refusal.NOT_LEADER, 0);
    proposals.expire(DEADLINE);
    assertInstanceOf(OutcomeUnknownException.class, failure());
  }

  @Test
  void aRefusalAfterALostAttemptStaysUnknown() {
    send(1, 2, 1, 0);
    send(2, 3, 2, 0);
    proposals.refused(COMMAND.commandId(), 2, Refusal.NO_SPACE, 0);
    assertFalse(future.isDone(), "the first attempt may still be applied");
    proposals.expire(DEADLINE);
    assertInstanceOf(OutcomeUnknownException.class, failure());
  }

  @Test
  void noSpaceIsAnsweredAtOnce() {
    send(1, 2, 1, 0);
    proposals.refused(COMMAND.commandId(), 1, Refusal.NO_SPACE, 0);
    Result.Failed failed = assertInstanceOf(Result.Failed.class, future.join());
    assertEquals(ErrorCode.NO_SPACE, failed.code());
  }

  @Test
  void anotherLeaderMakesACommandDue() {
    send(1, 2, 1, 0);
    assertEquals(List.of(), proposals.due(2, 1, 0));
    assertEquals(fresh, proposals.due(3, 2, 0));
  }

  @Test
  void silenceMakesACommandDue() {
    send(1, 2, 1, 0);
    assertEquals(List.of(), proposals.due(2, 1, Proposals.RESEND_NANOS - 1));
    assertEquals(fresh, proposals.due(2, 1, Proposals.RESEND_NANOS));
  }

  @Test
  void aRepeatedCommandSharesTheAnswer() {
    CompletableFuture<Result> again = proposals.add(COMMAND, DEADLINE, fresh);
    assertEquals(1, fresh.size(), "it is not sent twice");
    proposals.expire(DEADLINE);
    assertThrows(CompletionException.class, again::join);
  }

  @Test
  void closingAnswersEverybody() {
    proposals.close();
    assertInstanceOf(UnavailableException.class, failure());
  }
}
