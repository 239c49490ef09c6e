package io.quorate.store.net.sim;

import io.quorate.store.gateway.ChangeBatch;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.ForwardingGateway;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.gateway.OutcomeUnknownException;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Query;
import io.quorate.store.metadata.Result;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.sim.SimWorld;
import io.quorate.store.sim.Simulation;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Compares what clients ask of their gateway and are told by it with what reaches the peers and is
 * answered there:
 *
 * <ul>
 *   <li>Each call ends within the time of the client's options.
 *   <li>A proposal of which the client was told that nothing happened is not carried out: no more
 *       copies of a command reach peers than there were attempts of another outcome.
 *   <li>An answer that a client is given was given by some peer to that very question.
 *   <li>A gateway fails in no other way than the two that it promises.
 * </ul>
 */
final class CallChecks {
  /** The client looks after its calls that often, and its clock may be a tenth slow. */
  private static final long LATE_NANOS = 200_000_000;

  private record Command(long session, long sequence) {}

  /** All that happened to one command. */
  private static final class Fate {
    private int attempts;
    private int refused;
    private int copies;
    private int copiesRefused;
    private boolean answered;
  }

  private final Simulation simulation;
  private final Map<Command, Fate> fates = new HashMap<>();
  private final Map<Object, Set<Object>> answers = new HashMap<>();

  CallChecks(Simulation simulation) {
    this.simulation = simulation;
  }

  private Fate fate(SessionCommand command) {
    return fates.computeIfAbsent(
        new Command(command.session(), command.sequence()), key -> new Fate());
  }

  private void judge(SessionCommand command, Fate fate) {
    if (fate.copies - fate.copiesRefused > fate.attempts - fate.refused) {
      throw fail(
          command
              + " reached peers "
              + fate.copies
              + " times, of which "
              + fate.copiesRefused
              + " were refused; the client made "
              + fate.attempts
              + " attempts and was told of "
              + fate.refused
              + " that nothing was attempted");
    }
  }

  private AssertionError fail(String what) {
    AssertionError error = new AssertionError(what);
    simulation.fail(error);
    return error;
  }

  private static Throwable cause(Throwable error) {
    return error instanceof CompletionException && error.getCause() != null
        ? error.getCause()
        : error;
  }

  /** What a peer answers to a question, by its words; the content of a read by its hash. */
  private void answers(Object question, Object answer) {
    answers.computeIfAbsent(question, key -> new HashSet<>()).add(answer);
  }

  private void isAnswered(Object question, Object answer) {
    if (!answers.getOrDefault(question, Set.of()).contains(answer)) {
      throw fail(question + " is told " + answer + ", which no peer has answered to it");
    }
    simulation.count("answer compared with the peers'");
  }

  private record ReadQuestion(At at, long content, long offset, int lengthBytes) {}

  /** The client's gateway, watched. */
  Gateway atClient(SimWorld world, SimSockets sockets, Gateway gateway, int requestMillis) {
    return new AtClient(world, sockets, gateway, requestMillis);
  }

  /** A peer's gateway, watched; {@code silence} says whether it answers. */
  Gateway atPeer(Gateway gateway, Supplier<Silence> silence) {
    return new AtPeer(gateway, silence);
  }

  /** How silent a peer is. */
  enum Silence {
    NONE,
    /** It does what it is asked and says nothing, but for what it knows by itself. */
    AFTERWARDS,
    /** It does nothing and says nothing. */
    AT_ONCE
  }

  private final class AtClient extends ForwardingGateway {
    private final SimWorld world;
    private final SimSockets sockets;
    private final long limitNanos;
    private int underWay;

    AtClient(SimWorld world, SimSockets sockets, Gateway gateway, int requestMillis) {
      super(gateway);
      this.world = world;
      this.sockets = sockets;
      limitNanos = requestMillis * 1_100_000L + LATE_NANOS;
    }

    /** Checks that a call ends in time, unless its process was stopped or ended meanwhile. */
    private <T> CompletableFuture<T> timed(Object what, CompletableFuture<T> call) {
      underWay++;
      if (!call.isDone()) {
        int pauses = world.pauses();
        simulation.after(
            limitNanos,
            () -> {
              if (!call.isDone() && world.isAlive() && world.pauses() == pauses) {
                fail(what + " has no end after " + limitNanos / 1_000_000 + " ms");
              }
            });
      }
      return call.whenComplete(
          (value, error) -> {
            underWay--;
            if (error == null) {
              return;
            }
            Throwable cause = cause(error);
            if (cause instanceof UnavailableException) {
              simulation.count("gateway call refused");
            } else if (cause instanceof OutcomeUnknownException) {
              simulation.count("gateway call of unknown outcome");
            } else {
              fail(what + " failed in a way that a gateway does not promise: " + cause);
            }
          });
    }

