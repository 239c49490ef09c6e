package io.quorate.store.peer;

import io.quorate.store.log.Membership;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * With whom this peer has links: all members that it knows of, wherever it knows them from. And
 * whether it is a member itself, which one that was removed while it was away hears from nobody but
 * those who refuse it. Lives on the peer's loop.
 */
final class MemberLinks {
  private static final Logger LOG = LoggerFactory.getLogger(MemberLinks.class);

  private final PeerOptions options;
  private final Transport transport;
  private final Replication replication;
  private final Standing standing;
  private final Runnable onExpulsion;
  private List<Integer> peers = List.of();
  private Membership heardOf = new Membership(0, new TreeMap<>(), new TreeMap<>());
  private int forcedSeen;

  /** What peers said that take this one for a stranger; by id. */
  private final Map<Integer, String> strangerTo = new TreeMap<>();

  private volatile @Nullable String expulsion;

  /**
   * Without links, for now.
   *
   * @param onExpulsion told whenever it shows that this peer is no member any more
   */
  MemberLinks(
      Protocol.Parts parts, Replication replication, Standing standing, Runnable onExpulsion) {
    this.options = parts.options();
    this.transport = parts.transport();
    this.replication = replication;
    this.standing = standing;
    this.onExpulsion = onExpulsion;
  }

  /** The others that there is a link with, or is to be one. */
  List<Integer> peers() {
    return peers;
  }

  /** Why this peer serves nothing, if it is no member any more; else null. From any thread. */
  @Nullable String expulsion() {
    return expulsion;
  }

  /** The members have changed, or a change of them is agreed on. */
  void membershipChanged() {
    Membership agreed = replication.committedMembership();
    if (agreed.forced() > forcedSeen) {
      forcedSeen = agreed.forced();
      LOG.warn("peer {}: a quorum was forced: {}", options.id(), agreed.audit());
    }
    reach();
  }

  /** Another leads, or nobody does. */
  void leaderChanged() {
    reach();
    noteExpulsion();
  }

  /** Another peer knows of these. */
  void heardOf(Membership members) {
    if (members.index() > heardOf.index()) {
      heardOf = members;
      reach();
    }
  }

  /** The link with another peer stands: it takes this one for a member. */
  void up(int other) {
    strangerTo.remove(other);
    noteExpulsion();
  }

  /**
   * Another peer speaks to this one: it takes it for a member, whatever it said before it knew. If
   * it is not, the next link is refused again.
   */
  void heard(int other) {
    if (!strangerTo.isEmpty() && strangerTo.remove(other) != null) {
      noteExpulsion();
    }
  }

  /** Another peer says that this one is no member, as far as it knows. */
  void refusedAsStranger(int other, String why) {
    strangerTo.put(other, why);
    noteExpulsion();
  }

  /**
   * While there is no leader, those of the configuration are reached too: all others may have gone,
   * and the one that writes it knows where the cluster is now.
   */
  private void reach() {
    SortedMap<Integer, String> reached = new TreeMap<>();
    if (replication.leader() == 0) {
      reached.putAll(options.addresses());
    }
    for (Membership membership : replication.membershipsInForce()) {
      add(membership, reached);
    }
    if (heardOf.index() > replication.newestMembership().index()) {
      add(heardOf, reached);
    }
    reached.remove(options.id());
    peers = List.copyOf(reached.keySet());
    transport.reach(reached);
    strangerTo.keySet().retainAll(reached.keySet());
  }

  private void add(Membership membership, SortedMap<Integer, String> reached) {
    for (int peer : membership.members()) {
      String address = membership.addresses().get(peer);
      reached.put(peer, address != null ? address : options.addresses().getOrDefault(peer, ""));
    }
  }

  /**
   * Who has a leader is a member, whatever one says that may be behind; unless most say so, or that
   * leader, since one that only learns does not notice that its leader is gone.
   */
  private void noteExpulsion() {
    boolean out =
        !strangerTo.isEmpty()
            && (replication.leader() == 0
                || strangerTo.containsKey(replication.leader())
                || 2 * strangerTo.size() > peers.size())
            && standing.kind() != Standing.Kind.JOINING;
    String before = expulsion;
    expulsion =
        out
            ? "this peer serves nothing, since it is no member of the cluster any more: "
                + strangerTo.values().iterator().next()
            : null;
    if (out) {
      onExpulsion.run();
    }
    if (out && before == null) {
      LOG.error("peer {}: {}", options.id(), expulsion);
    }
  }
}
