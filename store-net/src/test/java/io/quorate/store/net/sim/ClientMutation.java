package io.quorate.store.net.sim;

import io.quorate.store.sim.CodeEdit;
import io.quorate.store.sim.CodeEdit.Answers;
import io.quorate.store.sim.CodeEdit.Begins;
import io.quorate.store.sim.CodeEdit.Believes;
import io.quorate.store.sim.CodeEdit.Redirects;
import io.quorate.store.sim.CodeEdit.Skips;
import io.quorate.store.sim.MutatedCode;
import io.quorate.store.sim.Mutations;
import java.io.PrintStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Deliberate faults of the client, and the number of seeds within which the simulation with real
 * clients must notice each. Not here is a connection that is kept although nothing arrives on it:
 * what is called on it tells as well that its peer is silent.
 */
enum ClientMutation {
  /** A proposal that was sent and lost its connection is reported as never attempted. */
  UNKNOWN_IS_NOTHING(new Believes("net.client.PendingCall", "unanswered", "kind", null), 50),

  /** The peer says that it does not know what happened, and the client that nothing did. */
  DOUBT_OF_THE_PEER_IS_NOTHING(
      new Redirects("net.client.PendingCall", "reply", "unanswered", "neverSent"), 50),

  /** What was sent on a connection that broke is taken for what was not sent. */
  LOST_CONNECTION_IS_NOTHING(
      new Redirects("net.client.PeerConnection", "failAll", "unanswered", "neverSent"), 50),

  /** What was sent and not answered in time is taken for what was not sent. */
  NO_ANSWER_IS_NOTHING(
      new Redirects("net.client.PeerConnection", "expire", "unanswered", "neverSent"), 50),

  /** Every call has the same number, so a late answer is taken for that of a newer call. */
  LATE_ANSWER_FOR_A_NEW_CALL(
      new Skips("net.client.RemoteGateway", "call", "incrementAndGet", 1L), 50),

  /** A command that was sent and not answered is sent again as another one. */
  RETRY_UNDER_A_NEW_NUMBER(new Begins("file.Session", "propose", "number"), 50),

  /** What waited on a connection that is lost waits on for ever. */
  DROP_CALLS_WITH_THE_CONNECTION(
      new Skips("net.client.PeerConnection", "closed", "failAll", null), 50),

  /** Calls without an answer never end by themselves. */
  NO_DEADLINE(new Answers("net.client.PendingCall", "isOverdue", false), 50),

  /** A lost connection is not dialed again. */
  NEVER_DIAL_AGAIN(new Skips("net.client.Failover", "lost", "dial", null), 50),

  /** After all peers have failed once, none is tried again. */
  GIVE_UP_AFTER_ONE_ROUND(new Skips("net.client.Failover", "dialFailed", "schedule", null), 50),

  /** A peer that answers nothing is kept. */
  STAY_WITH_A_SILENT_PEER(new Answers("net.client.PeerConnection", "isSilentSince", false), 100),

  /** Status, which a peer tells by itself, counts as service. */
  STATUS_IS_SERVICE(new Answers("net.client.PeerConnection", "isService", true), 500),

  /** Only a call that waits now tells that a peer is silent. */
  FORGET_CALLS_GIVEN_UP(new Skips("net.client.PeerConnection", "send", "asked", null), 200),

  /** The cluster has ended the session, and the client goes on in it. */
  KEEP_AN_ENDED_SESSION(new Answers("file.Session", "hasEnded", false), 200);

  static final String CHECK = MutatedClientRun.class.getName();

  private final List<CodeEdit> edits;
  private final int seeds;

  ClientMutation(CodeEdit edit, int seeds) {
    this.edits = List.of(edit);
    this.seeds = seeds;
  }

  List<CodeEdit> edits() {
    return edits;
  }

  /** Runs seeds 1, 2, … until one fails, but not more than it may take. */
  Mutations.Verdict judge() {
    return Mutations.judge(new MutatedCode(edits, CHECK), seeds);
  }

  static boolean run(@Nullable String name, PrintStream out) {
    int ran = 0;
    int missed = 0;
    for (ClientMutation mutation : values()) {
      if (Mutations.isMeant(name, mutation)) {
        ran++;
        missed += Mutations.report(out, mutation, mutation.judge());
      }
    }
    out.println(ran + " mutations, " + missed + " not caught");
    return ran > 0 && missed == 0;
  }
}
