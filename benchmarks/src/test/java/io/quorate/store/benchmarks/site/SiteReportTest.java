package io.quorate.store.benchmarks.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.benchmarks.site.Request.Kind;
import io.quorate.store.benchmarks.site.Request.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SiteReportTest {
  private static final long SECOND = 1_000_000_000L;
  private static final String FAULT = "a fault";

  /** A site that answers ten requests a second for ten seconds, of which one ends like that. */
  private static SiteResults site(String title, Outcome one) {
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Outcome outcome = i == 50 ? one : Outcome.ANSWERED;
      long dueNanos = i * SECOND / 10;
      String why = outcome == Outcome.ANSWERED ? "" : "status 503";
      requests.add(new Request(Kind.DETAIL, outcome, dueNanos, dueNanos + SECOND / 100, 0, why));
    }
    SiteResults results = new SiteResults(title, 0);
    results.mark(SiteResults.CLOSED, 0);
    results.requests(requests);
    results.add(SiteResults.Part.of(SiteResults.CLOSED, requests, 0, 5 * SECOND));
    results.add(SiteResults.Part.of(FAULT, requests, 5 * SECOND, 10 * SECOND).withHealing(2.5));
    return results;
  }

  @Test
  void aSiteThatReachesEverythingMissesNothing() {
    SiteResults site = site("A", Outcome.RETRIED);
    site.compared("disk", new FileCheck.Result(3, 30, 0, 0, ""));
    assertEquals(List.of(), new SiteReport(List.of(site), 10).misses(site));
  }

  @Test
  void tooFewRequestsFailuresWrongAnswersAndLostFilesAreMisses() {
    SiteResults failing = site("A", Outcome.FAILED);
    failing.compared("disk", new FileCheck.Result(3, 30, 1, 0, "x is missing"));
    assertEquals(
        List.of(
            "10 requests/s instead of 11",
            "1 requests failed twice: a fault",
            "disk: 1 missing, 0 different, as x is missing"),
        new SiteReport(List.of(failing), 11).misses(failing));
    SiteResults wrong = site("A", Outcome.WRONG);
    assertEquals(
        List.of("1 wrong answers: a fault"), new SiteReport(List.of(wrong), 0).misses(wrong));
  }

  @Test
  void sitesStandBesideEachOther() {
    SiteReport report =
        new SiteReport(List.of(site("A", Outcome.RETRIED), site("B", Outcome.FAILED)), 0);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    report.print(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    String text = bytes.toString(StandardCharsets.UTF_8).replaceAll(" +", " ");
    assertTrue(text.contains(" needed the retry 1 0\n failed twice 0 1\n"), text);
    assertTrue(text.contains(" page: one upload, p50 / p99 / most, ms 10 / 10 / 10 10 /"), text);
    assertTrue(text.contains("A: all reached\nB: NOT REACHED\n"), text);
  }

  @Test
  void theTimelineIsAPictureOfAllSites(@TempDir Path directory) throws IOException {
    SiteResults a = site("A", Outcome.RETRIED);
    SiteResults b = site("B", Outcome.FAILED);
    Path one = directory.resolve("one.png");
    Timeline.write(List.of(a), one);
    Path two = directory.resolve("two.png");
    Timeline.write(List.of(a, b), two);
    assertEquals(
        2 * ImageIO.read(one.toFile()).getHeight(), ImageIO.read(two.toFile()).getHeight());
  }

  @Test
  void figuresAreKeptAsJson(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("site.json");
    SiteReport report = new SiteReport(List.of(site("A", Outcome.FAILED)), 0);
    report.writeJson(file, Map.of("cores", "2"));
    String text = Files.readString(file);
    assertTrue(text.contains("\"failed\":1"), text);
    assertTrue(text.contains("\"healingSeconds\":2.5"), text);
    assertTrue(text.contains("\"cores\":\"2\""), text);
  }
}
