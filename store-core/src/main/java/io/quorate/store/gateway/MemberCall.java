package io.quorate.store.gateway;

/** What an operator asks about the members of the cluster. */
public sealed interface MemberCall {

  /** Fewest voting peers that a change leaves. */
  int LEAST_VOTERS = 3;

  /** Most members; while one replaces another there may be one more. */
  int MOST_MEMBERS = 7;

  /** Longest address, in characters. */
  int MOST_ADDRESS_CHARS = 255;

  /** Who they are, as the peer that answers knows it. */
  record Show() implements MemberCall {}

  /** Another peer is to come: it learns first, and votes once it has all. */
  record Add(int peer, String address) implements MemberCall {}

  /** A peer is to leave. */
  record Remove(int peer) implements MemberCall {}

  /** Another peer is to come in place of one, which leaves as soon as the new one votes. */
  record Replace(int old, int peer, String address) implements MemberCall {}
}
