package io.quorate.store.benchmarks.duel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

final class RatesTest {
  private static final Scale SCALE = WorkTest.scale(true);

  private final Results results = new Results();

  private static Row row(Work work) {
    return Row.first(work, SCALE);
  }

  private void measured(String store, Work work, double perSecond) {
    results.add(store, row(work), new Results.Sample(perSecond, 1, 1, Latencies.histogram()));
  }

  @Test
  void theSlowestOfTheStoresThatCountCanKeepIt() {
    measured("quorate", Work.CREATE_SYNC, 400);
    measured("glusterfs", Work.CREATE_SYNC, 300);
    measured("local", Work.CREATE_SYNC, 100);
    Rates rates = new Rates(List.of("quorate", "glusterfs"), 0, SCALE);
    assertEquals(150, rates.of(row(Work.CREATE_PACED), results));

    measured("glusterfs", Work.CREATE_SYNC, 10);
    assertEquals(150, rates.of(row(Work.CREATE_PACED), results), "the same in each round");
  }

  @Test
  void onlyWorkThatIsPacedHasARate() {
    Rates rates = new Rates(List.of("quorate"), 0, SCALE);
    measured("quorate", Work.READ, 400);
    assertEquals(0, rates.of(row(Work.READ), results));
    assertEquals(Double.NaN, rates.of(row(Work.SITE_PACED), results), "nothing was measured");
    assertEquals(25, new Rates(List.of(), 25, SCALE).of(row(Work.READ_PACED), results));
  }

  @Test
  void aTaskAtARateLastsAsLongAsItIsTo() {
    Task create = row(Work.CREATE_PACED).task(1, java.nio.file.Path.of("/r"), SCALE);
    assertEquals(500, Rates.pace(create, 50, SCALE).count());
    assertEquals(50, Rates.pace(create, 50, SCALE).perSecond());
    Task read = row(Work.READ_PACED).task(3, java.nio.file.Path.of("/r"), SCALE);
    assertEquals(100, Rates.pace(read, 50, SCALE).count(), "as many as there are files");
  }
}
