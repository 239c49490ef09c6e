package io.quorate.store.benchmarks.duel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ReportTest {
  private static final Scale SCALE = new Scale(8, 100, 1024, 100, 16, 100, true, null);

  private final Results results = new Results();
  private final Map<String, String> titles = new LinkedHashMap<>();

  ReportTest() {
    titles.put("quorate", "Quorate");
    titles.put("glusterfs", "GlusterFS");
    titles.put("local", "one local copy");
  }

  private void measured(String store, Work work, double... rates) {
    for (double rate : rates) {
      results.add(store, work, new Results.Sample(rate, 500_000 / rate, 10));
    }
  }

  private Report report(Work... works) {
    return new Report(results, SCALE, List.of(works), titles);
  }

  @Test
  void theMediansOfTheRoundsAreComparedNotTheirMeans() {
    measured("quorate", Work.CREATE, 500, 2000, 600);
    measured("glusterfs", Work.CREATE, 240, 230, 10);
    measured("local", Work.CREATE, 4000, 5000);

    assertEquals(
        """
        | work | Quorate | GlusterFS | one local copy | Quorate ÷ GlusterFS |
        |---|---:|---:|---:|---:|
        | create + write + close, /s | 600 (500–2,000) | 230 (10–240) | 4,500 (4,000–5,000) | 2.61 |
        """,
        report(Work.CREATE).rates());
  }

  @Test
  void whatAStoreHasNotDoneIsLeftOpen() {
    measured("quorate", Work.WRITE_LARGE, 80);

    assertEquals(
        """
        | work | Quorate | GlusterFS | one local copy | Quorate ÷ GlusterFS |
        |---|---:|---:|---:|---:|
        | sequential write, 1 MiB each, fsync at the end, MiB/s | 80 (80–80) | - | - | - |
        """,
        report(Work.WRITE_LARGE).rates());
  }

  @Test
  void withoutQuorateThereIsNothingToCompareItWith() {
    titles.remove("quorate");
    measured("glusterfs", Work.UNLINK, 600);

    assertTrue(report(Work.UNLINK).rates().startsWith("| work | GlusterFS | one local copy |\n"));
  }

  @Test
  void costsAreOfOneOperationAndTheLocalCopyHasNoProcesses() {
    measured("quorate", Work.UNLINK, 1000, 1000);
    measured("glusterfs", Work.UNLINK, 500);
    measured("local", Work.UNLINK, 9000);

    assertEquals(
        """
        | CPU µs of the store for one | Quorate | GlusterFS |
        |---|---:|---:|
        | unlink | 500 | 1,000 |
        """,
        report(Work.UNLINK).costs());
  }

  @Test
  void jsonHasEachRound() {
    measured("quorate", Work.STAT, 10, 30, 20);

    Map<String, Object> figure = report(Work.STAT).figures().getFirst();
    assertEquals("stat", figure.get("name"));
    Map<?, ?> stores = (Map<?, ?>) figure.get("stores");
    assertEquals(1, stores.size());
    Map<?, ?> quorate = (Map<?, ?>) stores.get("quorate");
    assertEquals(List.of(10.0, 30.0, 20.0), quorate.get("rounds"));
    assertEquals(20.0, quorate.get("median"));
  }
}
