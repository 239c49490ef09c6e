package io.quorate.store.metadata;

import static io.quorate.store.metadata.Cluster.at;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quorate.store.metadata.Command.LockFamily;
import io.quorate.store.metadata.Command.LockType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LockTest extends MetadataSuite {
  private static final long END = Long.MAX_VALUE;

  private long f;

  @BeforeEach
  void makeFile() {
    f = c.create("f").inode();
  }

  private Result fcntl(long owner, LockType type, long start, long end) {
    return c.run(new Command.Lock(f, owner, LockFamily.FCNTL, type, start, end));
  }

  private Result flock(long owner, LockType type) {
    return c.run(new Command.Lock(f, owner, LockFamily.FLOCK, type, 0, END));
  }

  private void taken(Result result) {
    assertEquals(new Result.Done(), result);
  }

  private Result.LockConflict conflict(long owner, LockType type, long start, long end) {
    return new Result.LockConflict(c.session, owner, type, start, end);
  }

  /** What a stranger would meet, from left to right. */
  private List<String> locks() {
    List<String> locks = new ArrayList<>();
    long from = 0;
    while (true) {
      Answer answer =
          c.ask(new Query.TestLock(0, f, 0, LockFamily.FCNTL, LockType.WRITE, from, END));
      if (!(answer instanceof Answer.Locked locked)) {
        return locks;
      }
      Result.LockConflict lock = locked.conflict();
      String end = lock.endByte() == END ? "" : "" + lock.endByte();
      locks.add(lock.owner() + ":" + lock.type() + ":" + lock.startByte() + "-" + end);
      if (lock.endByte() == END) {
        return locks;
      }
      from = lock.endByte() + 1;
    }
  }

  @Test
  void writersExcludeAndReadersShare() {
    taken(fcntl(1, LockType.READ, 0, 99));
    taken(fcntl(2, LockType.READ, 50, 149));
    assertEquals(conflict(1, LockType.READ, 0, 99), fcntl(3, LockType.WRITE, 99, 99));
    assertEquals(conflict(2, LockType.READ, 50, 149), fcntl(1, LockType.WRITE, 0, 99));
    taken(fcntl(3, LockType.WRITE, 150, END));
    assertEquals(conflict(3, LockType.WRITE, 150, END), fcntl(1, LockType.READ, 200, 200));
    taken(fcntl(2, LockType.UNLOCK, 0, END));
    taken(fcntl(1, LockType.WRITE, 0, 99));
  }

  @Test
  void locksOfOneOwnerMergeAndSplit() {
    taken(fcntl(1, LockType.WRITE, 0, 9));
    taken(fcntl(1, LockType.WRITE, 10, 19));
    assertEquals(List.of("1:WRITE:0-19"), locks());
    taken(fcntl(1, LockType.WRITE, 30, 39));
    taken(fcntl(1, LockType.WRITE, 15, 35));
    assertEquals(List.of("1:WRITE:0-39"), locks());
    taken(fcntl(1, LockType.READ, 10, 19));
    assertEquals(List.of("1:WRITE:0-9", "1:READ:10-19", "1:WRITE:20-39"), locks());
    taken(fcntl(1, LockType.UNLOCK, 5, 24));
    assertEquals(List.of("1:WRITE:0-4", "1:WRITE:25-39"), locks());
    taken(fcntl(1, LockType.UNLOCK, 100, 200));
    taken(fcntl(1, LockType.WRITE, 0, END));
    assertEquals(List.of("1:WRITE:0-"), locks());
    taken(fcntl(1, LockType.UNLOCK, END, END));
    assertEquals(List.of("1:WRITE:0-" + (END - 1)), locks());
    taken(fcntl(1, LockType.UNLOCK, 0, END));
    assertEquals(List.of(), locks());
  }

  @Test
  void flockIsAnotherFamily() {
    taken(fcntl(1, LockType.WRITE, 0, END));
    taken(flock(2, LockType.WRITE));
    assertEquals(conflict(2, LockType.WRITE, 0, END), flock(3, LockType.READ));
    taken(flock(2, LockType.READ));
    taken(flock(3, LockType.READ));
    assertEquals(conflict(3, LockType.READ, 0, END), flock(2, LockType.WRITE));
    taken(flock(3, LockType.UNLOCK));
    taken(flock(2, LockType.WRITE));
  }

  @Test
  void locksOfAnotherSessionCountUntilItEnds() {
    long first = c.session;
    taken(fcntl(1, LockType.WRITE, 0, END));
    c.use(c.openSession(), 0);
    Result.LockConflict inTheWay = new Result.LockConflict(first, 1, LockType.WRITE, 0, END);
    assertEquals(inTheWay, fcntl(1, LockType.WRITE, 5, 5));
    c.lead(new Command.EndSession(first));
    assertEquals(
        new Answer.Unlocked(),
        c.ask(new Query.TestLock(c.session, f, 1, LockFamily.FCNTL, LockType.WRITE, 0, END)));
    taken(fcntl(1, LockType.WRITE, 5, 5));
    assertEquals(List.of("1:WRITE:5-5"), locks());
  }

  @Test
  void testAsksWithoutTaking() {
    taken(fcntl(1, LockType.READ, 10, 20));
    assertEquals(
        new Answer.Unlocked(),
        c.ask(new Query.TestLock(c.session, f, 2, LockFamily.FCNTL, LockType.READ, 0, END)));
    assertEquals(
        new Answer.Unlocked(),
        c.ask(new Query.TestLock(c.session, f, 1, LockFamily.FCNTL, LockType.WRITE, 0, END)));
    assertEquals(
        new Answer.Locked(conflict(1, LockType.READ, 10, 20)),
        c.ask(new Query.TestLock(c.session, f, 2, LockFamily.FCNTL, LockType.WRITE, 0, END)));
  }

  @Test
  void badRangesAndInodesAreRefused() {
    c.refused(ErrorCode.INVALID, new Command.Lock(f, 1, LockFamily.FCNTL, LockType.READ, -1, 5));
    c.refused(ErrorCode.INVALID, new Command.Lock(f, 1, LockFamily.FCNTL, LockType.READ, 6, 5));
    c.refused(ErrorCode.STALE, new Command.Lock(4711, 1, LockFamily.FCNTL, LockType.READ, 0, 5));
    c.refused(
        ErrorCode.INVALID, new Query.TestLock(1, f, 1, LockFamily.FCNTL, LockType.READ, 6, 5));
  }

  @Test
  void locksGoWithThePurgedInode() {
    taken(fcntl(1, LockType.WRITE, 0, 9));
    taken(flock(1, LockType.WRITE));
    c.ok(new Command.Unlink(at("f")));
    c.keepAlive();
    c.keepAlive();
    try (var cursor = c.tables.scan(MetadataTable.LOCKS, new byte[0], null)) {
      assertEquals(false, cursor.next());
    }
  }
}