    @Override
    public CompletableFuture<Result> propose(SessionCommand command, List<Chunk> chunks) {
      Fate fate = fate(command);
      fate.attempts++;
      return timed(command, super.propose(command, chunks))
          .whenComplete(
              (result, error) -> {
                if (error == null) {
                  fate.answered = true;
                  isAnswered(command, result);
                } else if (cause(error) instanceof UnavailableException) {
                  fate.refused++;
                  judge(command, fate);
                }
              });
    }

    @Override
    public CompletableFuture<ClusterStatus> status() {
      return timed("status", super.status());
    }

    @Override
    public CompletableFuture<ChangeBatch> changes(long after) {
      return timed("changes", super.changes(after));
    }

    /** Leaves nothing: no call without an end, no connection, no thread. */
    @Override
    public void close() {
      super.close();
      if (underWay > 0 || !sockets.isClosed()) {
        throw fail("a gateway was closed and left " + underWay + " calls, or a connection");
      }
      simulation.count("gateway closed");
    }

    @Override
    public CompletableFuture<Void> storeChunk(Chunk chunk) {
      return timed(chunk.ref(), super.storeChunk(chunk));
    }

    @Override
    public CompletableFuture<Answer> ask(Query query) {
      return timed(query, super.ask(query))
          .whenComplete(
              (answer, error) -> {
                if (error == null) {
                  isAnswered(query, answer);
                }
              });
    }

    @Override
    public CompletableFuture<ReadReply> read(At at, long content, long offset, int lengthBytes) {
      ReadQuestion question = new ReadQuestion(at, content, offset, lengthBytes);
      return timed(question, super.read(at, content, offset, lengthBytes))
          .whenComplete(
              (reply, error) -> {
                if (error == null) {
                  isAnswered(question, reply.hashCode());
                }
              });
    }
  }

  private final class AtPeer extends ForwardingGateway {
    private final Supplier<Silence> silence;

    AtPeer(Gateway gateway, Supplier<Silence> silence) {
      super(gateway);
      this.silence = silence;
    }

    private <T> CompletableFuture<T> perhaps(Supplier<CompletableFuture<T>> call) {
      switch (silence.get()) {
        case NONE -> {
          CompletableFuture<T> answer = call.get();
          CompletableFuture<T> said = new CompletableFuture<>();
          answer.whenComplete(
              (@Nullable T value, @Nullable Throwable error) -> {
                if (silence.get() != Silence.NONE) {
                  simulation.count("answer kept by a silent peer");
                } else if (error != null) {
                  said.completeExceptionally(error);
                } else {
                  said.complete(value);
                }
              });
          return said;
        }
        case AFTERWARDS -> {
          simulation.count("call done by a silent peer");
          CompletableFuture<T> _ = call.get();
        }
        case AT_ONCE -> simulation.count("call ignored by a silent peer");
      }
      return new CompletableFuture<>();
    }

    @Override
    public CompletableFuture<Result> propose(SessionCommand command, List<Chunk> chunks) {
      Fate fate = fate(command);
      fate.copies++;
      if (fate.copies > 1) {
        simulation.count("client request delivered twice");
      }
      if (fate.answered) {
        simulation.count("client request delivered after its answer");
      }
      judge(command, fate);
      return perhaps(
          () ->
              super.propose(command, chunks)
                  .whenComplete(
                      (result, error) -> {
                        if (error == null) {
                          answers(command, result);
                        } else if (cause(error) instanceof UnavailableException) {
                          fate.copiesRefused++;
                        }
                      }));
    }

    @Override
    public CompletableFuture<Void> storeChunk(Chunk chunk) {
      return perhaps(() -> super.storeChunk(chunk));
    }

    @Override
    public CompletableFuture<ClusterStatus> status() {
      return silence.get() == Silence.AT_ONCE ? new CompletableFuture<>() : super.status();
    }

    @Override
    public CompletableFuture<Answer> ask(Query query) {
      return perhaps(
          () ->
              super.ask(query)
                  .whenComplete(
                      (answer, error) -> {
                        if (error == null) {
                          answers(query, answer);
                        }
                      }));
    }

    @Override
    public CompletableFuture<ReadReply> read(At at, long content, long offset, int lengthBytes) {
      return perhaps(
          () ->
              super.read(at, content, offset, lengthBytes)
                  .whenComplete(
                      (reply, error) -> {
                        if (error == null) {
                          answers(
                              new ReadQuestion(at, content, offset, lengthBytes), reply.hashCode());
                        }
                      }));
    }
  }
}
