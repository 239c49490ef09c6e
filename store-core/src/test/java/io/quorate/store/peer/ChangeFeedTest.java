package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.gateway.ChangeBatch;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.FileType;
import io.quorate.store.metadata.Metadata.Applied;
import io.quorate.store.metadata.Metadata.Change;
import io.quorate.store.metadata.Metadata.ChangeSet;
import io.quorate.store.world.RealWorld;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChangeFeedTest {
  private static final long LONG_NANOS = 60_000_000_000L;

  private final RealWorld world = RealWorld.create();
  private final List<Runnable> background = new ArrayList<>();

  @AfterEach
  void close() {
    world.close();
  }

  private ChangeFeed feed(long applied, long bytes) {
    return new ChangeFeed(world, background::add, applied, bytes);
  }

  private static Applied entry(long index, int changes) {
    Change change =
        new Change(
            Change.Kind.CREATED, 9, FileType.REGULAR, 1, Bytes.EMPTY, Bytes.utf8("n"), index, 0);
    return new Applied(
        index, 10 * index, 0, 0, null, java.util.Collections.nCopies(changes, change));
  }

  private static List<Long> indices(ChangeBatch batch) {
    return batch.sets().stream().map(ChangeSet::index).toList();
  }

  @Test
  void tellsWhatCameAfter() {
    ChangeFeed feed = feed(5, 1 << 20);
    feed.applied(List.of(entry(6, 1), entry(7, 0), entry(8, 2), entry(9, 0)));
    ChangeBatch all = feed.after(5, LONG_NANOS).join();
    assertTrue(all.complete());
    assertEquals(List.of(6L, 8L), indices(all));
    assertEquals(9, all.through());
    assertEquals(60, all.sets().getFirst().stampNanos());
    assertEquals(List.of(8L), indices(feed.after(6, LONG_NANOS).join()));
  }

  @Test
  void nothingFromBeforeItsBeginning() {
    ChangeFeed feed = feed(5, 1 << 20);
    ChangeBatch batch = feed.after(4, LONG_NANOS).join();
    assertFalse(batch.complete());
    assertEquals(5, batch.through());
  }

  @Test
  void onlySoManyWait() {
    ChangeFeed feed = feed(5, 1 << 20);
    for (int i = 0; i < ChangeFeed.MOST_WAITERS; i++) {
      assertFalse(feed.after(5, LONG_NANOS).isDone());
    }
    CompletableFuture<ChangeBatch> tooMany = feed.after(5, LONG_NANOS);
    CompletionException error = assertThrows(CompletionException.class, tooMany::join);
    assertInstanceOf(UnavailableException.class, error.getCause());
    feed.applied(List.of(entry(6, 1)));
    background.forEach(Runnable::run);
    assertFalse(feed.after(6, LONG_NANOS).isDone(), "there is room again");
    feed.close();
  }

  @Test
  void whoAsksAcrossACheckpointIsToldSo() {
    ChangeFeed feed = feed(5, 1 << 20);
    feed.applied(List.of(entry(6, 1)));
    CompletableFuture<ChangeBatch> waiting = feed.after(6, LONG_NANOS);
    feed.installed(50);
    background.forEach(Runnable::run);
    assertFalse(waiting.join().complete());
    assertEquals(50, waiting.join().through());
    assertFalse(feed.after(49, LONG_NANOS).join().complete());
    feed.applied(List.of(entry(51, 1)));
    assertEquals(List.of(51L), indices(feed.after(50, LONG_NANOS).join()));
  }

  @Test
  void waitsForTheNext() {
    ChangeFeed feed = feed(5, 1 << 20);
    CompletableFuture<ChangeBatch> next = feed.after(5, LONG_NANOS);
    // Another peer was further on: what that one told is not told again.
    CompletableFuture<ChangeBatch> ahead = feed.after(7, LONG_NANOS);
    feed.applied(List.of(entry(6, 0)));
    background.forEach(Runnable::run);
    assertFalse(next.isDone());
    feed.applied(List.of(entry(7, 1)));
    background.getLast().run();
    assertEquals(List.of(7L), indices(next.join()));
    assertFalse(ahead.isDone());
    feed.applied(List.of(entry(8, 1)));
    background.getLast().run();
    assertEquals(List.of(8L), indices(ahead.join()));
  }

  @Test
  void doesNotWaitForEver() {
    ChangeFeed feed = new ChangeFeed(world, Runnable::run, 5, 1 << 20);
    feed.applied(List.of(entry(6, 0)));
    ChangeBatch nothing = feed.after(5, 1_000).join();
    assertTrue(nothing.complete());
    assertEquals(List.of(), nothing.sets());
    assertEquals(6, nothing.through());
  }

  @Test
  void forgetsTheOldest() {
    ChangeFeed feed = feed(0, 1_000);
    for (int i = 1; i <= 100; i++) {
      feed.applied(List.of(entry(i, 1)));
    }
    assertFalse(feed.after(0, LONG_NANOS).join().complete());
    long oldest = 1;
    while (!feed.after(oldest, LONG_NANOS).join().complete()) {
      oldest++;
    }
    List<Long> kept = indices(feed.after(oldest, LONG_NANOS).join());
    assertEquals(oldest + 1, kept.getFirst());
    assertEquals(100 - oldest, kept.size());
    assertTrue(kept.size() >= 5 && kept.size() <= 7, kept::toString);
  }

  @Test
  void longAnswersComeInPieces() {
    ChangeFeed feed = feed(0, 64 << 20);
    int count = 10_000;
    for (int i = 1; i <= count; i++) {
      feed.applied(List.of(entry(i, 1)));
    }
    long after = 0;
    int pieces = 0;
    List<Long> seen = new ArrayList<>();
    while (after < count) {
      ChangeBatch batch = feed.after(after, LONG_NANOS).join();
      seen.addAll(indices(batch));
      after = batch.through();
      pieces++;
    }
    assertEquals(count, seen.size());
    assertEquals(count, seen.getLast());
    assertTrue(pieces > 5, "in " + pieces + " pieces");
  }

  @Test
  void closingAnswersEverybody() {
    ChangeFeed feed = feed(5, 1 << 20);
    CompletableFuture<ChangeBatch> waiting = feed.after(5, LONG_NANOS);
    feed.close();
    assertEquals(5, waiting.join().through());
    assertEquals(6, feed.after(6, LONG_NANOS).join().through());
  }
}
