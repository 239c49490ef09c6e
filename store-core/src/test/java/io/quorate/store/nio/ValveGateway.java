package io.quorate.store.nio;

import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.ForwardingGateway;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.gateway.OutcomeUnknownException;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.Result;
import io.quorate.store.metadata.SessionCommand;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A gateway that holds up, refuses or leaves unanswered the commands on locks, as a test says. */
final class ValveGateway extends ForwardingGateway {
  /** What becomes of a command that takes a lock ({@code type} not UNLOCK), or that drops one. */
  volatile Fate taking = Fate.PASS;

  volatile Fate dropping = Fate.PASS;

  /** Done when a command has come to a closed valve. */
  final CompletableFuture<Void> arrived = new CompletableFuture<>();

  /** Done when a command that takes a lock was answered. */
  final CompletableFuture<Void> answered = new CompletableFuture<>();

  /** Opens the closed valve. */
  final CompletableFuture<Void> open = new CompletableFuture<>();

  enum Fate {
    PASS,
    /** Waits until the valve opens. */
    WAIT,
    /** Is refused, and does not happen. */
    REFUSED,
    /** Happens, and the answer is lost. */
    UNANSWERED
  }

  ValveGateway(Gateway next) {
    super(next);
  }

  @Override
  public CompletableFuture<Result> propose(SessionCommand command, List<Chunk> chunks) {
    Fate fate =
        command.command() instanceof Command.Lock lock
            ? lock.type() == Command.LockType.UNLOCK ? dropping : taking
            : Fate.PASS;
    return switch (fate) {
      case PASS -> pass(command, chunks);
      case WAIT -> {
        arrived.complete(null);
        yield open.thenCompose(opened -> super.propose(command, chunks));
      }
      case REFUSED -> CompletableFuture.failedFuture(new UnavailableException("as the test says"));
      case UNANSWERED ->
          super.propose(command, chunks)
              .thenCompose(
                  result ->
                      CompletableFuture.failedFuture(new OutcomeUnknownException("answer lost")));
    };
  }

  private CompletableFuture<Result> pass(SessionCommand command, List<Chunk> chunks) {
    CompletableFuture<Result> result = super.propose(command, chunks);
    return command.command() instanceof Command.Lock
        ? result.whenComplete((done, error) -> answered.complete(null))
        : result;
  }
}
