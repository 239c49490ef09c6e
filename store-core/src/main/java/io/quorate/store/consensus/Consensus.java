package io.quorate.store.consensus;

import io.quorate.store.consensus.ConsensusMessage.AppendEntries;
import io.quorate.store.consensus.ConsensusMessage.AppendReply;
import io.quorate.store.consensus.ConsensusMessage.ReadIndexReply;
import io.quorate.store.consensus.ConsensusMessage.ReadIndexRequest;
import io.quorate.store.consensus.ConsensusMessage.RequestVote;
import io.quorate.store.consensus.ConsensusMessage.TimeoutNow;
import io.quorate.store.consensus.ConsensusMessage.VoteReply;
import io.quorate.store.log.Entry;
import io.quorate.store.log.Membership;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One peer's part in the consensus: Raft (Ongaro, "Consensus: Bridging Theory and Practice", 2014)
 * as a function from (state, input, now) to effects. Not thread-safe; the shell calls it from one
 * thread.
 *
 * <pre>
 *   LEARNER        (a peer without a vote)
 *     └─ the membership gives it one ─────────────────► FOLLOWER
 *   FOLLOWER
 *     ├─ no leader heard for an election timeout ─────► PRE_CANDIDATE
 *     ├─ its leader asks it to take over ─────────────► CANDIDATE
 *     └─ a committed membership takes its vote ───────► LEARNER
 *   PRE_CANDIDATE  (same term, nothing persisted; asks again after 2 to 4 heartbeats)
 *     ├─ promised votes by a majority ────────────────► CANDIDATE in the next term
 *     └─ hears a leader, or of a later term ──────────► FOLLOWER
 *   CANDIDATE      (term and own vote durable before anybody is asked)
 *     ├─ votes of a majority, its own being durable ──► LEADER
 *     ├─ votes of all, whatever their incarnation ────► LEADER, whose first entry readmits them
 *     ├─ hears this term's leader, or a later term ───► FOLLOWER
 *     └─ no majority within a timeout ────────────────► PRE_CANDIDATE
 *   LEADER
 *     ├─ hears of a later term ───────────────────────► FOLLOWER
 *     ├─ hears from fewer than a read quorum ─────────► FOLLOWER
 *     └─ a committed membership takes its vote ───────► LEARNER
 * </pre>
 *
 * <p><b>Incarnations.</b> Votes, acknowledgements and confirmations count only from the incarnation
 * that the committed membership names. Appends are taken from whoever a majority elected, since a
 * peer that lags may know only an older membership than its leader's; but not from one that knows
 * of fewer forced quorums.
 *
 * <p><b>A forced quorum.</b> Under a membership that an operator has forced, and that is not in the
 * candidate's log, an election takes the votes of all ({@link Rules#needsAllVotes}); the winner
 * appends that membership first of all.
 */
public final class Consensus {
  private final PeerState state;
  private final Election election;
  private final Following following;
  private final LocalReads reads;
  private @Nullable Leading leading;
  private long tickNanos;
  private long tickDueNanos;
  private boolean quiet;

  /** Begins as a follower (or learner) with what the journal restored. */
  public Consensus(ConsensusOptions options, Restored restored, long nowNanos) {
    this(options, restored, nowNanos, new Rules());
  }

  Consensus(ConsensusOptions options, Restored restored, long nowNanos, Rules rules) {
    this.state = new PeerState(options, rules, restored, nowNanos);
    this.election = new Election(state);
    this.following = new Following(state);
    this.reads = new LocalReads(state);
    this.tickNanos = nowNanos;
    this.tickDueNanos = nowNanos + options.tickNanos();
  }

  /** {@link #step(List, long)} with a single input. */
  public Effects step(Input input, long nowNanos) {
    return step(List.of(input), nowNanos);
  }

  /**
   * Handles all inputs in order, then says what to do. Messages are collected over the whole step,
   * so many inputs at once cost few messages.
   *
   * @param nowNanos monotonic time, never before that of an earlier step
   * @throws IllegalStateException if an input contradicts what is promised (two leaders in one
   *     term, a committed entry superseded, time that goes back). The peer must stop
   */
  public Effects step(List<Input> inputs, long nowNanos) {
    state.advanceTo(nowNanos);
    for (Input input : inputs) {
      handle(input);
    }
    if (state.role() == Role.CANDIDATE && election.isWon()) {
      lead();
    }
    reads.flush(leaseUntilNanos(), leasedIndex(), this::askLeader);
    if (leading != null && !leading.flush()) {
      follow(state.term(), 0);
    }
    if (leading == null) {
      following.flush(reads.awaitCommit());
    }
    reads.committed();
    state.log.evict(state.durability.index());
    awaitTick();
    return state.outbox.drain(state);
  }

