package io.quorate.store.fuse.mount;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.fuse.cluster.Tmpfs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random calls go the same on a mount, and on two mounts of one tree, as on the kernel's own file
 * system in memory. {@code -Dquorate.randomCalls.seeds=500} runs more of them, {@code
 * -Dquorate.randomCalls.first=N} begins elsewhere.
 */
@EnabledIfSystemProperty(
    named = "quorate.randomCalls.seeds",
    matches = "[0-9]+",
    disabledReason = "it takes minutes: give it a number of seeds")
final class RandomCallsTest {
  private static final int SEEDS = Integer.getInteger("quorate.randomCalls.seeds", 6);
  private static final long FIRST = Long.getLong("quorate.randomCalls.first", 1);
  private static final int LINES = 120;

  /** To make one short takes as long as many seeds. */
  private static final int MAX_FAILURES = 3;

  @TempDir(cleanup = CleanupMode.NEVER)
  private static Path temporary;

  private static MountPair mounts;
  private static Tmpfs memory;

  @BeforeAll
  static void start() throws Exception {
    MountProcess.assumePossible();
    Libc.call("chmod", temporary.toString(), 0755);
    memory = new Tmpfs();
    memory.mount(temporary.resolve("control"), 64);
    mounts = MountPair.start("random", temporary);
  }

  @AfterAll
  static void stop() throws Exception {
    try (Tmpfs ignored = memory;
        MountPair last = mounts) {
      // Closed in the reverse order.
    }
  }

  @Test
  void onOneMount() throws Exception {
    compare(List.of(mounts.first().directory()));
  }

  @Test
  void onTwoMountsInTurns() throws Exception {
    compare(List.of(mounts.first().directory(), mounts.second().directory()));
  }

  private static void compare(List<Path> on) throws Exception {
    CallComparison comparison = new CallComparison(temporary.resolve("control"), on);
    List<String> failures = new ArrayList<>();
    for (long seed = FIRST; seed < FIRST + SEEDS && failures.size() < MAX_FAILURES; seed++) {
      List<String> lines = new RandomCalls(seed, on.size() > 1).lines(LINES);
      if (comparison.run(lines) != null) {
        List<String> shortest = shortened(comparison, lines);
        failures.add(
            "seed %d, on mounts: %d%n%s%n%s"
                .formatted(seed, on.size(), String.join("\n", shortest), comparison.run(shortest)));
      }
    }
    assertTrue(failures.isEmpty(), () -> String.join("\n\n", failures));
  }

  /** Fewer lines that still differ: leaves out ever smaller parts for as long as they do. */
  private static List<String> shortened(CallComparison comparison, List<String> lines)
      throws Exception {
    List<String> shortest = lines;
    for (int part = lines.size() / 2; part > 0; part /= 2) {
      for (int from = 0; from < shortest.size(); ) {
        List<String> fewer = new ArrayList<>(shortest);
        fewer.subList(from, Math.min(from + part, fewer.size())).clear();
        if (comparison.run(fewer) != null) {
          shortest = fewer;
        } else {
          from += part;
        }
      }
    }
    return shortest;
  }
}
