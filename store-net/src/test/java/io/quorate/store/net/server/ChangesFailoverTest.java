package io.quorate.store.net.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.FileChange;
import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Changes reach a client through whichever peer it is at, without a gap or a repetition. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ChangesFailoverTest {
  private static final int DIRECTORIES = 300;
  private static final StoreOptions PATIENT =
      StoreOptions.defaults().withDeadline(Duration.ofSeconds(60));

  private static Store client(LocalCluster cluster, int... peers) throws IOException {
    List<String> addresses = new ArrayList<>();
    for (int peer : peers) {
      addresses.add("127.0.0.1:" + cluster.peer(peer).address().getPort());
    }
    return Store.connect(cluster.files().key(), addresses, PATIENT);
  }

  private static final class Heard implements Flow.Subscriber<FileChange> {
    final BlockingQueue<Object> told = new LinkedBlockingQueue<>();

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(FileChange change) {
      told.add(change.path().toString());
    }

    @Override
    public void onError(Throwable error) {
      told.add(error);
    }

    @Override
    public void onComplete() {
      told.add("the end");
    }
  }

  @Test
  void thePeerThatToldThemStops() throws Exception {
    try (LocalCluster cluster = LocalCluster.start(4);
        Store watcher = client(cluster, 1, 2);
        Store writer = client(cluster, 3);
        WatchService service = watcher.fileSystem().newWatchService()) {
      watcher.path("/").register(service, StandardWatchEventKinds.ENTRY_CREATE);
      Heard heard = new Heard();
      watcher.changes(watcher.currentVersion()).subscribe(heard);
      List<Object> expected = new ArrayList<>();
      List<Object> actual = new ArrayList<>();
      for (int i = 0; i < DIRECTORIES; i++) {
        Files.createDirectory(writer.path("/d" + i));
        expected.add("/d" + i);
        if (i == DIRECTORIES / 3) {
          // So that some were told by the one peer, and the rest will be by the other.
          actual.add(heard.told.take());
          cluster.stopPeer(1);
        }
      }
      while (actual.size() < DIRECTORIES) {
        actual.add(Objects.requireNonNull(heard.told.poll(60, TimeUnit.SECONDS), "no change"));
      }
      assertEquals(expected, actual);
      assertEquals(Set.copyOf(expected), created(service, DIRECTORIES));
      assertTrue(heard.told.isEmpty());
    }
  }

  private static Set<Object> created(WatchService service, int count) throws InterruptedException {
    Set<Object> names = new HashSet<>();
    while (names.size() < count) {
      WatchKey key = Objects.requireNonNull(service.poll(60, TimeUnit.SECONDS), "no event");
      for (WatchEvent<?> event : key.pollEvents()) {
        assertEquals(StandardWatchEventKinds.ENTRY_CREATE, event.kind());
        names.add("/" + event.context());
      }
      key.reset();
    }
    return names;
  }
}
