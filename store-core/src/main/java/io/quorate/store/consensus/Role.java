package io.quorate.store.consensus;

/** What a peer is in the current term. */
public enum Role {
  LEARNER,
  FOLLOWER,
  PRE_CANDIDATE,
  CANDIDATE,
  LEADER
}