  private void handle(Input input) {
    switch (input) {
      case Input.Tick() -> tick();
      case Input.Received(int from, ConsensusMessage message) -> receive(from, message);
      case Input.Propose propose -> propose(propose);
      case Input.ChangeMembership(long wallClockNanos, Membership next) -> {
        if (leading != null) {
          leading.changeMembership(wallClockNanos, next);
        }
      }
      case Input.Durable(long number) -> state.durability.durable(number);
      case Input.ReadIndex(long ticket) -> reads.add(ticket);
      case Input.LogEntries entries -> {
        if (leading != null) {
          leading.onLogEntries(entries);
        }
      }
      case Input.DropLog(long index) -> state.dropLog(index);
      case Input.Committed(long index, long term) -> {
        if (leading == null && state.log.matches(index, term)) {
          state.commitTo(index);
          following.matchesCommitted();
        }
      }
      case Input.Install install -> {
        // A leader has all that is committed.
        if (leading == null && state.install(install)) {
          following.installed();
        }
      }
      case Input.DeclineLeases() -> following.declineLeases();
      case Input.Awaits(boolean awaited) -> following.awaits(awaited);
      case Input.Space(long usableBytes) -> state.measureSpace(usableBytes);
      case Input.TransferLeadership(int target) -> {
        if (leading != null) {
          leading.transferTo(target);
        }
      }
    }
  }

  private void propose(Input.Propose propose) {
    if (leading != null) {
      leading.propose(propose);
    } else {
      propose.proposals().forEach(proposal -> state.outbox.refuse(proposal.ticket()));
    }
  }

  private void tick() {
    // If this one comes late, this peer was not running, and what others sent meanwhile may be
    // waiting behind it: no verdict on them yet.
    long heartbeat = state.options.heartbeatNanos();
    if (state.now() - tickDueNanos > heartbeat - state.options.tickNanos()) {
      election.postpone(2 * heartbeat);
      if (leading != null) {
        leading.postpone(2 * heartbeat);
      }
    }
    tickNanos = state.now();
    quiet = false;
    reads.tick();
    if (leading != null) {
      if (!leading.tick()) {
        follow(state.term(), 0);
      }
    } else if (election.isDue() && state.mayStand()) {
      stand();
    }
  }

  /**
   * Says when the next tick has to come. While all is quiet nothing is due before the next
   * heartbeat, or, of who follows, before its leader could be missed; else ticks come every quarter
   * of a heartbeat. So whatever ends in a verdict on another peer is watched in short steps, and
   * shows whether this peer itself was running.
   */
  private void awaitTick() {
    boolean wasQuiet = quiet;
    long soon = tickNanos + state.options.tickNanos();
    quiet = !reads.isWaiting() && (leading != null ? leading.isQuiet() : following.isQuiet());
    if (quiet) {
      tickDueNanos = leading != null ? leading.heartbeatDueNanos() : following.quietUntilNanos();
    } else if (wasQuiet) {
      // No sooner than now; and a tick that is late already stays so.
      tickDueNanos = Math.min(tickDueNanos, Math.max(soon, state.now()));
    } else {
      tickDueNanos = leading != null ? Math.min(soon, leading.heartbeatDueNanos()) : soon;
    }
  }

  /**
   * When, by the clock of {@link #step}, a {@link Input.Tick} is needed at the latest if nothing
   * else comes before; to be asked after each step.
   */
  public long tickDueNanos() {
    return tickDueNanos;
  }

  private void receive(int from, ConsensusMessage message) {
    switch (message) {
      case RequestVote request -> {
        if (state.rules.hears(request.forced(), membership().forced())) {
          onRequestVote(from, request);
        }
      }
      case VoteReply reply -> onVoteReply(from, reply);
      case AppendEntries append -> {
        if (state.rules.hears(append.forced(), membership().forced())) {
          onAppend(from, append);
        }
      }
      case AppendReply reply -> {
        if (reply.term() > state.term()) {
          follow(reply.term(), 0);
        } else if (leading != null && reply.term() == state.term()) {
          leading.onReply(from, reply);
        }
      }
      case ReadIndexRequest request -> onReadRequest(from, request);
      case ReadIndexReply reply -> onReadReply(from, reply);
      case TimeoutNow now -> {
        if (now.term() == state.term() && from == state.leader() && state.mayLead()) {
          campaign(true);
        }
      }
    }
  }

