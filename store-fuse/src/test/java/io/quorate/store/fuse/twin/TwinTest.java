package io.quorate.store.fuse.twin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import io.quorate.store.fuse.cluster.Hosts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A short run of the twin. {@link TwinMain} makes long ones. */
@Tag("processes")
@Timeout(value = 5, unit = TimeUnit.MINUTES) // Only against hanging for ever.
final class TwinTest {
  private static final long SEED = 1;

  @Test
  void historiesAreInOrderWhateverHappensToPeers(@TempDir Path directory) throws Exception {
    Twin.Report report;
    try {
      report = Twin.run(SEED, Duration.ofSeconds(15), directory, System.out);
    } catch (Hosts.Unavailable e) {
      abort(e.getMessage());
      return;
    }
    System.out.println(report);
    assertEquals(List.of(), report.problems(), report::toString);
    for (FaultInjector.Fault fault : FaultInjector.Fault.values()) {
      assertTrue(report.count("fault " + fault) > 0, () -> fault + " never came: " + report);
    }
    // How many there are depends on the machine; with none, nothing was tested.
    assertTrue(report.count("call answered") > 20, report::toString);
    // Many calls of unknown outcome in one place may be too much for the checker.
    assertTrue(
        report.count("history linearizable") > 10 * report.count("history undecided"),
        report::toString);
  }
}
