package io.quorate.store.consensus;

import io.quorate.store.consensus.ConsensusMessage.AppendReply;
import io.quorate.store.consensus.ConsensusMessage.TimeoutNow;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import io.quorate.store.log.Membership;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * The leader's part: appends proposals, counts what is durable where, commits, and answers reads.
 *
 * <p>It goes on while it hears from a read quorum: then it may still answer reads. While it hears
 * from fewer than a write quorum it refuses proposals and says so to its followers, which then no
 * longer hold to it if another peer asks for their vote.
 */
final class Leading {
  private final PeerState state;
  private final Replicator replicator;
  private final ReadRounds rounds;
  private final LeaseGrants grants;
  private final ReadRounds.Answers answers;
  private final long firstIndex;
  private final Deque<Integer> uncommittedWeights = new ArrayDeque<>();
  private long uncommittedBytes;
  private long heartbeatNanos;
  private long graceUntilNanos;
  private boolean writable = true;
  private boolean heartbeatDue = true;
  private boolean roundToAll;
  private boolean membershipSettled;
  private int transferTarget;
  private long transferUntilNanos;
  private boolean transferSent;

  /** Begins a term with an entry of its own. */
  Leading(PeerState state, ReadRounds.Answers answers, Election won) {
    this.state = state;
    this.answers = answers;
    this.grants = new LeaseGrants(state, won);
    this.replicator = new Replicator(state, grants);
    this.firstIndex = state.log.lastIndex() + 1;
    this.rounds = new ReadRounds(state, replicator.followers());
    this.heartbeatNanos = state.now();
    if (won.hasMajority()) {
      replicator.syncWith(state.memberships.current(), firstIndex);
      Membership current = state.memberships.current();
      if (state.memberships.isForcedBesideLog()) {
        // An operator has forced it, in files beside the log: now the log says it too.
        append(0, EntryKind.MEMBERSHIP, List.of(), current.encode());
      } else {
        appendMark();
      }
    } else {
      Membership readmitting = state.memberships.current().readmitting(won.electors());
      append(0, EntryKind.MEMBERSHIP, List.of(), readmitting.encode());
      state.memberships.electedByAll(true);
    }
  }

  /**
   * Until when this peer may answer reads by itself: no other leader commits anything before. In
   * the past if it may not.
   */
  long leaseUntilNanos() {
    return state.options.grantsLeases() && isOwnTermCommitted()
        ? rounds.confirmedSinceNanos() + state.options.leaseHolderNanos()
        : state.now();
  }

  private void appendMark() {
    append(0, EntryKind.NO_OP, List.of(), CommitMark.encode(state.commitIndex()));
  }

  /**
   * Whether a majority was heard from lately: proposals are taken, followers hold to this leader.
   */
  boolean writable() {
    return writable;
  }

  boolean isOwnTermCommitted() {
    return state.commitIndex() >= firstIndex;
  }

  boolean mayChangeMembership() {
    return transferTarget == 0
        && writable
        && state.rules.mayChangeMembership(state.memberships, isOwnTermCommitted());
  }

  List<FollowerStatus> followers() {
    Membership membership = state.memberships.current();
    List<FollowerStatus> all = new ArrayList<>();
    for (Progress follower : replicator.followers().values()) {
      all.add(follower.status(membership.voters().containsKey(follower.peer)));
    }
    return all;
  }

  void propose(Input.Propose input) {
    for (Input.Proposal proposal : input.proposals()) {
      if (!mayAppend(proposal)) {
        state.outbox.refuse(proposal.ticket());
        continue;
      }
      Entry entry =
          append(input.wallClockNanos(), proposal.kind(), proposal.chunks(), proposal.body());
      state.outbox.accept(proposal.ticket(), entry);
    }
  }

  void changeMembership(long wallClockNanos, Membership next) {
    Input.Proposal proposal = new Input.Proposal(0, EntryKind.MEMBERSHIP, List.of(), next.encode());
    if (mayAppend(proposal)) {
      append(wallClockNanos, proposal.kind(), proposal.chunks(), proposal.body());
    }
  }