  private void onRequestVote(int from, RequestVote request) {
    // A peer whose log is ahead may know a newer membership than this one does. Its asking is heard
    // even under an unknown incarnation; whether our vote counts there, its membership decides.
    boolean ahead = state.log.isBehind(request.lastIndex(), request.lastTerm());
    boolean counts = state.hears(from, request.incarnation());
    boolean votes = state.memberships.current().voters().containsKey(from);
    if (!ahead && !counts && !votes) {
      return;
    }
    boolean sticks = !request.transfer() && sticksToLeader();
    boolean upToDate = state.rules.isUpToDate(state.log, request.lastIndex(), request.lastTerm());
    if (request.preVote()) {
      boolean promised = request.term() > state.term() && !sticks && upToDate;
      answerVote(from, promised ? request.term() : state.term(), true, promised);
      return;
    }
    // Who may have forgotten a vote gives one, and is given one, only in a term that is new here.
    boolean isNewTerm = request.term() > state.term();
    if (isNewTerm) {
      if (sticks) {
        return;
      }
      follow(request.term(), 0);
    }
    boolean granted =
        request.term() == state.term()
            && leading == null
            && upToDate
            && (isNewTerm || counts && !state.mayHaveForgotten())
            && state.rules.mayVoteFor(from, state.votedFor());
    if (granted) {
      if (state.votedFor() != from) {
        state.setHardState(state.term(), from);
      }
      election.restartTimer();
    }
    answerVote(from, state.term(), false, granted);
  }

  private boolean sticksToLeader() {
    return leading != null ? leading.writable() : following.sticksToLeader();
  }

  private void answerVote(int to, long term, boolean preVote, boolean granted) {
    state.send(
        to,
        new VoteReply(
            term,
            state.incarnation(),
            state.isElector(),
            preVote,
            granted,
            state.commitIndex(),
            state.now() - state.stoodNanos()));
  }

  private void onVoteReply(int from, VoteReply reply) {
    boolean promise = reply.preVote() && reply.granted();
    if (!promise && reply.term() > state.term()) {
      follow(reply.term(), 0);
    } else if (state.role() == Role.PRE_CANDIDATE && promise && reply.term() == state.term() + 1) {
      election.onReply(from, reply);
      if (election.isWon()) {
        campaign(false);
      }
    } else if (state.role() == Role.CANDIDATE && !reply.preVote() && reply.term() == state.term()) {
      election.onReply(from, reply);
    }
  }

  private void onAppend(int from, AppendEntries append) {
    if (append.term() < state.term()) {
      // Tells a deposed leader that it is one.
      state.send(
          from,
          new AppendReply(
              state.term(),
              state.incarnation(),
              false,
              0,
              state.commitIndex(),
              append.round(),
              state.usableBytes(),
              ConsensusMessage.NO_LEASE,
              ConsensusMessage.NO_LEASE,
              false));
      return;
    }
    if (append.term() > state.term() || state.leader() != from) {
      if (append.term() == state.term() && state.leader() != 0) {
        throw new IllegalStateException(
            "term " + state.term() + " has two leaders: " + state.leader() + " and " + from);
      }
      follow(append.term(), from);
      election.restartTimer();
    } else if (append.writable()) {
      // Of a leader that can not write a follower asks now and then whether another could. Where
      // peers have forgotten what they promised, only an election by all ends that state, and a
      // leader that has a read quorum does not resign.
      election.restartTimer();
    }
    following.onAppend(append);
  }

  private void onReadRequest(int from, ReadIndexRequest request) {
    if (request.term() > state.term()) {
      follow(request.term(), 0);
    }
    if (leading != null && request.term() == state.term()) {
      leading.onReadRequest(from, request.incarnation(), request.ticket());
    } else {
      answerRead(from, request.ticket(), -1);
    }
  }

  private void onReadReply(int from, ReadIndexReply reply) {
    if (reply.term() > state.term()) {
      follow(reply.term(), 0);
    } else if (reply.term() == state.term() && from == state.leader()) {
      if (reply.index() > 0) {
        following.adoptCommit(reply.index());
      }
      reads.onAnswer(reply.ticket(), reply.index());
    }
  }

  private void askLeader(long request) {
    if (leading != null) {
      leading.onOwnRead(request);
    } else {
      state.send(state.leader(), new ReadIndexRequest(state.term(), state.incarnation(), request));
    }
  }

