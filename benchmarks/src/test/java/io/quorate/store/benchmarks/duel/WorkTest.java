package io.quorate.store.benchmarks.duel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WorkTest {
  static Scale scale(boolean sync) {
    return new Scale(
        List.of(8, 1), 100, List.of(1024), 100, 16, List.of(100, 1000), 50, 10, sync, false, null);
  }

  private static List<String> keys(List<String> work, boolean sync) {
    return Row.of(work, scale(sync)).stream().map(Row::key).toList();
  }

  private static Task task(Work work, boolean sync) {
    return Row.first(work, scale(sync)).task(1, Path.of("/mnt/with space/round-1"), scale(sync));
  }

  @Test
  void whatIsNeededIsDoneToo() {
    assertEquals(
        List.of("create-1KiB-8", "rename", "stat", "stat-again"),
        keys(List.of("stat-again"), true));
    assertEquals(
        List.of("create-sync-1KiB-8", "create-paced"), keys(List.of("create-paced"), true));
  }

  @Test
  void whatIsAskedForIsDoneWithEachSizeAndNumber() {
    assertEquals(List.of("create-1KiB-1", "create-1KiB-8"), keys(List.of("create"), true));
    assertEquals(
        List.of(
            "create-empty-100",
            "create-empty-1000",
            "list-100",
            "list-1000",
            "list-again-100",
            "list-again-1000"),
        keys(List.of("list-again"), true));
  }

  @Test
  void otherWorkGoesOnWithTheFirstOfThem() {
    Row first = Row.first(Work.CREATE, scale(true));
    Row other = Row.of(List.of("create"), scale(true)).getFirst();
    Path round = Path.of("/round");
    assertEquals(task(Work.READ, true).path(), task(Work.CREATE, true).path());
    assertNotEquals(
        first.task(1, round, scale(true)).path(), other.task(1, round, scale(true)).path());
  }

  @Test
  void withoutSyncsNothingIsDoneThatIsAboutThem() {
    assertEquals(
        List.of("create-1KiB-1", "create-1KiB-8"),
        keys(List.of("create-sync", "append", "create"), false));
  }

  @Test
  void onlyTheWorkThatSaysSoSyncs() {
    assertEquals(true, task(Work.CREATE_SYNC, true).sync());
    assertEquals(false, task(Work.CREATE, true).sync());
    assertEquals(true, task(Work.CREATE_PACED, true).sync());
    assertEquals(false, task(Work.CREATE_PACED, false).sync());
    assertEquals(true, task(Work.WRITE_LARGE, true).sync());
    assertEquals(false, task(Work.WRITE_LARGE, false).sync());
  }

  @Test
  void aTaskIsTheSameAfterItWasALine() {
    for (Work work : Work.values()) {
      if (work != Work.UNPACK) {
        Task task = task(work, true);
        assertEquals(task, Task.parse(task.line()));
        assertEquals(task.paced(12.5, 7), Task.parse(task.paced(12.5, 7).line()));
      }
    }
  }

  @Test
  void aPartOfContentIsToldToo() {
    Content content = new Content(10_000);
    ByteBuffer part = content.piece(7).slice(4096, 4096);
    ByteBuffer copy = ByteBuffer.allocate(4096).put(part).flip();
    assertEquals(true, content.matchesWithin(7, 4096, copy));
    assertEquals(false, content.matchesWithin(8, 4096, copy));
    assertEquals(false, content.matchesWithin(7, 0, copy));
    assertEquals(false, content.matchesWithin(7, 8192, copy));
  }

  @Test
  void contentIsToldFromThatOfAnotherNumberAndFromAPartOfIt() {
    ByteBuffer seventh = ByteBuffer.allocate(10_000).put(new Content(10_000).piece(7)).flip();
    Content content = new Content(10_000);
    assertEquals(true, content.matches(7, seventh));
    assertEquals(false, content.matches(8, seventh));
    assertEquals(false, content.matches(7, seventh.duplicate().limit(9_999)));
    seventh.put(9_000, (byte) ~seventh.get(9_000));
    assertEquals(false, content.matches(7, seventh));
  }
}
