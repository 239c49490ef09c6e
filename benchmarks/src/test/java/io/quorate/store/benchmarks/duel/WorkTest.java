package io.quorate.store.benchmarks.duel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WorkTest {
  private static Scale scale(boolean sync) {
    return new Scale(8, 100, 1024, 100, 16, 100, sync, null);
  }

  @Test
  void whatIsNeededIsDoneToo() {
    assertEquals(
        List.of(Work.CREATE, Work.RENAME, Work.STAT, Work.STAT_AGAIN),
        Work.of(List.of("stat-again"), scale(true)));
  }

  @Test
  void withoutSyncsNothingIsDoneThatIsAboutThem() {
    assertEquals(
        List.of(Work.CREATE), Work.of(List.of("create-sync", "append", "create"), scale(false)));
  }

  @Test
  void onlyTheWorkThatSaysSoSyncs() {
    Path round = Path.of("/mnt/round-1");
    assertEquals(true, Work.CREATE_SYNC.task(round, scale(true)).sync());
    assertEquals(false, Work.CREATE.task(round, scale(true)).sync());
    assertEquals(true, Work.WRITE_LARGE.task(round, scale(true)).sync());
    assertEquals(false, Work.WRITE_LARGE.task(round, scale(false)).sync());
  }

  @Test
  void aTaskIsTheSameAfterItWasALine() {
    for (Work work : Work.values()) {
      if (work != Work.UNPACK) {
        Task task = work.task(Path.of("/mnt/with space/round-1"), scale(true));
        assertEquals(task, Task.parse(task.line()));
      }
    }
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
