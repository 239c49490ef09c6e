package io.quorate.store.conformance;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;
import static java.nio.file.StandardWatchEventKinds.OVERFLOW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Watching directories. */
abstract class WatchCases extends Cases {
  private WatchService service;

  WatchCases(Callable<Face> opener) {
    super(opener);
  }

  @BeforeEach
  void openService() throws IOException {
    service = root.getFileSystem().newWatchService();
  }

  @AfterEach
  void closeService() throws IOException {
    service.close();
  }

  /** The next signalled key, which must come. */
  private WatchKey next() throws InterruptedException {
    return Objects.requireNonNull(service.poll(30, TimeUnit.SECONDS), "no event came");
  }

  private static String word(WatchEvent<?> event) {
    return event.kind().name().replace("ENTRY_", "").toLowerCase(Locale.ROOT)
        + " "
        + event.context();
  }

  /** Events of all keys until one is {@code last}, without repetitions. */
  private Set<String> until(String last) throws InterruptedException {
    Set<String> seen = new LinkedHashSet<>();
    while (!seen.contains(last)) {
      WatchKey key = next();
      for (WatchEvent<?> event : key.pollEvents()) {
        seen.add(word(event));
      }
      key.reset();
    }
    return seen;
  }

  @Test
  void tellsOfCreation() throws Exception {
    WatchKey key = root.register(service, ENTRY_CREATE);
    assertTrue(key.isValid());
    assertEquals(root, key.watchable());
    Files.createFile(at("f"));
    assertSame(key, next());
    List<WatchEvent<?>> events = key.pollEvents();
    assertEquals(1, events.size());
    assertEquals(ENTRY_CREATE, events.getFirst().kind());
    assertEquals(path("f"), events.getFirst().context());
    assertEquals(1, events.getFirst().count());
    assertEquals(List.of(), key.pollEvents());
    assertTrue(key.reset());
  }

  @Test
  void tellsOfEachKind() throws Exception {
    file("f", "1");
    root.register(service, ENTRY_CREATE, ENTRY_MODIFY, ENTRY_DELETE);
    directory("d");
    file("f", "2");
    Files.createSymbolicLink(at("l"), path("f"));
    Files.createLink(at("h"), at("f"));
    Files.delete(at("l"));
    Files.delete(at("f"));
    Set<String> seen = until("delete f");
    assertTrue(
        seen.containsAll(
            List.of("create d", "modify f", "create l", "create h", "delete l", "delete f")),
        seen::toString);
  }

  @Test
  void onlyOfWhatItWasAskedFor() throws Exception {
    root.register(service, ENTRY_DELETE);
    file("f", "1");
    file("f", "2");
    Files.delete(at("f"));
    assertEquals(Set.of("delete f"), until("delete f"));
  }

  @Test
  void notOfWhatWasBefore() throws Exception {
    file("before", "");
    root.register(service, ENTRY_CREATE, ENTRY_MODIFY);
    Files.createDirectory(at("after"));
    assertEquals(Set.of("create after"), until("create after"));
  }

  @Test
  void notOfWhatIsBelow() throws Exception {
    directory("d");
    root.register(service, ENTRY_CREATE);
    file("d/deep", "");
    Files.createDirectory(at("last"));
    assertEquals(Set.of("create last"), until("create last"));
  }

  @Test
  void attributesAreModifications() throws Exception {
    file("f", "");
    root.register(service, ENTRY_MODIFY);
    Files.setLastModifiedTime(at("f"), FileTime.fromMillis(0));
    assertEquals(Set.of("modify f"), until("modify f"));
  }

  @Test
  void movesAreADeletionAndACreation() throws Exception {
    directory("a");
    directory("b");
    file("a/f", "");
    WatchKey from = at("a").register(service, ENTRY_CREATE, ENTRY_DELETE);
    WatchKey to = at("b").register(service, ENTRY_CREATE, ENTRY_DELETE);
    assertNotSame(from, to);
    Files.move(at("a/f"), at("b/g"));
    List<String> seen = new ArrayList<>();
    while (seen.size() < 2) {
      WatchKey key = next();
      for (WatchEvent<?> event : key.pollEvents()) {
        seen.add((key == from ? "from: " : "to: ") + word(event));
      }
      key.reset();
    }
    assertEquals(Set.of("from: delete f", "to: create g"), Set.copyOf(seen));
  }

  @Test
  void aReplacementIsACreation() throws Exception {
    file("f", "old");
    file("new", "new");
    root.register(service, ENTRY_CREATE, ENTRY_DELETE);
    Files.move(at("new"), at("f"), REPLACE_EXISTING);
    // The JDK deletes what is replaced before it moves, and so tells of that, too.
    Set<String> seen = until("create f");
    assertTrue(seen.containsAll(List.of("delete new", "create f")), seen::toString);
  }

