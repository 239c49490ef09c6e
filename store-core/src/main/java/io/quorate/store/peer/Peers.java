package io.quorate.store.peer;

import io.quorate.store.consensus.Role;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.ClusterStatus.PeerStatus;
import io.quorate.store.gateway.ClusterStatus.State;
import io.quorate.store.gateway.Features;
import io.quorate.store.gateway.LostContent;
import io.quorate.store.gateway.Upkeep;
import io.quorate.store.log.Membership;
import io.quorate.store.metadata.Digest;
import io.quorate.store.peer.PeerMessage.Report;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What this peer knows of all peers, itself included, from the reports that they send. Lives on the
 * peer's loop.
 */
final class Peers {
  /** A peer that says nothing for this long counts as unreachable. */
  static final long SILENT_NANOS = 3_000_000_000L;

  /**
   * Who has applied what was committed this long ago, or somewhat longer, is in step: under load a
   * peer is always a few entries behind at any one moment, more so one that applies in batches.
   */
  static final long IN_STEP_NANOS = 900_000_000L;

  /**
   * A report and when it came.
   *
   * @param commitIndex known here when it came
   * @param earlierCommitIndex known here some time before, see {@link #IN_STEP_NANOS}
   */
  private record Heard(Report report, long atNanos, long commitIndex, long earlierCommitIndex) {}

  private final PeerOptions options;
  private final Supplier<Membership> members;
  private final DigestComparison digests;
  private final Map<Integer, Heard> heard = new LinkedHashMap<>();
  private final Set<Integer> lost = new HashSet<>();
  private final long startedNanos;

  /** Known here at {@link #notedNanos}, and when one was noted before that. */
  private long notedCommitIndex;

  private long notedNanos;
  private long earlierCommitIndex;

  Peers(PeerOptions options, Supplier<Membership> members, long nowNanos) {
    this.options = options;
    this.members = members;
    this.digests = new DigestComparison(options.id(), () -> members.get().voters().size());
    this.startedNanos = nowNanos;
    this.notedNanos = nowNanos;
  }

  void reported(int peer, Report report, long commitIndex, long nowNanos) {
    note(commitIndex, nowNanos);
    lost.remove(peer);
    heard.put(peer, new Heard(report, nowNanos, commitIndex, earlierCommitIndex));
    // One that was given up, and comes back, may well have something else.
    if (peer == options.id() || members.get().names(peer, report.incarnation())) {
      Digest digest = new Digest(report.digestHigh(), report.digestLow());
      digests.add(peer, report.digestIndex(), digest);
    }
  }

  /** Reports come a second apart, but also whenever a link comes up. */
  private void note(long commitIndex, long nowNanos) {
    if (nowNanos - notedNanos >= IN_STEP_NANOS) {
      earlierCommitIndex = notedCommitIndex;
      notedCommitIndex = commitIndex;
      notedNanos = nowNanos;
    }
  }

  /**
   * The link to {@code peer} is gone: what it said last counts no longer for how it is now, not
   * even once it is back, until it says so anew. Whoever restarts peers in turn relies on that.
   */
  void lost(int peer) {
    lost.add(peer);
  }

  DigestComparison.Verdict verdict() {
    return digests.verdict();
  }

  ClusterStatus status(
      Role role,
      int leader,
      long term,
      long commitIndex,
      boolean writable,
      long nowNanos,
      List<LostContent> lost) {
    List<PeerStatus> peers = new ArrayList<>();
    for (int peer : members.get().members()) {
      peers.add(peerStatus(peer, role, leader, commitIndex, nowNanos));
    }
    return new ClusterStatus(
        options.cluster(),
        options.id(),
        leader,
        term,
        commitIndex,
        writable,
        digests.verdict() == DigestComparison.Verdict.AGREE,
        peers,
        lost,
        features());
  }

  /** Of all together. One that is away may come back as an earlier version. */
  private Features features() {
    return members.get().members().stream()
        .map(peer -> lost.contains(peer) ? null : heard.get(peer))
        .map(last -> last == null ? Features.FIRST : last.report().features())
        .reduce(Features::and)
        .orElse(Features.FIRST);
  }

  private PeerStatus peerStatus(int peer, Role role, int leader, long commitIndex, long nowNanos) {
    String address = address(peer);
    Heard last = heard.get(peer);
    if (last == null) {
      long silent = (nowNanos - startedNanos) / 1_000_000;
      return new PeerStatus(
          peer,
          address,
          State.UNREACHABLE,
          -1,
          -1,
          -1,
          -1,
          "",
          silent,
          "never heard from",
          Upkeep.UNKNOWN);
    }
    boolean self = peer == options.id();
    long silentMillis = self ? 0 : (nowNanos - last.atNanos()) / 1_000_000;
    Report report = last.report();
    Digest digest = new Digest(report.digestHigh(), report.digestLow());
    return new PeerStatus(
        peer,
        address,
        state(peer, last, role, leader, nowNanos),
        report.appliedIndex(),
        lag(last, commitIndex, nowNanos),
        report.usableBytes(),
        report.totalBytes(),
        digest.toString(),
        silentMillis,
        report.detail(),
        report.upkeep());
  }

  private String address(int peer) {
    String address = members.get().addresses().get(peer);
    return address != null ? address : options.addresses().getOrDefault(peer, "");
  }

  /** How far behind it was when it reported; against now once it is silent. */
  private static long lag(Heard last, long commitIndex, long nowNanos) {
    boolean silent = nowNanos - last.atNanos() >= SILENT_NANOS;
    long known = silent ? commitIndex : last.commitIndex();
    Report report = last.report();
    return Math.max(0, Math.max(known, report.commitIndex()) - report.appliedIndex());
  }

  private State state(int peer, Heard last, Role role, int leader, long nowNanos) {
    Report report = last.report();
    if (peer != options.id()
        && (lost.contains(peer) || nowNanos - last.atNanos() >= SILENT_NANOS)) {
      return State.UNREACHABLE;
    }
    if (report.suspect() && !members.get().names(peer, report.incarnation())) {
      return State.SUSPECT;
    }
    if (report.catchingUp()) {
      return State.CATCHING_UP;
    }
    if (members.get().learners().containsKey(peer)) {
      return State.LEARNER;
    }
    if (report.suspect()) {
      return State.SUSPECT;
    }
    if (report.usableBytes() < options.roomForContentBytes()) {
      return State.FULL;
    }
    if (peer == leader) {
      return State.LEADER;
    }
    if (peer == options.id() && leader == 0) {
      return role == Role.LEARNER ? State.LEARNER : State.CANDIDATE;
    }
    // Not merely a moment late.
    return report.appliedIndex() < last.earlierCommitIndex() ? State.CATCHING_UP : State.FOLLOWER;
  }
}
