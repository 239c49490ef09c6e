package io.quorate.store.peer;

import io.quorate.store.consensus.FollowerStatus;
import io.quorate.store.consensus.Input;
import io.quorate.store.consensus.Role;
import io.quorate.store.gateway.ClusterMembers;
import io.quorate.store.gateway.ClusterMembers.Member;
import io.quorate.store.gateway.MemberCall;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.log.Membership;
import io.quorate.store.world.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings operators' wishes about the members into the log. Lives on the peer's loop.
 *
 * <p>The peer that was asked sends the wish to whoever leads, again and again, until it sees the
 * membership that was wished for agreed on, or the leader refuses. The leader appends one entry for
 * each wish; what has to follow (the new peer's incarnation, its vote, and that the one that it
 * replaces leaves) follows from the membership itself, one entry at a time, under whatever leader
 * there is then. So nothing has to be resumed, whoever crashes at whatever step.
 */
final class MemberChanges {
  private static final Logger LOG = LoggerFactory.getLogger(MemberChanges.class);
  private static final long RESEND_NANOS = 100_000_000L;

  /** How long the leader looks for a majority that holds all content before it refuses. */
  private static final long PATIENCE_NANOS = 3_000_000_000L;

  /** A caller of this peer that waits. */
  private static final class Wish {
    final MemberCall call;
    final CompletableFuture<ClusterMembers> future;
    final long deadlineNanos;

    /** Whether what was asked for was not so yet when it was asked. */
    final boolean news;

    boolean sent;
    long sendAtNanos;
    PeerMessage.@Nullable MembersRefused refusal;

    Wish(
        MemberCall call,
        CompletableFuture<ClusterMembers> future,
        long deadlineNanos,
        boolean news,
        long nowNanos) {
      this.call = call;
      this.future = future;
      this.deadlineNanos = deadlineNanos;
      this.news = news;
      this.sendAtNanos = nowNanos;
    }
  }

  /** A removal that a leader was asked for last, and for whom the census is taken. */
  private record Removal(int peer, int from, long ticket, long sinceNanos, long atNanos) {}

  private final World world;
  private final PeerOptions options;
  private final Transport transport;
  private final Replication replication;
  private final Census census;
  private final Consumer<Input> step;
  private final Map<Long, Wish> wishes = new TreeMap<>();
  private @Nullable Removal removal;

  MemberChanges(
      Protocol.Parts parts, Replication replication, Census census, Consumer<Input> step) {
    this.world = parts.world();
    this.options = parts.options();
    this.transport = parts.transport();
    this.replication = replication;
    this.census = census;
    this.step = step;
  }

  // ---- the peer that was asked

  /** A caller of this peer asks. */
  void ask(MemberCall call, CompletableFuture<ClusterMembers> future, long deadlineNanos) {
    if (call instanceof MemberCall.Show) {
      future.complete(members());
      return;
    }
    long now = world.nanoTime();
    Membership known = replication.committedMembership();
    long ticket = world.randomLong() | 1;
    wishes.put(ticket, new Wish(call, future, deadlineNanos, !isSo(call, known), now));
    tickWishes(now);
  }

  private ClusterMembers members() {
    Membership known = replication.committedMembership().reachedAt(options.addresses());
    List<Member> members = new ArrayList<>();
    for (int peer : known.members()) {
      ClusterMembers.Standing standing =
          known.voters().containsKey(peer)
              ? ClusterMembers.Standing.VOTER
              : known.incarnationOf(peer) == Membership.AWAITED
                  ? ClusterMembers.Standing.AWAITED
                  : ClusterMembers.Standing.LEARNER;
      members.add(
          new Member(
              peer,
              known.addresses().getOrDefault(peer, ""),
              standing,
              known.replacing().getOrDefault(peer, 0)));
    }
    return new ClusterMembers(known.index(), members, "", known.audit());
  }

  /** Whether a membership is what is asked for. */
  private static boolean isSo(MemberCall call, Membership members) {
    return switch (call) {
      case MemberCall.Show() -> true;
      case MemberCall.Add(int peer, String address) ->
          address.equals(members.addresses().get(peer)) && !members.replacing().containsKey(peer);
      case MemberCall.Remove(int peer) -> !members.contains(peer);
      case MemberCall.Replace(int old, int peer, String address) ->
          address.equals(members.addresses().get(peer))
              && (!members.contains(old) || members.replacing().getOrDefault(peer, 0) == old);
    };
  }

  /** The leader has refused. */
  void refused(PeerMessage.MembersRefused refused) {
    Wish wish = wishes.get(refused.ticket());
    if (wish != null) {
      wish.refusal = refused;
      tickWishes(world.nanoTime());
    }
  }

  /** Whether it is so by now and was not before; else only the leader knows whether it is right. */
  private boolean isDone(Wish wish) {
    return wish.news && isSo(wish.call, replication.committedMembership());
  }

