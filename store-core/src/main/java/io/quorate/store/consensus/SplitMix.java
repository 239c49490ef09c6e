package io.quorate.store.consensus;

/** Deterministic random numbers from a seed (Steele, Lea and Flood, 2014: SplitMix64). */
final class SplitMix {
  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;
  private long state;

  SplitMix(long seed) {
    this.state = seed;
  }

  long next() {
    state += GOLDEN_GAMMA;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /** A number from {@code lowest} to {@code highest}, both included. */
  long between(long lowest, long highest) {
    return lowest + Long.remainderUnsigned(next(), highest - lowest + 1);
  }
}
