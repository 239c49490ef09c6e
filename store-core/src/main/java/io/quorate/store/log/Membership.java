package io.quorate.store.log;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The members of the cluster, by peer id (1 and up).
 *
 * @param index log index of the entry that set it; 0 for the membership that `init` wrote
 * @param voters id → incarnation of each voting peer; nothing counts from another incarnation
 * @param learners id → incarnation of peers that receive the log but do not vote
 * @param byAll whether a leader began its term with it, elected by all of these voters. Then
 *     nothing says that the membership before it is committed
 */
public record Membership(
    long index, SortedMap<Integer, Long> voters, SortedMap<Integer, Long> learners, boolean byAll) {

  public Membership {
    voters = Collections.unmodifiableSortedMap(new TreeMap<>(voters));
    learners = Collections.unmodifiableSortedMap(new TreeMap<>(learners));
  }

  /** A membership like most. */
  public Membership(
      long index, SortedMap<Integer, Long> voters, SortedMap<Integer, Long> learners) {
    this(index, voters, learners, false);
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
    return new Membership(newIndex, voters, learners, byAll);
  }

  /** The same voters in the incarnations in which all of them elected a leader. */
  public Membership readmitting(SortedMap<Integer, Long> electors) {
    SortedMap<Integer, Long> readmitted = new TreeMap<>(voters);
    readmitted.replaceAll((peer, before) -> electors.getOrDefault(peer, before));
    return new Membership(index, readmitted, learners, true);
  }

  /** The same, with {@code peer} in another incarnation. */
  public Membership readmitting(int peer, long incarnation) {
    SortedMap<Integer, Long> newVoters = new TreeMap<>(voters);
    SortedMap<Integer, Long> newLearners = new TreeMap<>(learners);
    newVoters.replace(peer, incarnation);
    newLearners.replace(peer, incarnation);
    return new Membership(index, newVoters, newLearners);
  }

  /** The same, with {@code peer} as a learner of that incarnation, and without its vote. */
  public Membership learning(int peer, long incarnation) {
    SortedMap<Integer, Long> newVoters = new TreeMap<>(voters);
    SortedMap<Integer, Long> newLearners = new TreeMap<>(learners);
    newVoters.remove(peer);
    newLearners.put(peer, incarnation);
    return new Membership(index, newVoters, newLearners);
  }

  /** The same, with the learner {@code peer} as a voter. */
  public Membership voting(int peer) {
    SortedMap<Integer, Long> newVoters = new TreeMap<>(voters);
    SortedMap<Integer, Long> newLearners = new TreeMap<>(learners);
    newVoters.put(peer, newLearners.remove(peer));
    return new Membership(index, newVoters, newLearners);
  }

  /** Whether the body is one with which a leader began whom all have elected. */
  public static boolean isByAll(byte[] body) {
    return decode(0, body).byAll();
  }

  /**
   * The body of an {@link EntryKind#MEMBERSHIP} entry, without the index, which the entry has
   * itself:
   *
   * <pre>
   *   u16 voters,   voters   × (i32 peer, i64 incarnation), by peer
   *   u16 learners, learners × (i32 peer, i64 incarnation), by peer
   *   u8  1 if a leader began with it whom all have elected; else left out
   * </pre>
   *
   * All big-endian.
   */
  public byte[] encode() {
    int flags = byAll ? 1 : 0;
    ByteBuffer out = ByteBuffer.allocate(4 + 12 * (voters.size() + learners.size()) + flags);
    put(out, voters);
    put(out, learners);
    if (byAll) {
      out.put((byte) 1);
    }
    return out.array();
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
      boolean byAll = in.remaining() == 1 && in.get(in.position()) == 1;
      if (in.remaining() > (byAll ? 1 : 0)) {
        throw new IllegalArgumentException(
            "membership at index " + index + " has " + in.remaining() + " bytes too many");
      }
      return new Membership(index, voters, learners, byAll);
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
