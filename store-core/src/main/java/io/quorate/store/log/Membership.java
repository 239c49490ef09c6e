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
 */
public record Membership(
    long index, SortedMap<Integer, Long> voters, SortedMap<Integer, Long> learners) {

  public Membership {
    voters = Collections.unmodifiableSortedMap(new TreeMap<>(voters));
    learners = Collections.unmodifiableSortedMap(new TreeMap<>(learners));
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
    return new Membership(newIndex, voters, learners);
  }

  /**
   * The body of an {@link EntryKind#MEMBERSHIP} entry, without the index, which the entry has
   * itself:
   *
   * <pre>
   *   u16 voters,   voters   × (i32 peer, i64 incarnation), by peer
   *   u16 learners, learners × (i32 peer, i64 incarnation), by peer
   * </pre>
   *
   * All big-endian.
   */
  public byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(4 + 12 * (voters.size() + learners.size()));
    put(out, voters);
    put(out, learners);
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
      if (in.hasRemaining()) {
        throw new IllegalArgumentException(
            "membership at index " + index + " has " + in.remaining() + " bytes too many");
      }
      return new Membership(index, voters, learners);
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