  private boolean mayAppend(Input.Proposal proposal) {
    if (!writable
        || transferTarget != 0
        || uncommittedBytes > state.options.maxUncommittedBytes()) {
      return false;
    }
    if (proposal.kind() != EntryKind.MEMBERSHIP) {
      return true;
    }
    Membership next = Membership.decode(state.log.lastIndex() + 1, proposal.body());
    return !next.byAll()
        && state.rules.mayChangeMembership(state.memberships, isOwnTermCommitted())
        && Memberships.objectionTo(state.memberships.current(), next).isEmpty()
        && grants.leavesNobodyBehind(next);
  }

  private Entry append(long wallClockNanos, EntryKind kind, List<ChunkRef> chunks, byte[] body) {
    long stamp = Math.max(wallClockNanos, state.log.lastStampNanos() + 1);
    Entry entry = new Entry(state.log.lastIndex() + 1, state.term(), stamp, kind, chunks, body);
    state.append(entry);
    uncommittedWeights.add(entry.weightBytes());
    uncommittedBytes += entry.weightBytes();
    if (kind == EntryKind.MEMBERSHIP) {
      replicator.syncWith(state.memberships.current(), entry.index());
    }
    return entry;
  }

  void onReply(int from, AppendReply reply) {
    grants.answered(from, reply);
    if (!replicator.onReply(from, reply)) {
      return;
    }
    grants.ask(from, reply, rounds.round() + 1);
    // What is committed anywhere is in this log; knowing it spares waiting for it.
    commit(Math.min(reply.commitIndex(), state.log.lastIndex()));
    if (!writable) {
      writable = hears(state.memberships.current().commitQuorum(), state.memberships.current());
    }
  }

  /** A peer asks for an index to read at; its asking confirms it if it is a voter that counts. */
  void onReadRequest(int asker, long incarnation, long request) {
    if (state.rules.counts(state.memberships, asker, incarnation)) {
      rounds.add(asker, request, isOwnTermCommitted());
    } else {
      answers.answer(asker, request, -1);
    }
  }

  void onLogEntries(Input.LogEntries input) {
    replicator.onLogEntries(input.forPeer(), input.entries(), rounds.round(), writable);
  }

  /**
   * Hands over to {@code target}, or to whoever has most; nothing happens if it can not be had. Who
   * names another target while the first has not taken over gets no more time for both: proposals
   * are refused meanwhile.
   */
  void transferTo(int target) {
    Progress successor = null;
    for (Progress follower : replicator.followers().values()) {
      if (isPresent(follower)
          && state.memberships.current().voters().containsKey(follower.peer)
          && (target == 0 || target == follower.peer)
          && (successor == null || follower.match() > successor.match())) {
        successor = follower;
      }
    }
    if (successor != null && transferTarget == 0) {
      transferUntilNanos = state.now() + state.options.electionMaxNanos();
    }
    if (successor != null
        && (transferTarget == 0 || target != 0 && transferTarget != successor.peer)) {
      transferTarget = successor.peer;
      transferSent = false;
    }
  }

  /** This peer was not running for a while; what was sent to it meanwhile may still be waiting. */
  void postpone(long nanos) {
    graceUntilNanos = state.now() + nanos;
  }

  /**
   * Whether nothing is due before the next heartbeat: all is committed, on the disks of all but
   * those that are long silent, and nobody waits. That it is committed, heartbeats tell.
   */
  boolean isQuiet() {
    return writable
        && transferTarget == 0
        && state.now() >= graceUntilNanos
        && state.commitIndex() == state.log.lastIndex()
        && !rounds.isWaiting()
        && replicator.followers().values().stream().allMatch(this::isQuiet);
  }

  private boolean isQuiet(Progress follower) {
    long silentNanos = state.now() - follower.heardNanos();
    return silentNanos >= state.options.electionMaxNanos()
        || silentNanos < state.options.quietNanos() && follower.match() == state.log.lastIndex();
  }

  /** When the next heartbeat is due. */
  long heartbeatDueNanos() {
    return heartbeatNanos + state.options.heartbeatNanos();
  }

  /** Returns false when too few are heard from to lead on. */
  boolean tick() {
    if (state.now() - heartbeatNanos >= state.options.heartbeatNanos()) {
      heartbeatDue = true;
    }
    if (transferTarget != 0 && state.now() >= transferUntilNanos) {
      transferTarget = 0;
    }
    // A round that was put to few and is not answered yet goes to all.
    roundToAll = rounds.isWaiting();
    replicator.tick();
    if (state.now() < graceUntilNanos) {
      return true;
    }
    Membership current = state.memberships.current();
    writable = hears(current.commitQuorum(), current);
    for (Membership membership : state.memberships.inForce()) {
      if (!hears(membership.readQuorum(), membership)) {
        return false;
      }
    }
    return true;
  }

