package io.quorate.store.benchmarks.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.fuse.command.Json;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SoakReportTest {
  /** An hour, in which peer 3 leaks so much. */
  private static SoakReport report(double leakPerHour) {
    Course course = new Course();
    for (int minute = 0; minute <= 60; minute++) {
      Reading flat = new Reading(minute, Map.of(Quantity.ANONYMOUS, 200.0));
      double leaked = 200 + leakPerHour * minute / 60;
      Reading leaky = new Reading(minute, Map.of(Quantity.ANONYMOUS, leaked));
      course.add(new Course.Look(minute * 60, List.of(flat, flat, leaky, flat)));
    }
    return new SoakReport(course, 0.05);
  }

  @Test
  void onePeerThatGrowsIsEnough() {
    assertFalse(report(3).grows());
    assertTrue(report(30).grows());
    List<String> growing =
        report(30).tables().lines().filter(line -> line.contains("grows")).toList();
    assertEquals(1, growing.size());
    assertTrue(growing.getFirst().contains("**grows by 30.0 MiB/h**"), growing.getFirst());
  }

  @Test
  void rowsHaveAsManyCellsAsTheHead() {
    List<String> lines = report(30).tables().lines().filter(line -> !line.isEmpty()).toList();
    assertEquals(12, lines.size());
    assertEquals(
        1, lines.stream().map(l -> l.chars().filter(c -> c == '|').count()).distinct().count());
  }

  @Test
  void aRunThatEndedAtOnceHasFiguresToo() {
    Course course = new Course();
    Reading reading = new Reading(1, Map.of(Quantity.ANONYMOUS, 200.0));
    course.add(new Course.Look(0.5, List.of(reading, reading, reading, reading)));
    SoakReport report = new SoakReport(course, 0.05);
    assertFalse(report.grows());
    String json = Json.of(report.figures());
    assertTrue(json.contains("TOO_SHORT"), json);
  }

  @Test
  void aReadingSurvivesItsLine() {
    Reading reading = new Reading(17, Map.of(Quantity.HEAP, 1.5, Quantity.OPEN_FILES, 120.0));
    assertEquals(reading, Reading.parse(reading.line()));
    assertEquals(new Reading(0, Map.of()), Reading.parse("0"));
  }

  @Test
  void theKernelsFieldsAreFoundByTheirNames() throws IOException {
    String status = "Name:\tjava\nVmRSS:\t   700 kB\nRssAnon:\t  650 kB\nThreads:\t61\n";
    assertEquals(650, PeerProbe.field(status, "RssAnon:"));
    assertEquals(61, PeerProbe.field(status, "Threads:"));
    assertThrows(IOException.class, () -> PeerProbe.field(status, "VmSwap:"));
  }

  @Test
  void aPlanSurvivesItsWords() {
    SoakHost.Plan plan = new SoakHost.Plan("/mount", 12, "/data", 2, 3, 400, 50, 2.5, 60);
    assertEquals(plan, SoakHost.Plan.parse(plan.words().toArray(String[]::new)));
  }
}
