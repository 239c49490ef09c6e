package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.journal.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LogPositionsTest {
  private static final int PAGE = LogPositions.PAGE_ENTRIES;

  private static Position at(long index) {
    return new Position(index, (int) index * 7, (int) index + 1);
  }

  private static LogPositions filled(long startIndex, int count) {
    LogPositions positions = new LogPositions(startIndex);
    for (int i = 1; i <= count; i++) {
      positions.put(startIndex + i, at(startIndex + i));
    }
    return positions;
  }

  @Test
  void eachEntryIsFoundWhereItWasPut() {
    LogPositions positions = filled(5, 3 * PAGE);
    for (long index = 6; index <= 5 + 3 * PAGE; index++) {
      assertEquals(at(index), positions.get(index));
    }
    assertEquals(5, positions.startIndex());
    assertEquals(5 + 3 * PAGE, positions.lastIndex());
    assertFalse(positions.holds(5));
    assertTrue(positions.holds(6));
    assertFalse(positions.holds(6 + 3 * PAGE));
  }

  @Test
  void theLargestNumbersComeBack() {
    LogPositions positions = new LogPositions(0);
    Position far = new Position((1L << 33) - 1, Integer.MAX_VALUE, Integer.MAX_VALUE);
    Position near = new Position(0, 0, 0);
    positions.put(1, far);
    positions.put(2, near);
    assertEquals(far, positions.get(1));
    assertEquals(near, positions.get(2));
    Position tooFar = new Position(1L << 33, 0, 0);
    assertThrows(IllegalStateException.class, () -> positions.put(3, tooFar));
  }

  @Test
  void anEntrySupersedesThoseAtAndAfterIt() {
    LogPositions positions = filled(0, 3 * PAGE);
    Position other = new Position(9, 9, 9);
    positions.put(10, other);
    assertEquals(10, positions.lastIndex());
    assertEquals(other, positions.get(10));
    assertEquals(at(9), positions.get(9));
    assertEquals(1, positions.pages());
    assertThrows(IllegalStateException.class, () -> positions.get(11));
  }

  @Test
  void gapsAndEntriesBeforeTheStartAreRefused() {
    LogPositions positions = filled(PAGE, 3);
    assertThrows(IllegalStateException.class, () -> positions.put(PAGE, at(1)));
    assertThrows(IllegalStateException.class, () -> positions.put(PAGE + 5, at(1)));
    assertThrows(IllegalStateException.class, () -> positions.get(PAGE));
    assertEquals(PAGE + 3, positions.lastIndex());
  }

  @Test
  void theFrontIsDroppedByPages() {
    LogPositions positions = filled(0, 3 * PAGE);
    positions.dropThrough(PAGE + 5);
    assertEquals(PAGE + 5, positions.startIndex());
    assertFalse(positions.holds(PAGE + 5));
    assertEquals(at(PAGE + 6), positions.get(PAGE + 6));
    assertEquals(at(3 * PAGE), positions.get(3 * PAGE));
    assertEquals(3, positions.pages()); // entry 3 * PAGE is the first of the fourth
    positions.dropThrough(3 * PAGE);
    assertEquals(0, positions.pages());
    assertEquals(3 * PAGE, positions.lastIndex());
    positions.put(3 * PAGE + 1, at(1));
    assertEquals(at(1), positions.get(3 * PAGE + 1));
    assertThrows(IllegalStateException.class, () -> positions.dropThrough(3 * PAGE + 2));
  }

  @Test
  void theEndIsTruncated() {
    LogPositions positions = filled(5, 2 * PAGE);
    positions.truncateFrom(8);
    assertEquals(7, positions.lastIndex());
    assertEquals(1, positions.pages());
    positions.truncateFrom(2);
    assertEquals(5, positions.lastIndex());
    positions.put(6, at(6));
    assertEquals(at(6), positions.get(6));
  }

  @Test
  void itIsAListOfPositions() {
    Random random = new Random(7);
    long start = 3L * PAGE - 5;
    LogPositions positions = new LogPositions(start);
    List<Position> list = new ArrayList<>();
    for (int step = 0; step < 20_000; step++) {
      int place = random.nextInt(100) == 0 ? random.nextInt(list.size() + 1) : list.size();
      Position position = new Position(random.nextInt(9), random.nextInt(99), random.nextInt(99));
      list.subList(place, list.size()).clear();
      list.add(position);
      positions.put(start + 1 + place, position);
      if (random.nextInt(50) == 0) {
        int count = random.nextInt(Math.min(list.size(), 60) + 1);
        list.subList(0, count).clear();
        start += count;
        positions.dropThrough(start);
      }
    }
    assertEquals(start + list.size(), positions.lastIndex());
    for (int i = 0; i < list.size(); i++) {
      assertEquals(list.get(i), positions.get(start + 1 + i));
    }
  }
}
