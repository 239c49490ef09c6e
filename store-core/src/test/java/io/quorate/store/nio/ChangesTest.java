package io.quorate.store.nio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.ChangesLostException;
import io.quorate.store.FileChange;
import io.quorate.store.PutCondition;
import io.quorate.store.StoreOptions;
import io.quorate.store.file.SoloGateway;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Command;
import io.quorate.store.world.RealWorld;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.ClosedFileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The changes that a store tells, and their publisher's manners. */
class ChangesTest {
  private final RealWorld world = RealWorld.create();
  private final SoloGateway cluster = new SoloGateway(world);
  private final GatewayStore store = GatewayStore.over(world, cluster, StoreOptions.defaults());
  private final GatewayStore other = GatewayStore.over(world, cluster, StoreOptions.defaults());

  @AfterEach
  void close() {
    store.close();
    other.close();
    world.close();
  }

  private static class Heard implements Flow.Subscriber<FileChange> {
    final BlockingQueue<FileChange> changes = new LinkedBlockingQueue<>();
    final CompletableFuture<Throwable> error = new CompletableFuture<>();
    final long first;
    Flow.Subscription subscription;

    Heard(long first) {
      this.first = first;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      if (first != 0) {
        given.request(first);
      }
    }

    @Override
    public void onNext(FileChange change) {
      changes.add(change);
    }

    @Override
    public void onError(Throwable why) {
      error.complete(why);
    }

    @Override
    public void onComplete() {
      error.complete(new AssertionError("there is no end"));
    }

    String next() throws InterruptedException {
      FileChange change =
          Objects.requireNonNull(changes.poll(30, TimeUnit.SECONDS), "no change came");
      return change.kind()
          + " "
          + change.path()
          + (change.movedFrom() == null ? "" : " from " + change.movedFrom())
          + (change.directory() ? " (directory)" : "");
    }
  }

  private Heard hear(long after, long first) {
    Heard heard = new Heard(first);
    store.changes(after).subscribe(heard);
    return heard;
  }

  @Test
  void tellsEachKind() throws Exception {
    Heard heard = hear(store.currentVersion(), Long.MAX_VALUE);
    Path directory = Files.createDirectories(other.path("/a/b"));
    Path file = directory.resolve("f");
    Files.createFile(file);
    other.put(file, new ByteArrayInputStream(new byte[3]), PutCondition.always());
    Files.setLastModifiedTime(file, FileTime.fromMillis(7));
    Files.move(file, other.path("/g"));
    Files.createLink(other.path("/a/h"), other.path("/g"));
    Files.delete(other.path("/g"));
    Files.move(other.path("/a"), other.path("/c"));
    Files.delete(other.path("/c/h"));
    assertEquals("CREATED /a (directory)", heard.next());
    assertEquals("CREATED /a/b (directory)", heard.next());
    assertEquals("CREATED /a/b/f", heard.next());
    assertEquals("MODIFIED /a/b/f", heard.next());
    assertEquals("ATTRIBUTES /a/b/f", heard.next());
    assertEquals("MOVED /g from /a/b/f", heard.next());
    assertEquals("CREATED /a/h", heard.next());
    assertEquals("DELETED /g", heard.next());
    assertEquals("MOVED /c from /a (directory)", heard.next());
    assertEquals("DELETED /c/h", heard.next());
  }

