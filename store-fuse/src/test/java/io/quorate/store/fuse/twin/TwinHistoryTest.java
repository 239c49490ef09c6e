package io.quorate.store.fuse.twin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.sim.FileCall;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That what is wrong in what clients say is noticed, and only that. */
final class TwinHistoryTest {
  private final TwinHistory history = new TwinHistory();
  private final TwinHistory.Witness one = history.witness(1);
  private final TwinHistory.Witness two = history.witness(2);

  private void call(
      TwinHistory.Witness who, int number, int from, int to, String call, String end) {
    who.says("begin " + number + " " + from + " local 7 " + call);
    who.says("end " + number + " " + from + " " + to + " " + end);
  }

  private void assertOneProblem(String words) {
    history.judge();
    assertEquals(1, history.problems().size(), history.problems()::toString);
    assertTrue(history.problems().getFirst().contains(words), history.problems()::toString);
  }

  @Test
  void whatIsInOrder() {
    call(one, 1, 10, 20, "put /a 5", "answered ok");
    call(two, 1, 30, 40, "read /a", "answered ok 5;");
    call(two, 2, 50, 60, "unlink /a", "unknown of the quorum nobody answered");
    call(one, 2, 70, 80, "read /a", "answered ok 5;");
    call(one, 3, 90, 99, "read /a", "answered NOT_FOUND");
    call(one, 4, 100, 101, "create /log", "answered ok");
    call(one, 5, 102, 110, "append /log 6", "answered ok");
    call(two, 3, 111, 112, "read /log", "answered ok 6;");
    call(two, 4, 113, 114, "list /", "answered ok log");
    history.judge();
    assertEquals(List.of(), history.problems());
    assertEquals(2, history.counts().get("history linearizable"));
  }

  @Test
  void aReadThatIsStale() {
    call(one, 1, 10, 20, "put /a 5", "answered ok");
    call(two, 1, 30, 40, "read /a", "answered NOT_FOUND");
    assertOneProblem("the history of subtree 7 is not linearizable");
  }

  @Test
  void anAppendThatIsLost() {
    call(one, 1, 1, 2, "create /log", "answered ok");
    call(one, 2, 10, 20, "append /log 5", "answered ok");
    call(two, 1, 30, 40, "append /log 6", "answered ok");
    call(two, 2, 50, 60, "read /log", "answered ok 6;");
    assertOneProblem("not linearizable");
  }

  @Test
  void aRefusedCallThatHappened() {
    call(one, 1, 10, 20, "put /a 5", "refused no quorum");
    call(two, 1, 30, 40, "read /a", "answered ok 5;");
    assertOneProblem("not linearizable");
  }

  @Test
  void aCallWithoutEnd() {
    one.says("begin 1 10 local 7 put /a 5");
    one.done();
    assertOneProblem("no end");
  }

  @Test
  void aCallOfAKilledClientMayHaveHappened() {
    one.says("begin 1 10 local 7 put /a 5");
    one.died();
    one.done();
    call(two, 1, 30, 40, "read /a", "answered NOT_FOUND");
    call(two, 2, 50, 60, "read /a", "answered ok 5;");
    history.judge();
    assertEquals(List.of(), history.problems());
  }

  @Test
  void aFileThatIsTorn() {
    call(one, 1, 10, 20, "read /a", "broken torn file");
    assertOneProblem("torn file");
  }

  @Test
  void whatCanNotBeReadBack() {
    one.says("begin 1 10 " + TwinHistory.READER + " 7 read /a");
    one.says("end 1 10 20 refused no quorum");
    assertOneProblem("all faults had ended");
  }

  static List<FileCall> calls() {
    return List.of(
        new FileCall.Put("/a", 1),
        new FileCall.PutIfAbsent("/a", 1),
        new FileCall.PutIfSame("/a", 2, "ok 1;3;", 77),
        new FileCall.Append("/log", 1),
        new FileCall.Create("/a"),
        new FileCall.Read("/a"),
        new FileCall.List("/"),
        new FileCall.Unlink("/a"),
        new FileCall.Rename("/a", "/b"));
  }

  @ParameterizedTest
  @MethodSource("calls")
  void callsComeBackFromTheirWords(FileCall call) {
    assertEquals(call, CallWords.parse(CallWords.of(call)));
  }
}
