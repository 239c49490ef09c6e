package io.quorate.store.sim;

import static io.quorate.store.sim.Linearizability.Verdict.LINEARIZABLE;
import static io.quorate.store.sim.Linearizability.Verdict.VIOLATED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Histories known to be right and known to be wrong. */
final class LinearizabilityTest {
  private static final long BUDGET = 1_000_000;

  private final List<Operation<FileCall>> history = new ArrayList<>();

  private LinearizabilityTest did(long from, long to, FileCall call, @Nullable String outcome) {
    history.add(
        new Operation<>(
            history.size(),
            "c" + history.size(),
            from,
            outcome == null ? Long.MAX_VALUE : to,
            call,
            outcome));
    return this;
  }

  /** Nobody was told what came of it; {@code to} is the last moment at which it may happen. */
  private LinearizabilityTest mayHaveDone(long from, long to, FileCall call) {
    history.add(new Operation<>(history.size(), "c" + history.size(), from, to, call, null));
    return this;
  }

  private void expect(Linearizability.Verdict verdict) {
    assertEquals(verdict, Linearizability.check(new TreeModel(), history, BUDGET));
  }

  private static FileCall put(int token) {
    return new FileCall.Put("/f", token);
  }

  private static FileCall read() {
    return new FileCall.Read("/f");
  }

  @Test
  void sequentialHistory() {
    did(0, 1, read(), "NOT_FOUND")
        .did(2, 3, put(1), "ok")
        .did(4, 5, read(), "ok 1;")
        .did(6, 7, put(2), "ok")
        .did(8, 9, read(), "ok 2;")
        .expect(LINEARIZABLE);
  }

  @Test
  void staleReadIsFound() {
    did(0, 1, put(1), "ok").did(2, 3, put(2), "ok").did(4, 5, read(), "ok 1;").expect(VIOLATED);
  }

  @Test
  void lostAcknowledgedWriteIsFound() {
    did(0, 1, put(1), "ok").did(2, 3, read(), "NOT_FOUND").expect(VIOLATED);
  }

  @Test
  void whatConflictsIsNamed() {
    did(0, 1, new FileCall.Put("/g", 9), "ok")
        .did(2, 3, put(1), "ok")
        .did(2, 7, new FileCall.List("/"), "ok f g")
        .did(4, 5, put(2), "ok")
        .did(6, 7, new FileCall.Read("/g"), "ok 9;")
        .did(8, 9, read(), "ok 1;")
        .did(10, 11, read(), "ok 2;");
    List<FileCall> conflict =
        Linearizability.conflict(new TreeModel(), history, BUDGET).stream()
            .map(Operation::call)
            .toList();
    assertEquals(List.of(put(1), put(2), read()), conflict);
    assertTrue(Linearizability.explain(new TreeModel(), history, BUDGET).contains("fits no order"));
  }

  @Test
  void conditionsAndExchanges() {
    FileCall.PutIfSame same = new FileCall.PutIfSame("/f", 3, "ok 1;", 77);
    did(0, 1, put(1), "ok")
        .did(2, 3, new FileCall.PutIfAbsent("/f", 2), "EXISTS")
        .did(4, 5, same, "ok")
        .did(6, 7, same, "CONDITION_FAILED")
        .did(8, 9, new FileCall.MakeDirectory("/d"), "ok")
        .did(10, 11, new FileCall.Exchange("/f", "/d"), "ok")
        .did(12, 13, new FileCall.Read("/d"), "ok 3;")
        .did(14, 15, new FileCall.Move("/d", "/f"), "EXISTS")
        .did(16, 17, new FileCall.Overwrite("/d", 4), "ok")
        .did(18, 19, new FileCall.Read("/d"), "ok 4;")
        .did(20, 21, new FileCall.Truncate("/d"), "ok")
        .did(22, 23, new FileCall.Read("/d"), "ok ")
        .expect(LINEARIZABLE);
    did(24, 25, new FileCall.Read("/d"), "ok 4;").expect(VIOLATED);
  }

