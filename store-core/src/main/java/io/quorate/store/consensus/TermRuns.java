package io.quorate.store.consensus;

import java.util.Arrays;

/**
 * The term of every entry of a log, as runs: terms never fall along a log, and a term is long, so a
 * log of millions of entries needs a handful of numbers.
 */
final class TermRuns {
  private long startIndex;
  private long startTerm;
  private long lastIndex;
  private long[] firsts = new long[8];
  private long[] terms = new long[8];
  private int runs;

  /**
   * An empty log after the committed (startIndex, startTerm); (0, 0) for one from the beginning.
   */
  TermRuns(long startIndex, long startTerm) {
    this.startIndex = startIndex;
    this.startTerm = startTerm;
    this.lastIndex = startIndex;
  }

  TermRuns copy() {
    TermRuns copy = new TermRuns(startIndex, startTerm);
    copy.lastIndex = lastIndex;
    copy.firsts = firsts.clone();
    copy.terms = terms.clone();
    copy.runs = runs;
    return copy;
  }

  long startIndex() {
    return startIndex;
  }

  long lastIndex() {
    return lastIndex;
  }

  long lastTerm() {
    return runs == 0 ? startTerm : terms[runs - 1];
  }

  void append(long index, long term) {
    if (index != lastIndex + 1 || term < lastTerm()) {
      throw new IllegalStateException(
          "entry "
              + index
              + "/"
              + term
              + " can not follow the log's end "
              + lastIndex
              + "/"
              + lastTerm());
    }
    if (runs == 0 || terms[runs - 1] != term) {
      if (runs == firsts.length) {
        firsts = Arrays.copyOf(firsts, 2 * runs);
        terms = Arrays.copyOf(terms, 2 * runs);
      }
      firsts[runs] = index;
      terms[runs] = term;
      runs++;
    }
    lastIndex = index;
  }

  /** Drops every entry at or above {@code index}. */
  void truncateFrom(long index) {
    if (index <= startIndex || index > lastIndex) {
      throw new IllegalStateException(
          "can not truncate from " + index + " a log of " + startIndex + " to " + lastIndex);
    }
    while (runs > 0 && firsts[runs - 1] >= index) {
      runs--;
    }
    lastIndex = index - 1;
  }

  /** Drops every entry at or below {@code index}, which must lie in the log. */
  void dropThrough(long index) {
    long term = termAt(index);
    int passed = 0;
    while (passed < runs && (passed + 1 < runs ? firsts[passed + 1] - 1 : lastIndex) <= index) {
      passed++;
    }
    System.arraycopy(firsts, passed, firsts, 0, runs - passed);
    System.arraycopy(terms, passed, terms, 0, runs - passed);
    runs -= passed;
    startIndex = index;
    startTerm = term;
    if (runs > 0) {
      firsts[0] = Math.max(firsts[0], index + 1);
    }
  }

  /** Term of the entry at {@code index}, which must lie between the log's start and its end. */
  long termAt(long index) {
    if (index == startIndex) {
      return startTerm;
    }
    if (index < startIndex || index > lastIndex) {
      throw new IllegalStateException(
          "index " + index + " is outside the log of " + startIndex + " to " + lastIndex);
    }
    // Nearly every question is about the last run.
    if (firsts[runs - 1] <= index) {
      return terms[runs - 1];
    }
    int at = Arrays.binarySearch(firsts, 0, runs, index);
    return terms[at >= 0 ? at : -at - 2];
  }

  /**
   * Highest index ≤ {@code from} whose term is ≤ {@code term}; the log's start if there is none.
   */
  long lastAtOrBelowTerm(long from, long term) {
    long end = Math.min(from, lastIndex);
    for (int run = runs - 1; run >= 0; run--) {
      if (firsts[run] <= end) {
        if (terms[run] <= term) {
          return end;
        }
        end = firsts[run] - 1;
      }
    }
    return startIndex;
  }
}
