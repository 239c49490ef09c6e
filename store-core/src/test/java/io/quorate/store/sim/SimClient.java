package io.quorate.store.sim;

import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.gateway.OutcomeUnknownException;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.ErrorCode;
import io.quorate.store.metadata.Result;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.peer.Peer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A client as the protocol expects one: it opens a session, numbers its commands, repeats one with
 * the same number at other peers until it is answered, and gives up after a while.
 *
 * <p>It knows three endings: an answer; that nothing happened; that nobody can tell.
 */
final class SimClient {

  /** Nothing happened, or nobody can tell whether it did. */
  static final class GaveUp extends Exception {
    private static final long serialVersionUID = 1L;
    private final boolean mayHaveHappened;
    private final boolean sessionIsLost;

    GaveUp(boolean mayHaveHappened, String why) {
      this(mayHaveHappened, false, why);
    }

    GaveUp(boolean mayHaveHappened, boolean sessionIsLost, String why) {
      super(why);
      this.mayHaveHappened = mayHaveHappened;
      this.sessionIsLost = sessionIsLost;
    }

    boolean sessionIsLost() {
      return sessionIsLost;
    }

    boolean mayHaveHappened() {
      return mayHaveHappened;
    }
  }

  /** The peer did not answer at all. */
  private static final class Silence extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Silence() {
      super("no answer", null, false, false);
    }
  }

  private static final long ANSWER_NANOS = 2_500_000_000L;
  private static final List<Long> PATIENCE_NANOS = List.of(0L, 600_000_000L, 6_000_000_000L);

  private final Simulation simulation;
  private final List<SimPeer> peers;
  private final SimRandom random;
  private final String name;
  private long patienceNanos;
  private double stuckChance = 0.04;
  private String role = "client";
  private SimPeer home;
  private long session;

  /** Numbered but given up; to be ended before another one is opened. 0 for none. */
  private long left;

  private long sequence;
  private long chunkNumber;

  /** What is to be told when a command that was given up can happen no more. */
  private final List<Runnable> doubts = new ArrayList<>();

  SimClient(Simulation simulation, List<SimPeer> peers, String name) {
    this.simulation = simulation;
    this.peers = peers;
    this.name = name;
    this.random = simulation.random().fork();
    this.home = random.pick(peers);
    this.patienceNanos = random.pick(PATIENCE_NANOS);
  }

  /** Never gives up soon. */
  SimClient patient() {
    patienceNanos = 20_000_000_000L;
    stuckChance = 0;
    return this;
  }

  /** Counted apart from the clients that must be answered in the end. */
  SimClient watching() {
    role = "watcher";
    return this;
  }

  String name() {
    return name;
  }

  SimRandom random() {
    return random;
  }

  /** Talks to {@code peer} from now on, until that one fails it. */
  void moveTo(SimPeer peer) {
    home = peer;
  }

  void moveToAny() {
    home = random.pick(peers);
  }

  /**
   * The last command has an unknown outcome. It can happen no more once its session has ended, or
   * has had a command answered that says that no earlier one is outstanding.
   */
  void inDoubt(Runnable over) {
    if (session != 0 || left != 0) {
      doubts.add(over);
    }
  }

  private void settleDoubts() {
    doubts.forEach(Runnable::run);
    doubts.clear();
  }

  /** Opens a session if there is none. */
  void ensureSession() throws GaveUp {
    if (session != 0) {
      return;
    }
    endTheLeft();
    // Some sessions run out while their owner waits, and then must not do anything any more.
    long timeoutMillis = random.chance(0.2) ? 1_500 : 600_000;
    Command open = new Command.OpenSession(name, timeoutMillis);
    Result result = submit(new SessionCommand(0, random.nextLong(), 0, open), List.of());
    if (!(result instanceof Result.Opened opened)) {
      throw new AssertionError("opening a session answered " + result);
    }
    session = opened.session();
    sequence = 0;
    chunkNumber = 0;
  }

  private void endTheLeft() {
    if (left == 0) {
      return;
    }
    Command end = new Command.EndSession(left);
    left = 0;
    try {
      submit(new SessionCommand(0, random.nextLong(), 0, end), List.of());
      simulation.count("client session ended");
      settleDoubts();
    } catch (GaveUp e) {
      doubts.clear();
    }
  }

  /** A chunk of this client's session. */
  Chunk chunk(byte[] content) {
    CRC32C crc = new CRC32C();
    crc.update(content);
    ChunkRef ref =
        new ChunkRef(new ChunkId(session, ++chunkNumber), content.length, (int) crc.getValue());
    return new Chunk(ref, ByteBuffer.wrap(content).asReadOnlyBuffer());
  }

  /** Hands chunks to the peer ahead of the command, as a large write does; may come to nothing. */
  void storeAhead(List<Chunk> chunks) {
    for (Chunk chunk : chunks) {
      try {
        call(home, gateway -> gateway.storeChunk(chunk));
      } catch (CompletionException e) {
        simulation.count("client chunk refused");
      }
    }
  }

  /** Proposes {@code command} once, with as many repetitions as it takes. */
  Result propose(Command command, List<Chunk> chunks) throws GaveUp {
    ensureSession();
    long number = ++sequence;
    SessionCommand numbered = new SessionCommand(session, number, number, command);
    try {
      if (random.chance(stuckChance)) {
        // All that is sent stays somewhere on the way for longer than anybody waits.
        simulation.count("client request stuck");
        simulation.sleep(random.between(1_000_000, 300_000_000));
        throw new GaveUp(true, "no answer to " + command);
      }
      Result result = submit(numbered, chunks);
      if (!(result instanceof Result.Failed)) {
        settleDoubts();
      }
      return result;
    } catch (GaveUp e) {
      if (e.mayHaveHappened() && random.chance(0.9)) {
        deliverLate(numbered, chunks);
      }
      // Either the session goes on, and says with its next command that this one is given up; or it
      // is ended; or it is left to run out.
      int dice = random.below(3);
      if (dice > 0 || e.sessionIsLost()) {
        left = dice == 1 ? session : 0;
        session = 0;
        if (left == 0) {
          doubts.clear();
        }
      }
      throw e;
    }
  }

  /** A connection that had seemed dead brings the command to some peer after all. */
  private void deliverLate(SessionCommand command, List<Chunk> chunks) {
    SimPeer peer = random.pick(peers);
    simulation.at(
        simulation.now() + random.between(1_000_000, 5_000_000_000L),
        () -> peer.deliverLate(command, chunks));
  }

  private Result submit(SessionCommand command, List<Chunk> chunks) throws GaveUp {
    boolean mayHaveHappened = false;
    long giveUpAt = simulation.now() + patienceNanos;
    while (true) {
      try {
        Result result = call(home, gateway -> gateway.propose(command, chunks));
        if (result instanceof Result.Failed failed && isLoss(failed.code())) {
          simulation.count("client session lost");
          throw new GaveUp(mayHaveHappened, true, "session ended: " + failed);
        }
        if (result instanceof Result.Failed failed && failed.code() == ErrorCode.NO_SPACE) {
          simulation.count("client told of no space");
          // The peer that said so speaks for itself; an attempt at another one may still come.
          throw new GaveUp(mayHaveHappened, "no space: " + failed);
        }
        return result;
      } catch (CompletionException e) {
        mayHaveHappened |= !isHarmless(e);
        simulation.count("client retry");
        if (simulation.now() >= giveUpAt) {
          simulation.count(mayHaveHappened ? "client gave up, unknown" : "client gave up, nothing");
          throw new GaveUp(mayHaveHappened, "no answer to " + command);
        }
      }
      home = random.pick(peers);
      simulation.sleep(random.between(1_000_000, 100_000_000));
    }
  }

  private static boolean isLoss(ErrorCode code) {
    return code == ErrorCode.SESSION_ENDED || code == ErrorCode.ANSWER_FORGOTTEN;
  }

  /** Asks a question until somebody answers. */
  <T> T ask(Function<Gateway, CompletableFuture<T>> question) throws GaveUp {
    long giveUpAt = simulation.now() + patienceNanos;
    while (true) {
      try {
        return call(home, question);
      } catch (CompletionException e) {
        if (simulation.now() >= giveUpAt) {
          simulation.count(role + " gave up reading");
          throw new GaveUp(false, "no answer");
        }
      }
      home = random.pick(peers);
      simulation.sleep(random.between(1_000_000, 100_000_000));
    }
  }

  private static boolean isHarmless(CompletionException error) {
    Throwable cause = error.getCause();
    if (cause instanceof UnavailableException) {
      return true;
    }
    if (cause instanceof OutcomeUnknownException || cause instanceof Silence) {
      return false;
    }
    throw new AssertionError("a gateway failed in a way that it does not promise", error);
  }

  /**
   * Calls the gateway on a thread of the peer's process, since a crash must take that thread along,
   * and waits for a while.
   */
  private <T> T call(SimPeer peer, Function<Gateway, CompletableFuture<T>> what) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    Peer running = peer.running();
    SimWorld world = peer.node().world();
    if (running == null || world == null) {
      throw new CompletionException(new UnavailableException("connection refused"));
    }
    world.spawn("call", () -> forward(what, running.gateway(), answer));
    simulation.at(
        simulation.now() + ANSWER_NANOS, () -> answer.completeExceptionally(new Silence()));
    return answer.join();
  }

  private static <T> void forward(
      Function<Gateway, CompletableFuture<T>> what, Gateway gateway, CompletableFuture<T> answer) {
    what.apply(gateway)
        .whenComplete(
            (@Nullable T value, @Nullable Throwable error) -> {
              if (error != null) {
                answer.completeExceptionally(error);
              } else if (value != null || !answer.isDone()) {
                answer.complete(value);
              }
            });
  }
}