  @Test
  void concurrentReadMaySeeOldOrNewButNotNewThenOld() {
    did(0, 1, put(1), "ok")
        .did(2, 10, put(2), "ok")
        .did(3, 4, read(), "ok 1;")
        .did(5, 6, read(), "ok 2;")
        .expect(LINEARIZABLE);
    did(7, 8, read(), "ok 1;").expect(VIOLATED);
  }

  @Test
  void unknownWriteMayHappenLateOrNeverButNotTwice() {
    did(0, 1, put(1), "ok").did(2, 3, put(2), null).did(4, 5, read(), "ok 1;").expect(LINEARIZABLE);
    did(6, 7, read(), "ok 2;").expect(LINEARIZABLE);
    did(8, 9, put(3), "ok").did(10, 11, read(), "ok 3;").expect(LINEARIZABLE);
    did(12, 13, read(), "ok 2;").expect(VIOLATED);
  }

  @Test
  void unknownWriteDoesNotHappenBeforeItWasAsked() {
    did(0, 1, put(1), "ok").did(2, 3, read(), "ok 2;").did(4, 5, put(2), null).expect(VIOLATED);
  }

  @Test
  void unknownWriteMayHappenUntilItsLastMoment() {
    did(0, 1, put(1), "ok")
        .mayHaveDone(2, 6, put(2))
        .did(3, 4, read(), "ok 1;")
        .did(5, 7, read(), "ok 2;")
        .expect(LINEARIZABLE);
  }

  @Test
  void unknownWriteMayNeverHappen() {
    did(0, 1, put(1), "ok")
        .mayHaveDone(2, 6, put(2))
        .mayHaveDone(3, 5, put(3))
        .did(7, 8, read(), "ok 1;")
        .did(9, 10, put(4), "ok")
        .expect(LINEARIZABLE);
  }

  @Test
  void unknownWriteAfterItsLastMomentIsFound() {
    did(0, 1, put(1), "ok")
        .mayHaveDone(2, 6, put(2))
        .did(7, 8, read(), "ok 1;")
        .did(9, 10, read(), "ok 2;")
        .expect(VIOLATED);
  }

  /** Many of them: dropping one must not hide that another one happened. */
  @Test
  void unknownWritesAreDroppedOneByOne() {
    for (int i = 0; i < 8; i++) {
      mayHaveDone(i, 20 + i, put(i));
    }
    did(30, 31, read(), "ok 3;").did(32, 33, read(), "ok 3;").expect(LINEARIZABLE);
    did(34, 35, read(), "ok 4;").expect(VIOLATED);
  }

  @Test
  void anAppendThatHappenedTwiceIsFound() {
    did(0, 1, new FileCall.Create("/f"), "ok")
        .did(2, 3, new FileCall.Append("/f", 7), "ok")
        .did(4, 5, read(), "ok 7;7;")
        .expect(VIOLATED);
  }

  @Test
  void renameMovesAtOnce() {
    did(0, 1, put(1), "ok")
        .did(2, 9, new FileCall.Rename("/f", "/g"), "ok")
        .did(3, 4, new FileCall.List("/"), "ok g")
        .did(5, 6, read(), "NOT_FOUND")
        .expect(LINEARIZABLE);
    did(7, 8, new FileCall.List("/"), "ok f g").expect(VIOLATED);
  }

