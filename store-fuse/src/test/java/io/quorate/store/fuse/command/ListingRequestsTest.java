package io.quorate.store.fuse.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.file.SoloGateway;
import io.quorate.store.fuse.command.TestShell.Outcome;
import io.quorate.store.nio.GatewayStore;
import io.quorate.store.world.RealWorld;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What commands that look at many files ask of the cluster: a page at a time, not a file. */
class ListingRequestsTest {
  private static final int FILES = 1_000;
  private static final int PAGE_ENTRIES = 100;

  private static final int PAGES = FILES / PAGE_ENTRIES;

  /** What a sync asks about the two directories themselves, and about a file that it copies. */
  private static final int A_FEW = 10;

  @TempDir Path local;
  private final RealWorld world = RealWorld.create();
  private final SoloGateway cluster = new SoloGateway(world);
  private TestShell shell;

  @BeforeEach
  void makeFiles() throws IOException {
    Files.createFile(local.resolve("client.conf"));
    shell = new TestShell(local, new OverGateway());
    try (Store store = open()) {
      Files.createDirectory(store.path("/d"));
      for (int i = 0; i < FILES; i++) {
        Files.write(store.path("/d/f%04d".formatted(i)), new byte[i % 7]);
      }
    }
  }

  @AfterEach
  void close() {
    world.close();
  }

  private Store open() {
    return GatewayStore.over(
        world, cluster, StoreOptions.defaults().withDirectoryPageEntries(PAGE_ENTRIES));
  }

  private final class OverGateway implements Connector {
    @Override
    public Store connect(Path clusterFile, StoreOptions options, Duration opening) {
      return open();
    }

    @Override
    public Store connectTo(Path clusterFile, int peer, StoreOptions options, Duration opening) {
      return open();
    }
  }

  /** Runs a command, which must print so many lines and ask for the pages and {@code others}. */
  private void expect(int lines, int others, String... words) {
    long queries = cluster.queries();
    int rounds = cluster.rounds().size();
    Outcome outcome = shell.run(words);
    assertEquals("", outcome.err());
    assertEquals(lines, outcome.out().lines().count(), outcome.out());
    assertEquals(PAGES + others, cluster.queries() - queries);
    assertEquals(rounds, cluster.rounds().size());
  }

  @Test
  void eachPageIsOneRequest() {
    // One more to see what the word stands for.
    expect(FILES, 1, "ls", "/d");
    expect(FILES, 1, "ls", "-l", "/d");
    expect(FILES + 1, 1, "ls", "-lR", "/d");
    expect(FILES, 1, "ls", "--json", "/d");
    expect(FILES + 1, 1, "find", "/d");
    expect(FILES / 7 + 1, 1, "find", "--min-size", "6", "--json", "/d");
    expect(1, 1, "du", "/d");
    expect(FILES + 3, 1, "tree", "/d");
  }

  @Test
  void syncAsksAboutWhatIsDifferentOnly() throws IOException {
    assertEquals(ExitStatus.DONE, shell.run("sync", "-q", "quorate:/d", "copy").status());
    assertEquals(FILES, count(local.resolve("copy")));
    expectOfSync(0, "quorate:/d", "copy");
    expectOfSync(0, "copy", "quorate:/d");
    expectOfSync(0, "--delete", "copy", "quorate:/d");
    Files.writeString(local.resolve("copy/f0007"), "longer than before");
    expectOfSync(1, "copy", "quorate:/d");
  }

  private void expectOfSync(int rounds, String... words) {
    long queries = cluster.queries();
    int before = cluster.rounds().size();
    Outcome outcome =
        shell.run(Stream.concat(Stream.of("sync", "-q"), Stream.of(words)).toArray(String[]::new));
    assertEquals(new Outcome(ExitStatus.DONE, "", ""), outcome);
    long asked = cluster.queries() - queries;
    assertTrue(asked >= PAGES && asked <= PAGES + A_FEW, asked + " requests");
    assertTrue(cluster.rounds().size() - before <= rounds * A_FEW);
  }

  private static long count(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.count();
    }
  }
}
