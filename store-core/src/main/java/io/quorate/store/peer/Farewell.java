package io.quorate.store.peer;

import io.quorate.store.consensus.FollowerStatus;
import io.quorate.store.consensus.Input;
import io.quorate.store.consensus.Role;
import io.quorate.store.world.World;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a peer that is told to stop still does for the others. Lives on the peer's loop.
 *
 * <pre>
 *   (not stopping) ──► HANDING_OVER ──► ANSWERING ──► done
 *                      a leader asks    takes no more calls, and waits
 *                      a successor      for those under way
 * </pre>
 *
 * <p>Without the first step the others would notice only after an election timeout that nobody
 * leads, and writes would pause for as long. Without the second, callers would be left to find out
 * whether their commands had happened. And it gives up its read lease, for which commits would wait
 * until it has run out. Both together end after two election timeouts: in one, a successor takes
 * over or does not, and there is time for another. Nobody is waited for who can not help.
 */
final class Farewell {
  private static final Logger LOG = LoggerFactory.getLogger(Farewell.class);

  private enum Step {
    STAYING,
    HANDING_OVER,
    ANSWERING,
    DONE
  }

  private final World world;
  private final PeerOptions options;
  private final Transport transport;
  private final Proposals proposals;
  private final PeerLoop loop;
  private final Replication replication;
  private final Consumer<Input> input;
  private final CompletableFuture<Void> over = new CompletableFuture<>();
  private final Set<Integer> asked = new HashSet<>();
  private volatile Step step = Step.STAYING;
  private long untilNanos;
  private long askAgainNanos;
  private boolean led;

  Farewell(Protocol.Parts parts, Replication replication, Consumer<Input> input) {
    this.world = parts.world();
    this.options = parts.options();
    this.transport = parts.transport();
    this.proposals = parts.proposals();
    this.loop = parts.loop();
    this.replication = replication;
    this.input = input;
  }

  /** Begins; the future is done when the peer may stop. Once only. */
  CompletableFuture<Void> begin() {
    long now = world.nanoTime();
    untilNanos = now + 2 * options.electionTimeoutMillis() * 1_000_000L;
    askAgainNanos = now;
    led = replication.role() == Role.LEADER;
    input.accept(new Input.DeclineLeases());
    step = Step.HANDING_OVER;
    // Not in this turn: it may be over then before the others have been told.
    loop.execute(() -> tick(world.nanoTime()));
    return over;
  }

  /** Whether no further calls are taken. From any thread. */
  boolean refuses() {
    return step == Step.ANSWERING || step == Step.DONE;
  }

  /** Whether it has begun and is not over. */
  boolean isUnderWay() {
    return step == Step.HANDING_OVER || step == Step.ANSWERING;
  }

  void tick(long nowNanos) {
    if (step == Step.STAYING || step == Step.DONE) {
      return;
    }
    if (step == Step.HANDING_OVER && !handsOver(nowNanos)) {
      step = Step.ANSWERING;
    }
    if (step == Step.ANSWERING && (!hasCallsToAnswer() || nowNanos - untilNanos >= 0)) {
      step = Step.DONE;
      over.complete(null);
    }
  }

  /** Sees to a successor; false when there is nothing left to do, or nobody to do it with. */
  private boolean handsOver(long nowNanos) {
    if (replication.role() != Role.LEADER) {
      if (led && replication.leader() == 0) {
        return nowNanos - untilNanos < 0; // its election is under way
      }
      if (led) {
        LOG.info("peer {} stops; peer {} leads now", options.id(), replication.leader());
      }
      return false;
    }
    led = true;
    if (nowNanos - untilNanos >= 0) {
      LOG.info("peer {} stops as leader: nobody took over in time", options.id());
      return false;
    }
    if (nowNanos - askAgainNanos >= 0) {
      FollowerStatus successor = successor(nowNanos);
      if (successor == null) {
        LOG.info("peer {} stops as leader: there is nobody to take over", options.id());
        return false;
      }
      asked.add(successor.peer());
      askAgainNanos = nowNanos + options.electionTimeoutMillis() * 1_000_000L;
      input.accept(new Input.TransferLeadership(successor.peer()));
    }
    return true;
  }

  /**
   * Who is to lead: of those not asked in vain, one with room for content if there is one, else it
   * would have to hand over in turn, and among these one that has most of the log. None if too few
   * are there for an election.
   */
  private @Nullable FollowerStatus successor(long nowNanos) {
    Set<Integer> connected = transport.connected();
    int there = 1;
    FollowerStatus best = null;
    for (FollowerStatus follower : replication.followers()) {
      if (!follower.voter()
          || !connected.contains(follower.peer())
          || !replication.membership().names(follower.peer(), follower.incarnation())
          || nowNanos - follower.lastHeardNanos() >= Peers.SILENT_NANOS) {
        continue;
      }
      there++;
      if (!asked.contains(follower.peer()) && (best == null || isBetter(follower, best))) {
        best = follower;
      }
    }
    return there >= replication.membership().commitQuorum() ? best : null;
  }

  private boolean isBetter(FollowerStatus one, FollowerStatus other) {
    if (hasRoom(one) != hasRoom(other)) {
      return hasRoom(one);
    }
    return one.matchIndex() > other.matchIndex();
  }

  private boolean hasRoom(FollowerStatus follower) {
    return follower.usableBytes() < 0 || follower.usableBytes() >= options.roomForContentBytes();
  }

  private boolean hasCallsToAnswer() {
    int leader = replication.leader();
    return proposals.isWaiting()
        && leader != 0
        && (leader == options.id() || transport.connected().contains(leader));
  }
}
