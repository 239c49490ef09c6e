package io.quorate.store.benchmarks.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PriceTest {
  private static final Price PRICE =
      new Price(
          "10 files",
          "file",
          10,
          1000,
          2,
          1,
          List.of(
              new Usage(900, 3000, 1100, 7),
              new Usage(700, 500, 1200, 6),
              new Usage(400, 50, 1000, 5),
              new Usage(600, 50, 1000, 2)),
          300);

  @Test
  void whatIsSentAndWrittenIsComparedWithTheLeastThatIsPossible() {
    assertEquals(3.6, PRICE.sentTimes(), 1e-9);
    assertEquals(3, PRICE.leastSent());
    assertEquals(4.3, PRICE.writtenTimes(), 1e-9);
    assertEquals(4, PRICE.leastWritten());
  }

  @Test
  void aRowIsForOneFileAndTellsTheRolesApart() {
    assertEquals(50, PRICE.cpuOfOther(), 1e-9);
    assertEquals("| 10 files | 260 | 70 | 90 | 50 | 30 | 3.60 | 3 | 4.30 | 4 | 2 |\n", PRICE.row());
    assertEquals(
        PRICE.row().chars().filter(c -> c == '|').count(),
        Price.HEAD.lines().findFirst().orElseThrow().chars().filter(c -> c == '|').count());
  }

  @Test
  void differencesAreOfEachNumber() {
    assertEquals(new Usage(200, 2500, -100, 1), PRICE.peers().get(0).minus(PRICE.peers().get(1)));
    assertEquals(new Usage(2600, 3600, 4300, 20), PRICE.total());
  }

  @Test
  void theKernelsCountersAreFoundByTheirNames() throws IOException {
    assertEquals(
        1234,
        Usage.sent(
            List.of(
                "Inter-|   Receive                        |  Transmit",
                "    lo: 9 9 0 0 0 0 0 0 8 8 0 0 0 0 0 0",
                "  eth0:  77 5 0 0 0 0 0 0 1234 6 0 0 0 0 0 0")));
    assertThrows(IOException.class, () -> Usage.sent(List.of("lo: 1 2 3 4 5 6 7 8 9")));
    assertEquals(
        5, Usage.written(List.of("wchar: 9", "write_bytes: 5", "cancelled_write_bytes: 3")));
  }

  @Test
  void syncsAreFoundAmongTheMetrics() throws IOException {
    String metrics =
        """
        # HELP quorate_journal_syncs_total Times that the journal was synced
        quorate_journal_syncs_total 1234.0
        quorate_journal_written_bytes_total 5.0
        """;
    assertEquals(1234, CostClient.syncsOf(metrics));
    assertThrows(IOException.class, () -> CostClient.syncsOf("nothing 1"));
  }
}