  private void finish(long ticket, Wish wish, ClusterMembers answer) {
    wishes.remove(ticket);
    wish.future.complete(answer);
  }

  private void tickWishes(long now) {
    for (Map.Entry<Long, Wish> each : List.copyOf(wishes.entrySet())) {
      Wish wish = each.getValue();
      int leader = replication.leader();
      PeerMessage.MembersRefused refusal = wish.refusal;
      if (isDone(wish)) {
        finish(each.getKey(), wish, members());
      } else if (refusal != null && refusal.index() <= replication.commitIndex()) {
        // Not sooner: perhaps it was refused because it has been done already.
        finish(each.getKey(), wish, members().refusing(refusal.why()));
      } else if (now - wish.deadlineNanos >= 0) {
        wishes.remove(each.getKey());
        wish.future.completeExceptionally(
            new UnavailableException(
                wish.sent
                    ? "the change of the members was not agreed on in time; it may be yet:"
                        + " quorate peer list shows"
                    : "there is no leader to change the members"));
      } else if (leader != 0 && now - wish.sendAtNanos >= 0) {
        wish.sent = true;
        wish.sendAtNanos = now + RESEND_NANOS;
        PeerMessage.ChangeMembers message = new PeerMessage.ChangeMembers(each.getKey(), wish.call);
        if (leader == options.id()) {
          asked(leader, message);
        } else {
          transport.send(leader, message);
        }
      }
    }
  }

  /** The others say that this peer is no member any more: whoever wished for that has it. */
  void expelled() {
    for (Map.Entry<Long, Wish> each : List.copyOf(wishes.entrySet())) {
      if (each.getValue().call instanceof MemberCall.Remove(int peer) && peer == options.id()) {
        ClusterMembers known = members();
        List<Member> left = new ArrayList<>(known.members());
        left.removeIf(member -> member.id() == peer);
        finish(
            each.getKey(),
            each.getValue(),
            new ClusterMembers(known.index(), left, "", known.audit()));
      }
    }
  }

  /** This peer has stopped, its loop too: nobody will be answered. */
  void abandon() {
    for (Map.Entry<Long, Wish> each : List.copyOf(wishes.entrySet())) {
      wishes.remove(each.getKey());
      each.getValue()
          .future
          .completeExceptionally(new UnavailableException("this peer is stopping"));
    }
  }

  // ---- the leader

  /** A peer brings a wish; it may come many times. */
  void asked(int from, PeerMessage.ChangeMembers wish) {
    if (replication.role() != Role.LEADER || !replication.mayChangeMembership()) {
      return; // it comes again
    }
    Membership members = replication.membership().reachedAt(options.addresses());
    String objection = objection(wish.call(), members);
    if (!objection.isEmpty()) {
      refuse(from, wish.ticket(), objection);
      return;
    }
    if (wish.call() instanceof MemberCall.Remove(int peer) && members.voters().containsKey(peer)) {
      askedToRemove(from, wish.ticket(), peer);
      return;
    }
    Membership next =
        switch (wish.call()) {
          case MemberCall.Show() -> members;
          case MemberCall.Add(int peer, String address) -> members.awaiting(peer, address);
          case MemberCall.Remove(int peer) -> members.without(peer);
          case MemberCall.Replace(int old, int peer, String address) ->
              members.awaiting(peer, address).replacing(old, peer);
        };
    propose(next);
  }

  private void refuse(int to, long ticket, String why) {
    PeerMessage.MembersRefused refused =
        new PeerMessage.MembersRefused(ticket, replication.commitIndex(), why);
    if (to == options.id()) {
      refused(refused);
    } else {
      transport.send(to, refused);
    }
  }

  private void propose(Membership next) {
    LOG.info("peer {} proposes other members: {}", options.id(), next);
    step.accept(new Input.ChangeMembership(world.wallClockNanos(), next));
  }

  /** Why it can not be done at all, whatever content is where; empty if it can. */
  private String objection(MemberCall call, Membership members) {
    return switch (call) {
      case MemberCall.Show() -> "";
      case MemberCall.Add(int peer, String address) -> {
        if (members.contains(peer)) {
          yield "peer " + peer + " is a member already, at " + members.addresses().get(peer);
        }
        String wrong = objectionToNew(members, peer, address, 0);
        int after = members.members().size() - members.replacing().size() + 1;
        yield wrong.isEmpty() && after > MemberCall.MOST_MEMBERS
            ? "there are "
                + members.members().size()
                + " members; a cluster has at most "
                + MemberCall.MOST_MEMBERS
            : wrong;
      }
      case MemberCall.Remove(int peer) -> objectionToRemoval(members, peer);
      case MemberCall.Replace(int old, int peer, String address) -> {
        if (!members.contains(old)) {
          yield "peer " + old + " is not a member; the members are " + members.members();
        }
        if (peer == old) {
          yield "a peer does not replace itself; one with a new disk comes back by serve --rejoin";
        }
        if (members.contains(peer)) {
          yield "peer " + peer + " is a member already, at " + members.addresses().get(peer);
        }
        if (members.replacing().containsValue(old)) {
          yield "peer " + old + " is being replaced already";
        }
        if (members.replacing().containsKey(old)) {
          yield "peer "
              + old
              + " is itself to replace peer "
              + members.replacing().get(old)
              + "; wait, or remove it and replace that one anew";
        }
        yield objectionToNew(members, peer, address, old);
      }
    };
  }

