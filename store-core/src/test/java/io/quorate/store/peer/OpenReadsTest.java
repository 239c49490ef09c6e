package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Whoever gives content back waits for the reads that may know of it, and for no others. */
class OpenReadsTest {
  @Test
  void onlyReadsThatBeganBeforeAreWaitedFor() {
    OpenReads reads = new OpenReads();
    assertTrue(reads.haveEnded(reads.mark()), "there was none");
    long first = reads.begin();
    long second = reads.begin();
    long mark = reads.mark();
    long later = reads.begin();
    assertFalse(reads.haveEnded(mark));
    reads.end(second);
    assertFalse(reads.haveEnded(mark), "the first goes on");
    reads.end(first);
    assertTrue(reads.haveEnded(mark), "the one that began later does not count");
    assertFalse(reads.haveEnded(reads.mark()));
    reads.end(later);
    assertTrue(reads.haveEnded(reads.mark()));
  }

  @Test
  void aReadEndsOnce() {
    OpenReads reads = new OpenReads();
    long one = reads.begin();
    long other = reads.begin();
    reads.end(one);
    reads.end(one);
    assertFalse(reads.haveEnded(reads.mark()));
    reads.end(other);
    assertTrue(reads.haveEnded(reads.mark()));
  }
}
