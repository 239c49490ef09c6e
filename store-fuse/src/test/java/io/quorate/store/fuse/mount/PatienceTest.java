package io.quorate.store.fuse.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.quorate.store.NoQuorumException;
import io.quorate.store.fuse.kernel.Request;
import io.quorate.store.fuse.kernel.Request.Header;
import io.quorate.store.metadata.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class PatienceTest {
  private static final Header HEADER = new Header(9, 42, 1, 0, 0, 0);
  private static final Request CHANGE = new Request.MakeDirectory(Bytes.utf8("d"), 0755, 0);
  private static final Request QUESTION = new Request.Lookup(Bytes.utf8("d"));

  private final Interruptions interruptions = new Interruptions();

  private Patience patience(WithoutQuorum policy) {
    return new Patience(policy, interruptions);
  }

  private static ByteBuffer none() throws IOException {
    throw new NoQuorumException("d", "two of three are away");
  }

  private int errno(WithoutQuorum policy, Request request) {
    IOException thrown =
        assertThrows(
            IOException.class, () -> patience(policy).answer(HEADER, request, PatienceTest::none));
    return Errno.of(thrown);
  }

  @Test
  void anErrorByPolicy() {
    assertEquals(Errno.EIO, errno(WithoutQuorum.EIO, CHANGE));
    assertEquals(Errno.EIO, errno(WithoutQuorum.EIO, QUESTION));
    assertEquals(Errno.EROFS, errno(WithoutQuorum.EROFS, CHANGE));
    assertEquals(Errno.EIO, errno(WithoutQuorum.EROFS, QUESTION));
  }

  @Test
  void whoWaitsGetsTheAnswerInTheEnd() throws IOException {
    ByteBuffer reply = ByteBuffer.allocate(1);
    AtomicInteger attempts = new AtomicInteger();
    assertSame(
        reply,
        patience(WithoutQuorum.WAIT)
            .answer(HEADER, CHANGE, () -> attempts.incrementAndGet() < 3 ? none() : reply));
    assertThrows(
        Errno.ErrnoException.class,
        () ->
            patience(WithoutQuorum.WAIT)
                .answer(
                    HEADER,
                    CHANGE,
                    () -> {
                      throw new Errno.ErrnoException(Errno.EINVAL);
                    }));
  }

  @Test
  void whoWaitsIsLetGoWhenInterrupted() {
    CompletableFuture<ByteBuffer> never = new CompletableFuture<>();
    interruptions.interrupt(HEADER.unique());
    IOException thrown =
        assertThrows(
            IOException.class,
            () -> patience(WithoutQuorum.WAIT).answer(HEADER, CHANGE, never::join));
    assertEquals(Errno.EINTR, Errno.of(thrown));
    never.cancel(true);
  }

  @Test
  void nobodyWaitsForAMountThatHasEnded() throws Exception {
    Patience patience = patience(WithoutQuorum.WAIT);
    CompletableFuture<ByteBuffer> never = new CompletableFuture<>();
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<Integer> errno = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                patience.answer(
                    HEADER,
                    CHANGE,
                    () -> {
                      begun.countDown();
                      return never.join();
                    });
              } catch (IOException e) {
                errno.complete(Errno.of(e));
              }
            });
    begun.await();
    patience.end();
    assertEquals(Errno.EIO, errno.get());
    never.cancel(true);
  }
}