  @Test
  void repetitionsAreCounted() throws Exception {
    file("f", "");
    root.register(service, ENTRY_MODIFY, ENTRY_CREATE);
    for (int i = 0; i < 20; i++) {
      Files.setLastModifiedTime(at("f"), FileTime.fromMillis(i));
    }
    Files.createDirectory(at("last"));
    int events = 0;
    int counted = 0;
    boolean last = false;
    while (!last) {
      WatchKey key = next();
      for (WatchEvent<?> event : key.pollEvents()) {
        boolean modification = event.kind() == ENTRY_MODIFY;
        events += modification ? 1 : 0;
        counted += modification ? event.count() : 0;
        last |= event.kind() == ENTRY_CREATE;
      }
      key.reset();
    }
    // The kernel joins what nobody has looked at yet, so it need not be twenty.
    assertTrue(counted >= 1, "counted " + counted);
    assertTrue(events <= counted, events + " events, counted " + counted);
  }

  @Test
  void aKeyThatIsNotResetIsNotQueuedAgain() throws Exception {
    WatchKey key = root.register(service, ENTRY_CREATE);
    Files.createDirectory(at("a"));
    assertSame(key, next());
    WatchService other = root.getFileSystem().newWatchService();
    root.register(other, ENTRY_CREATE);
    Files.createDirectory(at("b"));
    // When the other service has heard of it, this one has, or soon will.
    assertTrue(other.poll(30, TimeUnit.SECONDS) != null);
    other.close();
    assertNull(service.poll());
    List<String> seen = new ArrayList<>();
    while (seen.size() < 2) {
      key.pollEvents().forEach(event -> seen.add(word(event)));
      Thread.onSpinWait();
    }
    assertEquals(List.of("create a", "create b"), seen);
    // In the end it may be signalled for what was polled already; then it is for nothing.
    key.reset();
    Files.createDirectory(at("c"));
    assertEquals("create c", until("create c").iterator().next());
  }

  @Test
  void eventsThatCameMeanwhileQueueItAtOnce() throws Exception {
    WatchKey key = root.register(service, ENTRY_CREATE);
    Files.createDirectory(at("a"));
    assertSame(key, next());
    Files.createDirectory(at("b"));
    assertTrue(key.reset());
    assertSame(key, next());
    assertTrue(key.isValid());
  }

  @Test
  void registeringAgainGivesTheSameKey() throws Exception {
    WatchKey key = root.register(service, ENTRY_CREATE);
    assertSame(key, root.register(service, ENTRY_DELETE));
    Files.createDirectory(at("a"));
    Files.delete(at("a"));
    assertEquals(Set.of("delete a"), until("delete a"));
  }

  @Test
  void aCancelledKeyTellsNothing() throws Exception {
    directory("a");
    directory("b");
    WatchKey cancelled = at("a").register(service, ENTRY_CREATE);
    at("b").register(service, ENTRY_CREATE);
    cancelled.cancel();
    cancelled.cancel();
    assertFalse(cancelled.isValid());
    assertFalse(cancelled.reset());
    file("a/f", "");
    Files.createDirectory(at("b/g"));
    assertEquals(Set.of("create g"), until("create g"));
    WatchKey again = at("a").register(service, ENTRY_CREATE);
    assertNotSame(cancelled, again);
    assertTrue(again.isValid());
    Files.createDirectory(at("a/h"));
    assertEquals(Set.of("create h"), until("create h"));
  }

  @Test
  void theKeyOfADeletedDirectoryEnds() throws Exception {
    directory("d");
    WatchKey key = at("d").register(service, ENTRY_CREATE, ENTRY_DELETE);
    Files.delete(at("d"));
    assertSame(key, next());
    key.pollEvents();
    assertFalse(key.reset());
    assertFalse(key.isValid());
  }

  @Test
  void aKeyGoesWithADirectoryThatMoves() throws Exception {
    directory("d");
    WatchKey key = at("d").register(service, ENTRY_CREATE);
    Files.move(at("d"), at("e"));
    Files.createDirectory(at("e/f"));
    assertEquals(Set.of("create f"), until("create f"));
    assertTrue(key.isValid());
    assertEquals(at("d"), key.watchable());
  }

  @Test
  void tooManyEventsOverflow() throws Exception {
    WatchKey key = root.register(service, ENTRY_CREATE);
    Files.createDirectory(at("first"));
    assertSame(key, next());
    for (int i = 0; i < 600; i++) {
      Files.createDirectory(at("d" + i));
    }
    List<WatchEvent<?>> seen = new ArrayList<>();
    WatchService other = root.getFileSystem().newWatchService();
    root.register(other, ENTRY_CREATE);
    Files.createDirectory(at("last"));
    assertTrue(other.poll(30, TimeUnit.SECONDS) != null);
    other.close();
    boolean overflow = false;
    while (!overflow) {
      seen.addAll(key.pollEvents());
      overflow = seen.stream().anyMatch(event -> event.kind() == OVERFLOW);
      assertTrue(seen.size() < 600, "all of them came one by one");
      Thread.onSpinWait();
    }
    for (WatchEvent<?> event : seen) {
      assertTrue(event.kind() != OVERFLOW || event.context() == null);
    }
  }

