package io.quorate.store.consensus;

import io.quorate.store.consensus.Effects.Outbound;
import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import io.quorate.store.log.HardState;
import io.quorate.store.log.Membership;

/** What a peer knows in every role, and the few ways to change it. */
final class PeerState {
  final ConsensusOptions options;
  final Rules rules;
  final RaftLog log;
  final Memberships memberships;
  final Durability durability;
  final Outbox outbox = new Outbox();
  final SplitMix random;

  private long nowNanos;
  private long term;
  private int votedFor;
  private Role role;
  private int leader;
  private long commitIndex;
  private long usableBytes;
  private long stoodNanos;

  PeerState(ConsensusOptions options, Rules rules, Restored restored, long nowNanos) {
    this.options = options;
    this.rules = rules;
    this.log = new RaftLog(restored, options.cacheBytes());
    this.memberships = new Memberships(restored);
    this.durability = new Durability(restored.hardState, restored.lastIndex());
    this.random = new SplitMix(options.seed());
    this.nowNanos = nowNanos;
    // What it stood by before it was started is not known.
    this.stoodNanos = nowNanos;
    this.term = restored.hardState.term();
    this.votedFor = restored.hardState.votedFor();
    this.commitIndex = restored.commitIndex;
    this.role = followingRole();
  }

  int self() {
    return options.peer();
  }

  long incarnation() {
    return options.incarnation();
  }

  long now() {
    return nowNanos;
  }

  long term() {
    return term;
  }

  int votedFor() {
    return votedFor;
  }

  HardState hardState() {
    return new HardState(term, votedFor);
  }

  Role role() {
    return role;
  }

  int leader() {
    return leader;
  }

  long commitIndex() {
    return commitIndex;
  }

  long usableBytes() {
    return usableBytes;
  }

  /** When this peer last stood by a leader, or led; it votes for others only later. */
  long stoodNanos() {
    return stoodNanos;
  }

  /** This peer stands by its leader, or leads, at this moment. */
  void stands() {
    stoodNanos = nowNanos;
  }

  void advanceTo(long newNowNanos) {
    if (newNowNanos < nowNanos) {
      throw new IllegalStateException("time went back from " + nowNanos + " to " + newNowNanos);
    }
    nowNanos = newNowNanos;
  }

  void measureSpace(long newUsableBytes) {
    usableBytes = newUsableBytes;
  }

  void become(Role newRole, int newLeader) {
    role = newRole;
    leader = newLeader;
  }

  /** FOLLOWER, or LEARNER for a peer that has no vote. */
  Role followingRole() {
    return isVoter() ? Role.FOLLOWER : Role.LEARNER;
  }

  /**
   * Whether a membership in force gives this peer a vote. One that an uncommitted change removes
   * may have to lead until the change is committed: perhaps nobody else has its log.
   */
  boolean isVoter() {
    return memberships.inForce().stream().anyMatch(each -> each.voters().containsKey(self()));
  }

  /** Whether this very incarnation may stand. */
  boolean mayLead() {
    return isVoter() && hears(self(), incarnation());
  }

  /**
   * Whether this peer has a say in an election that needs all. One whose disk is new has not: it
   * can not tell what its predecessor held.
   */
  boolean isElector() {
    return options.elector() || rules.counts(memberships, self(), incarnation());
  }

  /** Whether the membership knows another incarnation of this peer, which may have voted. */
  boolean mayHaveForgotten() {
    return memberships.current().contains(self())
        && !rules.counts(memberships, self(), incarnation());
  }

  /** Whether it may ask for votes, be it for all of them. */
  boolean mayStand() {
    return isVoter() && isElector();
  }

  /**
   * Whether to listen to one that stands: it counts, or does until an uncommitted change removes
   * it.
   */
  boolean hears(int candidate, long incarnation) {
    return rules.counts(memberships, candidate, incarnation)
        || !memberships.current().contains(candidate)
            && memberships.committed().names(candidate, incarnation);
  }

  /** Enters {@code newTerm} or votes in the present one; to be made durable by this step. */
  void setHardState(long newTerm, int newVotedFor) {
    if (newTerm < term || newTerm == term && newVotedFor == votedFor) {
      throw new IllegalStateException(
          "hard state " + term + "/" + votedFor + " can not become " + newTerm + "/" + newVotedFor);
    }
    term = newTerm;
    votedFor = newVotedFor;
    outbox.hardStateChanged();
  }

  boolean isHardStateDurable() {
    HardState durable = durability.state();
    return durable.term() == term && durable.votedFor() == votedFor;
  }

  /**
   * Sends at once; or, while the hard state that the message speaks for is not on disk, after it.
   */
  void send(int to, ConsensusMessage message) {
    outbox.send(new Outbound(to, message), rules.mustWaitForHardState(isHardStateDurable()));
  }

  /** Appends to the log, here and (by this step's effects) on disk. */
  void append(Entry entry) {
    log.append(entry);
    outbox.append(entry);
    memberships.commitTo(CommitMark.of(entry, memberships.current()));
    if (entry.kind() == EntryKind.MEMBERSHIP) {
      memberships.append(Membership.decode(entry.index(), entry.body()));
      refreshFollowingRole();
    }
  }

  /** Drops the entries at or above {@code index}, which others are about to supersede. */
  void truncateFrom(long index) {
    if (index <= commitIndex) {
      throw new IllegalStateException(
          "the leader of term "
              + term
              + " supersedes entry "
              + index
              + ", but everything up to "
              + commitIndex
              + " is committed");
    }
    log.truncateFrom(index);
    durability.truncateFrom(index);
    outbox.truncateFrom(index);
    if (memberships.truncateFrom(index)) {
      refreshFollowingRole();
    }
  }

  /** Drops the entries at or below {@code index}, which are committed; others have them no more. */
  void dropLog(long index) {
    if (index > commitIndex) {
      throw new IllegalStateException(
          "the log can not begin after " + index + ": only " + commitIndex + " is committed");
    }
    if (index > log.startIndex()) {
      log.dropThrough(index);
    }
  }

  /**
   * Goes on from the state after a committed entry, unless that is in the log or behind it. What
   * the log holds otherwise is not committed from {@code index} on: with one entry in common, logs
   * agree on all before it.
   */
  boolean install(Input.Install from) {
    boolean unheardOf = from.term() > term;
    if (unheardOf || from.index() <= commitIndex || log.matches(from.index(), from.term())) {
      return false;
    }
    durability.truncateFrom(commitIndex + 1);
    log.install(from.index(), from.term(), from.stampNanos());
    memberships.install(from.membership());
    outbox.install(from.index(), from.term());
    commitIndex = from.index();
    refreshFollowingRole();
    return true;
  }

  /** Everything up to {@code index} is committed. Returns whether a membership settled by that. */
  boolean commitTo(long index) {
    if (index <= commitIndex) {
      return false;
    }
    if (index > log.lastIndex()) {
      throw new IllegalStateException(
          "commit index " + index + " is past the log's end " + log.lastIndex());
    }
    commitIndex = index;
    boolean settled = memberships.commitTo(index);
    if (settled) {
      refreshFollowingRole();
    }
    return settled;
  }

  private void refreshFollowingRole() {
    if (role == Role.FOLLOWER || role == Role.LEARNER) {
      role = followingRole();
    }
  }
}