  private static String objectionToNew(Membership members, int peer, String address, int old) {
    if (peer < 1) {
      return "peers are numbered from 1, not " + peer;
    }
    if (address.isBlank() || address.length() > MemberCall.MOST_ADDRESS_CHARS) {
      return "a peer needs an address of 1 to " + MemberCall.MOST_ADDRESS_CHARS + " characters";
    }
    for (Map.Entry<Integer, String> each : members.addresses().entrySet()) {
      if (each.getValue().equalsIgnoreCase(address) && each.getKey() != old) {
        return "the address " + address + " is in use by peer " + each.getKey();
      }
    }
    return "";
  }

  private String objectionToRemoval(Membership members, int peer) {
    if (!members.contains(peer)) {
      return "peer " + peer + " is not a member; the members are " + members.members();
    }
    if (!members.voters().containsKey(peer)) {
      return "";
    }
    int left = members.voters().size() - 1;
    if (left < MemberCall.LEAST_VOTERS) {
      return "without peer "
          + peer
          + " there would be "
          + left
          + " voting peers; a cluster has at least "
          + MemberCall.LEAST_VOTERS
          + ": replace it, or add another first";
    }
    Membership next = members.without(peer);
    int there = there(next);
    return there >= next.commitQuorum()
        ? ""
        : "of the peers that would be left only "
            + there
            + " can be reached, which is no majority of "
            + left;
  }

  /** How many of those voters are there, this peer included. */
  private int there(Membership next) {
    int there = next.voters().containsKey(options.id()) ? 1 : 0;
    for (FollowerStatus follower : replication.followers()) {
      boolean isHeard = world.nanoTime() - follower.lastHeardNanos() < Peers.SILENT_NANOS;
      Long votes = next.voters().get(follower.peer());
      there += isHeard && votes != null && votes == follower.incarnation() ? 1 : 0;
    }
    return there;
  }

  private void askedToRemove(int from, long ticket, int peer) {
    if (peer == options.id()) {
      // Whoever leads then is asked again.
      step.accept(new Input.TransferLeadership(0));
      return;
    }
    long now = world.nanoTime();
    Removal before = removal;
    if (before != null && before.peer != peer && now - before.atNanos < 2 * RESEND_NANOS) {
      return; // one at a time
    }
    long since = before != null && before.ticket == ticket ? before.sinceNanos : now;
    removal = new Removal(peer, from, ticket, since, now);
  }

  /** The peer's role changed. */
  void roleChanged() {
    removal = null;
    census.reset();
  }

  /** Whether there is a wish, here or of another peer. */
  boolean isAsked() {
    return removal != null || !wishes.isEmpty();
  }

  void tick(long now) {
    tickWishes(now);
    if (replication.role() == Role.LEADER && replication.mayChangeMembership()) {
      lead(now);
    }
  }

  private void lead(long now) {
    Membership members = replication.membership().reachedAt(options.addresses());
    Removal asked = removal;
    if (asked != null && now - asked.atNanos > 10 * RESEND_NANOS) {
      removal = null;
      asked = null;
    }
    if (asked != null && members.voters().containsKey(asked.peer)) {
      remove(members, asked, now);
      return;
    }
    for (Map.Entry<Integer, Integer> each : members.replacing().entrySet()) {
      int old = each.getValue();
      if (members.voters().containsKey(each.getKey())) {
        if (old == options.id()) {
          step.accept(new Input.TransferLeadership(0));
        } else {
          replaced(members, old, now);
        }
        return;
      }
    }
  }

  private void remove(Membership members, Removal asked, long now) {
    Membership next = members.without(asked.peer);
    if (census.poll(next, 0, now) == Census.State.CLEAR) {
      removal = null;
      propose(next);
    } else if (now - asked.sinceNanos > PATIENCE_NANOS) {
      removal = null;
      refuse(
          asked.from,
          asked.ticket,
          "without peer "
              + asked.peer
              + " some content would be on less than a majority of the peers; content is missing on "
              + census.lacking()
              + ", no answer from "
              + census.silent()
              + "; ask again when they have fetched it");
      census.reset();
    }
  }

  /** The one that took its place votes: {@code old} may go. */
  private void replaced(Membership members, int old, long now) {
    Membership next = members.without(old);
    boolean votes = members.voters().containsKey(old);
    if (!votes || there(next) >= next.commitQuorum() && isClear(next, now)) {
      propose(next);
    }
  }

  private boolean isClear(Membership next, long now) {
    return census.poll(next, 0, now) == Census.State.CLEAR;
  }
}