  @Test
  void manyWatchers() throws Exception {
    List<WatchService> services = new ArrayList<>();
    try {
      for (int i = 0; i < 10; i++) {
        services.add(root.getFileSystem().newWatchService());
        root.register(services.getLast(), ENTRY_CREATE);
      }
      Files.createDirectory(at("d"));
      for (WatchService each : services) {
        WatchKey key = Objects.requireNonNull(each.poll(30, TimeUnit.SECONDS));
        assertEquals("create d", word(key.pollEvents().getFirst()));
      }
    } finally {
      for (WatchService each : services) {
        each.close();
      }
    }
  }

  // ---- what is refused

  @Test
  void onlyDirectoriesThatAreThere() throws Exception {
    file("f", "");
    assertThrows(NoSuchFileException.class, () -> at("no").register(service, ENTRY_CREATE));
    assertThrows(NotDirectoryException.class, () -> at("f").register(service, ENTRY_CREATE));
    directory("d");
    Files.createSymbolicLink(at("l"), path("d"));
    assertSame(at("d").register(service, ENTRY_CREATE), at("l").register(service, ENTRY_CREATE));
  }

  @Test
  void onlyKindsThatAreKnown() {
    WatchEvent.Kind<Path> unknown =
        new WatchEvent.Kind<>() {
          @Override
          public String name() {
            return "unknown";
          }

          @Override
          public Class<Path> type() {
            return Path.class;
          }
        };
    assertThrows(IllegalArgumentException.class, () -> root.register(service));
    assertThrows(IllegalArgumentException.class, () -> root.register(service, OVERFLOW));
    assertThrows(
        UnsupportedOperationException.class, () -> root.register(service, ENTRY_CREATE, unknown));
    assertThrows(NullPointerException.class, () -> root.register(null, ENTRY_CREATE));
    assertThrows(
        NullPointerException.class,
        () -> root.register(service, ENTRY_CREATE, (WatchEvent.Kind<?>) null));
  }

  // ---- waiting and closing

  @Test
  void pollsWithoutWaiting() throws Exception {
    assertNull(service.poll());
    assertNull(service.poll(0, TimeUnit.SECONDS));
    assertNull(service.poll(1, TimeUnit.MILLISECONDS));
    assertNull(service.poll(-1, TimeUnit.SECONDS));
  }

  @Test
  void closingWakesThoseWhoWait() throws Exception {
    root.register(service, ENTRY_CREATE);
    List<CompletableFuture<Class<?>>> outcomes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      boolean forever = i == 0;
      CompletableFuture<Class<?>> outcome = new CompletableFuture<>();
      outcomes.add(outcome);
      Thread waiter =
          new Thread(
              () -> {
                try {
                  outcome.complete(
                      (forever ? service.take() : service.poll(60, TimeUnit.SECONDS)).getClass());
                } catch (Throwable e) {
                  outcome.complete(e.getClass());
                }
              });
      waiter.start();
      while (waiter.getState() != Thread.State.WAITING
          && waiter.getState() != Thread.State.TIMED_WAITING) {
        Thread.onSpinWait();
      }
    }
    service.close();
    for (CompletableFuture<Class<?>> outcome : outcomes) {
      assertEquals(ClosedWatchServiceException.class, outcome.get());
    }
  }

  @Test
  void aClosedServiceDoesNothing() throws Exception {
    WatchKey key = root.register(service, ENTRY_CREATE);
    service.close();
    service.close();
    assertFalse(key.isValid());
    assertFalse(key.reset());
    assertThrows(ClosedWatchServiceException.class, service::poll);
    assertThrows(ClosedWatchServiceException.class, service::take);
    assertThrows(ClosedWatchServiceException.class, () -> service.poll(1, TimeUnit.MILLISECONDS));
    assertThrows(ClosedWatchServiceException.class, () -> root.register(service, ENTRY_CREATE));
    key.cancel();
  }

  @Test
  void anInterruptEndsTheWait() {
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, service::take);
    assertFalse(Thread.currentThread().isInterrupted());
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> service.poll(1, TimeUnit.MINUTES));
    assertFalse(Thread.interrupted());
  }

  @Test
  void tellsOfWhatWasDoneElsewhere() throws Exception {
    root.register(service, ENTRY_CREATE, ENTRY_DELETE);
    Files.write(elsewhere(at("f")), new byte[] {1});
    assertTrue(until("create f").contains("create f"));
    Files.delete(elsewhere(at("f")));
    assertTrue(until("delete f").contains("delete f"));
  }
}
