package io.quorate.store.sim;

import java.util.List;

/**
 * Seeded pseudo-random numbers: SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom
 * number generators", 2014). Written out here so that a seed means the same run on every JDK.
 */
public final class SimRandom {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  public SimRandom(long seed) {
    state = mix(seed);
  }

  /** 64 random bits. */
  public long nextLong() {
    state += GOLDEN_GAMMA;
    return mix(state);
  }

  /** A number from 0 to {@code bound} − 1. */
  public int below(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("bound is " + bound + "; it must be positive");
    }
    return (int) ((nextLong() >>> 1) % bound);
  }

  /** A number from {@code low} to {@code high}, both included. */
  public long between(long low, long high) {
    if (low > high) {
      throw new IllegalArgumentException("empty range " + low + " to " + high);
    }
    return low + (nextLong() >>> 1) % (high - low + 1);
  }

  /** True with probability {@code probability}. */
  public boolean chance(double probability) {
    return (nextLong() >>> 11) * 0x1.0p-53 < probability;
  }

  /** One of {@code items}. */
  public <T> T pick(List<T> items) {
    return items.get(below(items.size()));
  }

  /** {@code length} random bytes. */
  public byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i += 8) {
      long bits = nextLong();
      for (int j = i; j < Math.min(i + 8, length); j++) {
        bytes[j] = (byte) bits;
        bits >>>= 8;
      }
    }
    return bytes;
  }

  /** A generator of its own, so that one consumer's appetite does not shift another's numbers. */
  public SimRandom fork() {
    return new SimRandom(nextLong());
  }

  static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