  private void answerRead(int asker, long request, long index) {
    if (asker == state.self()) {
      reads.onAnswer(request, index);
    } else {
      state.send(asker, new ReadIndexReply(state.term(), state.incarnation(), request, index));
    }
  }

  private void stand() {
    state.become(Role.PRE_CANDIDATE, 0);
    leaveLeader();
    election.begin(true, false);
    if (election.isWon()) {
      campaign(false);
    }
  }

  private void campaign(boolean transfer) {
    state.setHardState(state.term() + 1, state.self());
    following.enterTerm();
    state.become(Role.CANDIDATE, 0);
    leaveLeader();
    election.begin(false, transfer);
  }

  private void lead() {
    state.become(Role.LEADER, state.self());
    // The winner's log holds whatever any voter knew to be committed.
    state.commitTo(election.highestCommit());
    leading = new Leading(state, this::answerRead, election);
  }

  private void follow(long term, int leader) {
    if (leading != null) {
      leading.resign();
      leading = null;
      election.restartTimer();
    }
    if (term > state.term()) {
      state.setHardState(term, 0);
      following.enterTerm();
    }
    state.become(state.followingRole(), leader);
    leaveLeader();
  }

  private void leaveLeader() {
    following.leaveLeader();
    reads.leaderChanged();
  }

  /**
   * Until when, by the clock of {@link #step}, whatever was acknowledged to anybody before a read
   * began is at or below {@link #leasedIndex}: once that is applied here, the read may be answered
   * here, without asking. In the past if reads have to ask.
   */
  public long leaseUntilNanos() {
    return leading != null ? leading.leaseUntilNanos() : following.leaseUntilNanos();
  }

  /** What must be applied here for reads under a lease. */
  public long leasedIndex() {
    return leading != null ? state.commitIndex() : following.leasedIndex();
  }

  /** What this peer is. */
  public Role role() {
    return state.role();
  }

  /** The current term. */
  public long term() {
    return state.term();
  }

  /** Who leads, 0 if unknown. */
  public int leader() {
    return state.leader();
  }

  /**
   * Whether the leader hears from a write quorum: this peer's own view if it leads, what its leader
   * last said if it follows; false if no leader is known.
   */
  public boolean writable() {
    return leading != null ? leading.writable() : state.leader() != 0 && following.leaderWritable();
  }

  /** Highest index known to be committed. */
  public long commitIndex() {
    return state.commitIndex();
  }

  /** The log begins after this index. */
  public long startIndex() {
    return state.log.startIndex();
  }

  /** Whether this peer holds what others say that it has promised. */
  public boolean keeps(Promise promise) {
    return promise.isKeptBy(state.hardState(), state.log.lastIndex());
  }

  /** Last index of the log, durable or not. */
  public long lastIndex() {
    return state.log.lastIndex();
  }

  /** Highest index up to which this peer's log is durable. */
  public long durableIndex() {
    return state.durability.index();
  }

  /** The newest membership in the log. */
  public Membership membership() {
    return state.memberships.current();
  }

  /** Whether the committed membership names this peer as what it is now: its word counts. */
  public boolean isNamed() {
    return state.memberships.committed().names(state.self(), state.incarnation());
  }

  /** Whether the membership names another incarnation of this peer: this one is out of date. */
  public boolean isSuperseded() {
    return state.memberships.current().contains(state.self())
        && !state.memberships.current().names(state.self(), state.incarnation())
        && !isNamed();
  }

  /** The memberships from the newest one known to be committed to the newest in the log. */
  public List<Membership> membershipsInForce() {
    return state.memberships.inForce();
  }

  /** Whether this peer leads, and a change of the membership may begin. */
  public boolean mayChangeMembership() {
    return leading != null && leading.mayChangeMembership();
  }

  /** The newest membership known to be committed. */
  public Membership committedMembership() {
    return state.memberships.committed();
  }

  /** A leader's view of its followers, by peer id; empty on any other peer. */
  public List<FollowerStatus> followers() {
    return leading == null ? List.of() : leading.followers();
  }

  /** The entry at {@code index} if it is in memory, as the newest are. */
  public @Nullable Entry cachedEntry(long index) {
    return state.log.cached(index);
  }

  /**
   * Term of the entry at {@code index}.
   *
   * @throws IllegalStateException if the log does not hold it
   */
  public long termAt(long index) {
    return state.log.termAt(index);
  }
}