  @Test
  void writesInPlaceShowWhenTheyArePublished() throws Exception {
    Path file = other.path("/f");
    Files.createFile(file);
    Heard heard = hear(store.currentVersion(), Long.MAX_VALUE);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(java.nio.ByteBuffer.wrap(new byte[5]));
      Files.createDirectory(other.path("/before"));
    }
    assertEquals("CREATED /before (directory)", heard.next());
    assertEquals("MODIFIED /f", heard.next());
  }

  @Test
  void anExchangeIsTwoMoves() throws Exception {
    Files.createFile(other.path("/f"));
    Files.createDirectory(other.path("/d"));
    Heard heard = hear(store.currentVersion(), Long.MAX_VALUE);
    other
        .tree()
        .rename(
            At.path(Bytes.utf8("f"), false),
            At.path(Bytes.utf8("d"), false),
            Command.RenameMode.EXCHANGE);
    assertEquals("MOVED /d from /f", heard.next());
    assertEquals("MOVED /f from /d (directory)", heard.next());
  }

  @Test
  void versionsGoOnWhereTheyWereLeft() throws Exception {
    long begin = store.currentVersion();
    Files.createDirectory(other.path("/one"));
    Files.createDirectory(other.path("/two"));
    Heard first = hear(begin, 1);
    FileChange one = first.changes.poll(30, TimeUnit.SECONDS);
    first.subscription.cancel();
    assertEquals(one.version(), other.version(other.path("/one")).version());
    assertEquals("CREATED /two (directory)", hear(one.version(), 9).next());
    assertTrue(one.time().toEpochMilli() <= System.currentTimeMillis());
  }

  @Test
  void noMoreThanIsAskedFor() throws Exception {
    Heard heard = hear(store.currentVersion(), 0);
    for (int i = 0; i < 100; i++) {
      Files.createDirectory(other.path("/" + i));
    }
    assertNull(heard.changes.poll());
    heard.subscription.request(2);
    assertEquals("CREATED /0 (directory)", heard.next());
    assertEquals("CREATED /1 (directory)", heard.next());
    assertNull(heard.changes.poll());
    heard.subscription.request(98);
    for (int i = 2; i < 100; i++) {
      assertEquals("CREATED /" + i + " (directory)", heard.next());
    }
    heard.subscription.cancel();
    Files.createDirectory(other.path("/more"));
    assertNull(heard.changes.poll());
  }

  @Test
  void aRequestForNothingIsAnError() throws Exception {
    Heard heard = hear(store.currentVersion(), -1);
    assertInstanceOf(IllegalArgumentException.class, heard.error.get(30, TimeUnit.SECONDS));
    assertThrows(IllegalArgumentException.class, () -> store.changes(-1));
  }

  @Test
  void aSubscriberThatThrowsIsTheOnlyOneToSuffer() throws Exception {
    CompletableFuture<Flow.Subscription> faulty = new CompletableFuture<>();
    Heard broken =
        new Heard(Long.MAX_VALUE) {
          @Override
          public void onNext(FileChange change) {
            super.onNext(change);
            faulty.complete(subscription);
            throw new IllegalStateException("thrown by the subscriber of this test");
          }
        };
    long begin = store.currentVersion();
    store.changes(begin).subscribe(broken);
    Heard sound = hear(begin, Long.MAX_VALUE);
    Files.createDirectory(other.path("/one"));
    faulty.get(30, TimeUnit.SECONDS);
    Files.createDirectory(other.path("/two"));
    assertEquals("CREATED /one (directory)", sound.next());
    assertEquals("CREATED /two (directory)", sound.next());
    assertEquals("CREATED /one (directory)", broken.next());
    assertNull(broken.changes.poll(), "it hears no more");
    store.close();
    assertFalse(broken.error.isDone(), "not even of the end: it is forgotten");
    assertInstanceOf(ClosedFileSystemException.class, sound.error.get(30, TimeUnit.SECONDS));
  }

  @Test
  void whatIsNoLongerKeptIsNotPassedOver() throws Exception {
    long begin = store.currentVersion();
    Files.createDirectory(other.path("/lost"));
    cluster.forgetChanges();
    Heard heard = hear(begin, 1);
    ChangesLostException lost =
        assertInstanceOf(ChangesLostException.class, heard.error.get(30, TimeUnit.SECONDS));
    Heard again = hear(lost.resumeAfter(), 1);
    Files.createDirectory(other.path("/kept"));
    assertEquals("CREATED /kept (directory)", again.next());
  }

  @Test
  void closingTheStoreEndsIt() throws Exception {
    Heard heard = hear(store.currentVersion(), 1);
    store.close();
    assertInstanceOf(ClosedFileSystemException.class, heard.error.get(30, TimeUnit.SECONDS));
    assertThrows(ClosedFileSystemException.class, () -> store.fileSystem().newWatchService());
  }

  @Test
  void watchersHearOfAGap() throws Exception {
    Files.createDirectory(other.path("/before"));
    try (WatchService service = store.fileSystem().newWatchService()) {
      store.path("/").register(service, StandardWatchEventKinds.ENTRY_CREATE);
      // Entries that the reader has not seen, and then they are forgotten.
      cluster.endSessions();
      cluster.forgetChanges();
      WatchKey key = Objects.requireNonNull(service.poll(30, TimeUnit.SECONDS));
      assertEquals(
          List.of(StandardWatchEventKinds.OVERFLOW),
          key.pollEvents().stream().map(event -> event.kind()).distinct().toList());
      assertTrue(key.reset());
      Files.createDirectory(other.path("/d"));
      key = Objects.requireNonNull(service.poll(30, TimeUnit.SECONDS));
      assertEquals(StandardWatchEventKinds.ENTRY_CREATE, key.pollEvents().getFirst().kind());
    }
  }

  /** Both take locks of the service and of the key, which must have one order. */
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void registeringAgainWhileEventsCome() throws Exception {
    try (WatchService service = store.fileSystem().newWatchService()) {
      Path root = store.path("/");
      WatchKey key = root.register(service, StandardWatchEventKinds.ENTRY_CREATE);
      Thread maker =
          new Thread(
              () -> {
                try {
                  for (int i = 0; i < 2_000; i++) {
                    Files.createDirectory(other.path("/" + i));
                  }
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      maker.start();
      while (maker.isAlive()) {
        assertSame(key, root.register(service, StandardWatchEventKinds.ENTRY_CREATE));
        key.pollEvents();
        key.reset();
      }
    }
  }

  @Test
  void aServiceIsOfOneStore() throws Exception {
    try (WatchService service = store.fileSystem().newWatchService()) {
      assertThrows(
          java.nio.file.ProviderMismatchException.class,
          () -> other.path("/").register(service, StandardWatchEventKinds.ENTRY_CREATE));
    }
  }
}