  @Test
  void linksShareContentAndDirectoriesMoveWithTheirFiles() {
    did(0, 1, new FileCall.MakeDirectory("/d"), "ok")
        .did(2, 3, new FileCall.Put("/d/a", 1), "ok")
        .did(4, 5, new FileCall.Link("/d/a", "/b"), "ok")
        .did(6, 7, new FileCall.Put("/b", 2), "ok")
        .did(8, 9, new FileCall.Rename("/d", "/e"), "ok")
        .did(10, 11, new FileCall.Read("/e/a"), "ok 2;")
        .did(12, 13, new FileCall.RemoveDirectory("/e"), "NOT_EMPTY")
        .did(14, 15, new FileCall.Unlink("/e/a"), "ok")
        .did(16, 17, new FileCall.RemoveDirectory("/e"), "ok")
        .did(18, 19, new FileCall.Read("/b"), "ok 2;")
        .did(20, 21, new FileCall.List("/"), "ok b")
        .did(22, 23, new FileCall.Read("/b/x"), "NOT_DIRECTORY")
        .expect(LINEARIZABLE);
  }

  @Test
  void manyConcurrentWritersAreDecided() {
    for (int i = 0; i < 12; i++) {
      did(i, 100 + i, new FileCall.Put("/f" + i % 3, i), "ok");
    }
    did(200, 201, new FileCall.Read("/f0"), "ok 3;").expect(LINEARIZABLE);
    did(202, 203, new FileCall.Read("/f0"), "ok 6;").expect(VIOLATED);
  }

  @Test
  void sparseFilesHaveHoles() {
    did(0, 1, new FileCall.Create("/s"), "ok")
        .did(2, 3, new FileCall.WriteSlot("/s", 3, 7), "ok")
        .did(4, 5, new FileCall.WriteSlot("/s", 1, 8), "ok")
        .did(6, 7, new FileCall.WriteSlot("/s", 3, 9), "ok")
        .did(8, 9, new FileCall.ReadSlots("/s"), "ok 1=8;3=9;")
        .did(10, 11, new FileCall.PunchSlot("/s", 1), "ok")
        .did(12, 13, new FileCall.ReadSlots("/s"), "ok 3=9;")
        .did(14, 15, new FileCall.CutAtSlot("/s", 2), "ok")
        .did(16, 17, new FileCall.WriteSlot("/s", 5, 10), "ok")
        .did(18, 19, new FileCall.ReadSlots("/s"), "ok 5=10;")
        .expect(LINEARIZABLE);
    did(20, 21, new FileCall.ReadSlots("/s"), "ok 3=9;5=10;").expect(VIOLATED);
  }

  @Test
  void sparseContentShowsWhatIsInItsHoles() {
    ByteBuffer content = ByteBuffer.allocate(2 * SparseContent.SLOT_BYTES + 10);
    content.put((int) SparseContent.offset(1), SparseContent.record(123));
    assertEquals("1=123;", SparseContent.slots(content));
    int[] holes = {5, SparseContent.SLOT_BYTES + 700, 2 * SparseContent.SLOT_BYTES + 9};
    for (int hole : holes) {
      ByteBuffer torn = ByteBuffer.wrap(content.array().clone());
      torn.put(hole, (byte) 1);
      assertThrows(AssertionError.class, () -> SparseContent.slots(torn));
    }
  }

  @Test
  void contentNamesItsTokensAndShowsTears() {
    byte[] first = TokenContent.record(12, 700);
    byte[] second = TokenContent.record(13, 8);
    ByteBuffer both =
        ByteBuffer.allocate(first.length + second.length).put(first).put(second).flip();
    assertEquals("12;13;", TokenContent.tokens(both));
    assertEquals("", TokenContent.tokens(ByteBuffer.allocate(0)));
    for (int damage : new int[] {0, 3, 100, first.length - 1, first.length + 2}) {
      byte[] torn = both.array().clone();
      torn[damage] ^= 1;
      AssertionError error =
          assertThrows(AssertionError.class, () -> TokenContent.tokens(ByteBuffer.wrap(torn)));
      assertTrue(error.getMessage().contains("torn"), error.getMessage());
    }
    assertThrows(
        AssertionError.class,
        () -> TokenContent.tokens(ByteBuffer.wrap(both.array(), 0, first.length - 5).slice()));
  }
}
