package io.quorate.store.fuse.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.net.server.LocalCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WatchCommandTest {
  private static LocalCluster cluster;
  private static Store store;

  @TempDir Path directory;

  @BeforeAll
  static void start() throws IOException {
    cluster = LocalCluster.start(3);
    store =
        new NetConnector()
            .connect(cluster.files().client(), StoreOptions.defaults(), Duration.ofSeconds(10));
  }

  @AfterAll
  static void stop() {
    store.close();
    cluster.close();
  }

  private TestShell shell() {
    return new TestShell(directory, new NetConnector())
        .with(ClusterOption.VARIABLE, cluster.files().client().toString());
  }

  @Test
  void showsWhatCameAfterAVersion() throws Exception {
    String version = Long.toString(store.currentVersion());
    Files.createDirectory(store.path("/seen"));
    Files.createDirectory(store.path("/elsewhere"));
    Files.createFile(store.path("/elsewhere/f"));
    Files.move(store.path("/elsewhere/f"), store.path("/seen/new\nline"));
    TestShell.Outcome outcome = shell().run("watch", "--after", version, "--count", "2", "/seen");
    assertEquals(0, outcome.status(), outcome.err());
    List<String> lines = outcome.out().lines().toList();
    assertEquals(2, lines.size(), outcome.out());
    assertTrue(lines.get(0).endsWith(" created /seen/"), lines.get(0));
    assertTrue(lines.get(1).contains(" moved /elsewhere/f -> /seen/new"), lines.get(1));
    assertTrue(lines.get(0).matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z \\d+ created .*"));
  }

  @Test
  void showsWhatComes() throws Exception {
    CompletableFuture<TestShell.Outcome> outcome =
        CompletableFuture.supplyAsync(
            () -> shell().run("watch", "--json", "--count", "1", "/coming"));
    int made = 0;
    while (!outcome.isDone()) {
      // When it has begun, the next one is shown.
      Files.createDirectories(store.path("/coming"));
      Files.createDirectory(store.path("/coming/" + made++));
    }
    assertEquals(0, outcome.get().status(), outcome.get().err());
    Object object = JsonReader.read(outcome.get().out());
    String text = object.toString();
    assertTrue(text.contains("kind=created") && text.contains("directory=true"), text);
  }

  @Test
  void wrongWords() {
    assertEquals(2, shell().run("watch", "--count", "-1").status());
    assertEquals(2, shell().run("watch", "relative").status());
  }
}
