package io.quorate.store.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TermRunsTest {
  @Test
  void droppingTheFrontLeavesTheRest() {
    TermRuns runs = new TermRuns(0, 0);
    long[] terms = {1, 1, 2, 2, 2, 5};
    for (int i = 0; i < terms.length; i++) {
      runs.append(i + 1, terms[i]);
    }
    runs.dropThrough(3);
    assertEquals(3, runs.startIndex());
    assertEquals(2, runs.termAt(3));
    assertEquals(2, runs.termAt(4));
    assertEquals(5, runs.termAt(6));
    assertThrows(IllegalStateException.class, () -> runs.termAt(2));
    assertEquals(5, runs.lastAtOrBelowTerm(6, 4));
    assertEquals(3, runs.lastAtOrBelowTerm(6, 1));
    runs.dropThrough(6);
    assertEquals(5, runs.lastTerm());
    assertEquals(5, runs.termAt(6));
    runs.append(7, 5);
    assertEquals(5, runs.termAt(7));
  }

  @Test
  void itIsAListOfTerms() {
    Random random = new Random(3);
    TermRuns runs = new TermRuns(0, 0);
    List<Long> list = new ArrayList<>(List.of(0L)); // from the start on, it included
    long start = 0;
    for (int step = 0; step < 20_000; step++) {
      long last = start + list.size() - 1;
      int dice = random.nextInt(20);
      if (dice == 0) {
        int count = random.nextInt(Math.min(8, list.size()));
        list.subList(0, count).clear();
        start += count;
        runs.dropThrough(start);
      } else if (dice == 1 && list.size() > 1) {
        int kept = 1 + random.nextInt(list.size() - 1);
        list.subList(kept, list.size()).clear();
        runs.truncateFrom(start + kept);
      } else {
        long term = list.getLast() + (random.nextInt(5) == 0 ? 1 : 0);
        list.add(term);
        runs.append(last + 1, term);
      }
      assertEquals(start, runs.startIndex());
      assertEquals(start + list.size() - 1, runs.lastIndex());
      assertEquals(list.getLast(), runs.lastTerm());
      int at = random.nextInt(list.size());
      assertEquals(list.get(at), runs.termAt(start + at));
    }
  }
}
