package io.quorate.store.log;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The members of the cluster, by peer id (1 and up).
 *
 * @param index log index of the entry that set it; 0 for the membership that `init` wrote
 * @param voters id → incarnation of each voting peer; nothing counts from another incarnation
 * @param learners id → incarnation of peers that receive the log but do not vote; {@link #AWAITED}
 *     for one that has not come yet
 * @param byAll whether a leader began its term with it, elected by all of these voters. Then
 *     nothing says that the membership before it is committed
 * @param addresses id → host:port at which a member is reached; one that is not in it is where the
 *     configuration of each peer says
 * @param replacing id of a member → id of the member that leaves once it has its vote
 * @param forced how often an operator has forced a quorum since the cluster began
 * @param audit who did so last, when, and whom the cluster went on without; empty if nobody did
 */
public record Membership(
    long index,
    SortedMap<Integer, Long> voters,
    SortedMap<Integer, Long> learners,
    boolean byAll,
    SortedMap<Integer, String> addresses,
    SortedMap<Integer, Integer> replacing,
    int forced,
    String audit) {

  /** In place of the incarnation of a member that has not come yet: no peer ever lives as that. */
  public static final long AWAITED = 0;

  private static final int BY_ALL = 1;
  private static final int ADDRESSES = 2;
  private static final int REPLACING = 4;
  private static final int FORCED = 8;

  public Membership {
    voters = Collections.unmodifiableSortedMap(new TreeMap<>(voters));
    learners = Collections.unmodifiableSortedMap(new TreeMap<>(learners));
    Set<Integer> members = new TreeSet<>(voters.keySet());
    members.addAll(learners.keySet());
    SortedMap<Integer, String> reached = new TreeMap<>(addresses);
    reached.keySet().retainAll(members);
    addresses = Collections.unmodifiableSortedMap(reached);
    SortedMap<Integer, Integer> replaced = new TreeMap<>(replacing);
    replaced.keySet().retainAll(members);
    replaced.values().retainAll(members);
    replacing = Collections.unmodifiableSortedMap(replaced);
  }

  /** A membership like most. */
  public Membership(
      long index, SortedMap<Integer, Long> voters, SortedMap<Integer, Long> learners) {
    this(index, voters, learners, false, new TreeMap<>(), new TreeMap<>(), 0, "");
  }

  /** Ids of all members, in order. */
  public Set<Integer> members() {
    Set<Integer> members = new TreeSet<>(voters.keySet());
    members.addAll(learners.keySet());
    return members;
  }

  /** The incarnation of a member; {@link #AWAITED} if none has come, or it is no member. */
  public long incarnationOf(int peer) {
    Long votes = voters.get(peer);
    return votes != null ? votes : learners.getOrDefault(peer, AWAITED);
  }

  /** Voters that make a commit: floor(N / 2) + 1 (3 of 4). */
  public int commitQuorum() {
    return voters.size() / 2 + 1;
  }

  /** Voters that make a read: N − commitQuorum + 1 (2 of 4), so that each meets every commit. */
  public int readQuorum() {
    return voters.size() - commitQuorum() + 1;
  }

  /** Whether {@code peer} is a voter or a learner of this very incarnation. */
  public boolean names(int peer, long incarnation) {
    Long known = voters.get(peer);
    if (known == null) {
      known = learners.get(peer);
    }
    return known != null && known == incarnation;
  }

  /** Whether {@code peer} is a voter or a learner, of whatever incarnation. */
  public boolean contains(int peer) {
    return voters.containsKey(peer) || learners.containsKey(peer);
  }

  /** The same members, set by the entry at {@code newIndex}. */
  public Membership at(long newIndex) {
    return new Membership(newIndex, voters, learners, byAll, addresses, replacing, forced, audit);
  }

  /** The same, with addresses for those that have none here. */
  public Membership reachedAt(SortedMap<Integer, String> configured) {
    SortedMap<Integer, String> all = new TreeMap<>(configured);
    all.values().removeIf(String::isEmpty);
    all.putAll(addresses);
    return new Membership(index, voters, learners, byAll, all, replacing, forced, audit);
  }

  private Membership of(SortedMap<Integer, Long> newVoters, SortedMap<Integer, Long> newLearners) {
    return new Membership(
        index, newVoters, newLearners, false, addresses, replacing, forced, audit);
  }

  /** The same voters in the incarnations in which all of them elected a leader. */
  public Membership readmitting(SortedMap<Integer, Long> electors) {
    SortedMap<Integer, Long> readmitted = new TreeMap<>(voters);
    readmitted.replaceAll((peer, before) -> electors.getOrDefault(peer, before));
    return new Membership(index, readmitted, learners, true, addresses, replacing, forced, audit);
  }

  /** The same, with {@code peer} in another incarnation. */
  public Membership readmitting(int peer, long incarnation) {
    SortedMap<Integer, Long> newVoters = new TreeMap<>(voters);
    SortedMap<Integer, Long> newLearners = new TreeMap<>(learners);
    newVoters.replace(peer, incarnation);
    newLearners.replace(peer, incarnation);
    return of(newVoters, newLearners);
  }

  /** The same, with {@code peer} as a learner of that incarnation, and without its vote. */
  public Membership learning(int peer, long incarnation) {
    SortedMap<Integer, Long> newVoters = new TreeMap<>(voters);
    SortedMap<Integer, Long> newLearners = new TreeMap<>(learners);
    newVoters.remove(peer);
    newLearners.put(peer, incarnation);
    return of(newVoters, newLearners);
  }

  /** The same, with the learner {@code peer} as a voter. */
  public Membership voting(int peer) {
    SortedMap<Integer, Long> newVoters = new TreeMap<>(voters);
    SortedMap<Integer, Long> newLearners = new TreeMap<>(learners);
    newVoters.put(peer, newLearners.remove(peer));
    return of(newVoters, newLearners);
  }

  /** The same, awaiting {@code peer}, which is to learn and then to vote. */
  public Membership awaiting(int peer, String address) {
    SortedMap<Integer, String> reached = new TreeMap<>(addresses);
    reached.put(peer, address);
    SortedMap<Integer, Long> newLearners = new TreeMap<>(learners);
    newLearners.put(peer, AWAITED);
    return new Membership(index, voters, newLearners, false, reached, replacing, forced, audit);
  }

  /** The same, with {@code old} to leave once the member {@code peer} has its vote. */
  public Membership replacing(int old, int peer) {
    SortedMap<Integer, Integer> replaced = new TreeMap<>(replacing);
    replaced.put(peer, old);
    return new Membership(index, voters, learners, false, addresses, replaced, forced, audit);
  }

  /** The same, without {@code peer}. */
  public Membership without(int peer) {
    SortedMap<Integer, Long> newVoters = new TreeMap<>(voters);
    SortedMap<Integer, Long> newLearners = new TreeMap<>(learners);
    newVoters.remove(peer);
    newLearners.remove(peer);
    return of(newVoters, newLearners);
  }

  /**
   * What an operator forces when the voters that are left are too few for a quorum: they alone
   * vote, as they are, and all others are awaited anew, so that they can be replaced.
   *
   * @param survivors voters of this membership
   * @throws IllegalArgumentException if one has no vote, or they are a quorum without that
   */
  public Membership forcedOnto(Set<Integer> survivors, String auditLine) {
    if (survivors.isEmpty() || !voters.keySet().containsAll(survivors)) {
      throw new IllegalArgumentException(
          "the voting peers are " + voters.keySet() + "; " + survivors + " are to survive");
    }
    if (survivors.size() >= commitQuorum()) {
      throw new IllegalArgumentException(
          survivors.size()
              + " of "
              + voters.size()
              + " voting peers are a quorum: nothing has to be forced; start them, and replace the"
              + " lost ones with quorate peer replace");
    }
    SortedMap<Integer, Long> left = new TreeMap<>(voters);
    left.keySet().retainAll(survivors);
    SortedMap<Integer, Long> lost = new TreeMap<>();
    for (int peer : members()) {
      if (!survivors.contains(peer)) {
        lost.put(peer, AWAITED);
      }
    }
    return new Membership(index, left, lost, false, addresses, replacing, forced + 1, auditLine);
  }

  /**
   * The body of an {@link EntryKind#MEMBERSHIP} entry, without the index, which the entry has
   * itself:
   *
   * <pre>
   *   u16 voters,   voters   × (i32 peer, i64 incarnation), by peer
   *   u16 learners, learners × (i32 peer, i64 incarnation), by peer
   *   u8  flags; left out, with all that follows, if 0
   *     1   a leader began with it whom all have elected
   *     2   u16 addresses, addresses × (i32 peer, u16 length, UTF-8), by peer
   *     4   u16 replacing, replacing × (i32 peer, i32 replaced peer), by peer
   *     8   i32 how often a quorum was forced, u16 length, the audit line in UTF-8
   * </pre>
   *
   * All big-endian.
   */
  public byte[] encode() {
    int flags =
        (byAll ? BY_ALL : 0)
            | (addresses.isEmpty() ? 0 : ADDRESSES)
            | (replacing.isEmpty() ? 0 : REPLACING)
            | (forced == 0 ? 0 : FORCED);
    SortedMap<Integer, byte[]> encoded = new TreeMap<>();
    int bytes = 2 + 2 + 12 * (voters.size() + learners.size()) + 1 + 2 + 2 + 8 * replacing.size();
    for (var each : addresses.entrySet()) {
      byte[] address = each.getValue().getBytes(StandardCharsets.UTF_8);
      encoded.put(each.getKey(), address);
      bytes += 6 + address.length;
    }
    byte[] line = audit.getBytes(StandardCharsets.UTF_8);
    ByteBuffer out = ByteBuffer.allocate(bytes + 6 + line.length);
    put(out, voters);
    put(out, learners);
    if (flags != 0) {
      out.put((byte) flags);
    }
    if (!encoded.isEmpty()) {
      out.putShort((short) encoded.size());
      encoded.forEach(
          (peer, address) -> out.putInt(peer).putShort((short) address.length).put(address));
    }
    if (!replacing.isEmpty()) {
      out.putShort((short) replacing.size());
      replacing.forEach((peer, old) -> out.putInt(peer).putInt(old));
    }
    if (forced != 0) {
      out.putInt(forced).putShort((short) line.length).put(line);
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  private static void put(ByteBuffer out, SortedMap<Integer, Long> members) {
    out.putShort((short) members.size());
    members.forEach((peer, incarnation) -> out.putInt(peer).putLong(incarnation));
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IllegalArgumentException if the body is not a membership
   */
  public static Membership decode(long index, byte[] body) {
    ByteBuffer in = ByteBuffer.wrap(body);
    try {
      SortedMap<Integer, Long> voters = take(in);
      SortedMap<Integer, Long> learners = take(in);
      int flags = in.hasRemaining() ? in.get() : 0;
      SortedMap<Integer, String> addresses = new TreeMap<>();
      for (int left = (flags & ADDRESSES) == 0 ? 0 : in.getShort() & 0xffff; left > 0; left--) {
        int peer = in.getInt();
        byte[] address = new byte[in.getShort() & 0xffff];
        in.get(address);
        addresses.put(peer, new String(address, StandardCharsets.UTF_8));
      }
      SortedMap<Integer, Integer> replacing = new TreeMap<>();
      for (int left = (flags & REPLACING) == 0 ? 0 : in.getShort() & 0xffff; left > 0; left--) {
        int peer = in.getInt();
        replacing.put(peer, in.getInt());
      }
      int forced = (flags & FORCED) == 0 ? 0 : in.getInt();
      byte[] line = new byte[(flags & FORCED) == 0 ? 0 : in.getShort() & 0xffff];
      in.get(line);
      if (in.hasRemaining() || (flags & ~(BY_ALL | ADDRESSES | REPLACING | FORCED)) != 0) {
        throw new IllegalArgumentException(
            "membership at index "
                + index
                + " has flags "
                + flags
                + " and "
                + in.remaining()
                + " bytes too many");
      }
      return new Membership(
          index,
          voters,
          learners,
          (flags & BY_ALL) != 0,
          addresses,
          replacing,
          forced,
          new String(line, StandardCharsets.UTF_8));
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException(
          "membership at index " + index + " ends early, after " + body.length + " bytes", e);
    }
  }

  private static SortedMap<Integer, Long> take(ByteBuffer in) {
    SortedMap<Integer, Long> members = new TreeMap<>();
    for (int left = in.getShort() & 0xffff; left > 0; left--) {
      int peer = in.getInt();
      members.put(peer, in.getLong());
    }
    return members;
  }
}