  private boolean hears(int quorum, Membership membership) {
    int heard = 0;
    for (int voter : membership.voters().keySet()) {
      Progress follower = replicator.followers().get(voter);
      heard += voter == state.self() || follower != null && isPresent(follower) ? 1 : 0;
    }
    return heard >= quorum;
  }

  /** Whether the follower counts and was heard from within an election timeout. */
  private boolean isPresent(Progress follower) {
    return state.now() - follower.heardNanos() < state.options.electionMaxNanos()
        && state.rules.counts(state.memberships, follower.peer, follower.incarnation);
  }

  /**
   * Commits, answers reads and sends, once per step. Returns false if this peer is to lead no more.
   */
  boolean flush() {
    commitWhatIsDurable();
    if (membershipSettled && state.isVoter()) {
      appendMark();
    }
    membershipSettled = false;
    rounds.settle(isOwnTermCommitted(), answers);
    if (isOwnTermCommitted()) {
      grants.settle(rounds, replicator.followers());
    }
    boolean newRound = rounds.beginIfNeeded();
    if (heartbeatDue) {
      rounds.begin();
      grants.heartbeat();
      heartbeatNanos = state.now();
    }
    replicator.flush(rounds.round(), heartbeatDue, writable);
    if (roundToAll || newRound) {
      sendRound(roundToAll || !state.memberships.isSettled());
    }
    replicator.release();
    heartbeatDue = false;
    roundToAll = false;
    handOver();
    return !state.memberships.isSettled() || state.isVoter();
  }

  /** Puts the round to all, or to just as many voters as suffice: those that answered last. */
  private void sendRound(boolean toAll) {
    List<Progress> voters = new ArrayList<>();
    Membership membership = state.memberships.current();
    for (Progress follower : replicator.followers().values()) {
      if (membership.voters().containsKey(follower.peer)) {
        voters.add(follower);
      }
    }
    int needed = toAll ? voters.size() : Math.min(voters.size(), membership.readQuorum() - 1);
    if (needed < voters.size()) {
      voters.sort(Comparator.comparingLong(Progress::heardNanos).reversed());
    }
    for (Progress follower : voters.subList(0, needed)) {
      replicator.sendRound(follower, rounds.round(), writable);
    }
  }

  private void commitWhatIsDurable() {
    Membership current = state.memberships.current();
    Set<Integer> counted = current.voters().keySet();
    if (!current.learners().isEmpty()) {
      counted = state.rules.acknowledging(counted, current.members());
    }
    long durable = state.rules.commitRule().committable(current, counted, this::durableOn);
    long index = grants.limit(durable, replicator.followers());
    if (index > state.commitIndex()
        && state.rules.mayCommit(state.log.termAt(index), state.term())) {
      commit(index);
    }
  }

  private long durableOn(int voter) {
    if (voter == state.self()) {
      return state.rules.counts(state.memberships, voter, state.incarnation())
          ? state.durability.index()
          : 0;
    }
    Progress follower = replicator.followers().get(voter);
    return follower != null && state.rules.counts(state.memberships, voter, follower.incarnation)
        ? follower.match()
        : 0;
  }

  private void commit(long index) {
    long before = state.commitIndex();
    membershipSettled |= state.commitTo(index);
    for (long done = Math.max(before + 1, firstIndex); done <= state.commitIndex(); done++) {
      uncommittedBytes -= uncommittedWeights.removeFirst();
    }
  }

  private void handOver() {
    Progress successor = replicator.followers().get(transferTarget);
    if (successor != null && !transferSent && successor.match() == state.log.lastIndex()) {
      transferSent = true;
      state.send(successor.peer, new TimeoutNow(state.term(), state.incarnation()));
    }
  }

  /** This peer leads no more. */
  void resign() {
    state.stands();
    state.memberships.electedByAll(false);
    rounds.abandon(answers);
  }

  /** This peer's own reads ask like anybody's. */
  void onOwnRead(long request) {
    rounds.add(state.self(), request, isOwnTermCommitted());
  }
}
