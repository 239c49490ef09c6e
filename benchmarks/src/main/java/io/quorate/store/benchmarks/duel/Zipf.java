package io.quorate.store.benchmarks.duel;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Chooses among things of which the one at rank r, from 1, is wanted in proportion to 1 / r<sup>s
 * </sup> (Zipf's law): a few are wanted all the time, and most of them rarely.
 */
public final class Zipf {
  /** For each rank the share of all wishes that it and those before it have. */
  private final double[] cumulative;

  /**
   * Of a number of things.
   *
   * @param exponent s; 0 makes all alike
   */
  public Zipf(int things, double exponent) {
    cumulative = new double[things];
    double sum = 0;
    for (int rank = 1; rank <= things; rank++) {
      sum += Math.pow(rank, -exponent);
      cumulative[rank - 1] = sum;
    }
    for (int i = 0; i < things; i++) {
      cumulative[i] /= sum;
    }
  }

  /** One of them, from 0, the most wanted. */
  public int next(RandomGenerator random) {
    return at(random.nextDouble());
  }

  /** The one that {@code share}, from 0 to less than 1, falls to. */
  int at(double share) {
    int found = Arrays.binarySearch(cumulative, share);
    // Where it stands, the next begins; where it would stand, it falls within.
    return Math.min(found >= 0 ? found + 1 : -found - 1, cumulative.length - 1);
  }
}
