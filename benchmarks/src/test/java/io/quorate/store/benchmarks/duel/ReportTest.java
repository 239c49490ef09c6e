package io.quorate.store.benchmarks.duel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.benchmarks.Spread;
import io.quorate.store.fuse.command.Json;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

final class ReportTest {
  private static final Scale SCALE = WorkTest.scale(true);

  private final Results results = new Results();
  private final Map<String, String> titles = new LinkedHashMap<>();

  ReportTest() {
    titles.put("quorate", "Quorate");
    titles.put("glusterfs", "GlusterFS");
    titles.put("local", "one local copy");
  }

  private static Row row(Work work) {
    return Row.first(work, SCALE);
  }

  /** Each operation of a round took a millisecond, but one in a hundred ten. */
  private void measured(String store, Work work, double... rates) {
    for (double rate : rates) {
      Histogram latencies = Latencies.histogram();
      latencies.recordValueWithCount(1_000_000, 990);
      latencies.recordValueWithCount(10_000_000, 10);
      results.add(store, row(work), new Results.Sample(rate, 500_000 / rate, 10, latencies));
    }
  }

  private Report report(Work... works) {
    return new Report(results, SCALE, Arrays.stream(works).map(ReportTest::row).toList(), titles);
  }

  private Run run(Work... works) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("run", Map.of("kernel", "Linux 6", "threads", List.of(8, 1)));
    all.put("stores", titles);
    all.put("figures", report(works).figures());
    return Run.parse(Json.of(all));
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
        | create + write + close, 1 KiB, 8 threads, /s | 600 (500–2,000) | 230 (10–240) | 4,500 (4,000–5,000) | 2.61 |
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

  @Test
  void workAtAFixedRateIsToldByItsLatencies() {
    measured("quorate", Work.READ_PACED, 10, 10);
    measured("local", Work.READ_PACED, 10);

    assertEquals(
        """
        | ms, 50 % / 99 % / 99.9 % / all | Quorate | GlusterFS | one local copy |
        |---|---:|---:|---:|
        | open + read + close on a third host, at a fixed rate | 1.00 / 1.00 / 10.0 / 10.0 | - | 1.00 / 1.00 / 10.0 / 10.0 |
        """,
        report(Work.READ_PACED).latencies());
    assertEquals(2, report(Work.READ_PACED).rates().lines().count(), "no row among the speeds");
  }

  @Test
  void whatIsReadIsWhatWasWritten() {
    measured("quorate", Work.CREATE, 10, 30, 20);
    measured("glusterfs", Work.CREATE, 5, 4);

    Run run = run(Work.CREATE, Work.READ_PACED);
    assertEquals(Map.of("kernel", "Linux 6", "threads", "[8,1]"), run.facts());
    Run.Measured created = run.figures().getFirst();
    assertEquals("create-1KiB-8", created.name());
    assertEquals(false, created.paced());
    Run.Speeds quorate = created.of().get("quorate");
    assertEquals(new Spread(10, 20, 30), quorate.perSecond());
    assertEquals(3000, quorate.latencies().getTotalCount());
    assertEquals(1000, quorate.p99Micros().median(), 10);
    assertEquals(true, run.figures().get(1).paced());
    assertEquals(
        """
        | work | Quorate | GlusterFS | one local copy | ÷ GlusterFS |
        |---|---:|---:|---:|---:|
        | create + write + close, 1 KiB, 8 threads, /s | 20 | 4.50 | - | 4.44 |
        """,
        new Headline(run).table());
  }
}
