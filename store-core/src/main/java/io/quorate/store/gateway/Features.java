package io.quorate.store.gateway;

import io.quorate.store.metadata.FeatureLevels;

/**
 * Feature levels, see {@link FeatureLevels}.
 *
 * @param inForce the one that the replicated state has, as far as is known
 * @param known the highest that whoever this is about could go on with; of a cluster the least of
 *     all members', the lowest there is if one was never heard from
 */
public record Features(int inForce, int known) {
  /** What somebody has who says nothing of it. */
  public static final Features FIRST = new Features(FeatureLevels.FIRST, FeatureLevels.FIRST);

  public Features {
    inForce = Math.max(inForce, FeatureLevels.FIRST);
    known = Math.max(known, FeatureLevels.FIRST);
  }

  /** Of both together. */
  public Features and(Features other) {
    return new Features(Math.max(inForce, other.inForce), Math.min(known, other.known));
  }
}
