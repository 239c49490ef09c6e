package io.quorate.store.nio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.FileDownload;
import io.quorate.store.FileUpload;
import io.quorate.store.FileVersion;
import io.quorate.store.PutCondition;
import io.quorate.store.StoreOptions;
import io.quorate.store.file.SoloGateway;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.world.RealWorld;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Users who do not wait for a cluster that is slow. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HastyTransfersTest {
  private final RealWorld world = RealWorld.create();
  private final SoloGateway cluster = new SoloGateway(world);
  private final CompletableFuture<Void> gate = new CompletableFuture<>();
  private final GatewayStore slow =
      GatewayStore.over(world, late(cluster, gate), StoreOptions.defaults());
  private final GatewayStore store = GatewayStore.over(world, cluster, StoreOptions.defaults());

  @AfterEach
  void close() {
    gate.complete(null);
    slow.close();
    store.close();
    world.close();
  }

  /** A gateway that answers nothing before {@code gate} opens. */
  private static Gateway late(Gateway cluster, CompletableFuture<Void> gate) {
    return (Gateway)
        Proxy.newProxyInstance(
            Gateway.class.getClassLoader(),
            new Class<?>[] {Gateway.class},
            (proxy, method, arguments) ->
                method.getReturnType() != CompletableFuture.class
                    ? method.invoke(cluster, arguments)
                    : gate.thenCompose(
                        opened -> {
                          try {
                            return (CompletableFuture<?>) method.invoke(cluster, arguments);
                          } catch (ReflectiveOperationException e) {
                            return CompletableFuture.failedFuture(e);
                          }
                        }));
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  /** Publishes one buffer and, as publishers may, says at once that there is no more. */
  private static Flow.Publisher<ByteBuffer> allAtOnce(byte[] bytes) {
    return subscriber ->
        subscriber.onSubscribe(
            new Flow.Subscription() {
              private boolean asked;

              @Override
              public void request(long n) {
                if (!asked) {
                  asked = true;
                  subscriber.onNext(ByteBuffer.wrap(bytes));
                  subscriber.onComplete();
                }
              }

              @Override
              public void cancel() {}
            });
  }

  @Test
  void theEndOfAStreamDoesNotOvertakeWhatWaitsForRoom() throws IOException {
    byte[] bytes = random((3 << 20) + 5);
    CompletableFuture<FileVersion> put =
        slow.putAsync(slow.path("/f"), allAtOnce(bytes), PutCondition.always());
    assertFalse(put.isDone());
    gate.complete(null);
    assertEquals(bytes.length, put.join().sizeBytes());
    assertArrayEquals(bytes, Files.readAllBytes(store.path("/f")));
  }

  @Test
  void aDownloadThatWasCancelledIsNotHeld() throws IOException {
    Files.write(store.path("/f"), random(3 << 20));
    CompletableFuture<FileDownload> opening = slow.downloadAsync(slow.path("/f"));
    assertTrue(opening.cancel(false));
    gate.complete(null);
    Files.write(store.path("/f"), random(2 << 20));
    // Asked after it, and so answered after it.
    assertEquals(2 << 20, slow.version(slow.path("/f")).sizeBytes());
    assertEquals(0, ((QuorateFileSystem) slow.fileSystem()).openCount());
  }

  @Test
  void aSinkThatThrowsEndsItsTransfer() throws IOException {
    Path file = store.path("/f");
    Files.write(file, random(3 << 20));
    IllegalStateException broken = new IllegalStateException("the sink broke");
    CompletableFuture<FileVersion> get =
        store.getAsync(
            file,
            new Flow.Subscriber<>() {
              @Override
              public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(1);
              }

              @Override
              public void onNext(ByteBuffer piece) {
                throw broken;
              }

              @Override
              public void onError(Throwable error) {}

              @Override
              public void onComplete() {}
            });
    assertSame(broken, assertThrows(CompletionException.class, get::join).getCause());
    assertEquals(0, ((QuorateFileSystem) store.fileSystem()).openCount());
  }

  @Test
  void anUploadThatIsClosedMeanwhileIsClosed() throws IOException {
    FileUpload upload = slow.upload(slow.path("/f"));
    upload.write(ByteBuffer.wrap(random(100)));
    upload.close();
    assertThrows(ClosedChannelException.class, upload::commit);
    gate.complete(null);
    assertFalse(Files.exists(store.path("/f")));
  }

  @Test
  void aRangeThatIsNoneIsRefused() throws IOException {
    Path file = store.path("/f");
    Files.write(file, random(10));
    try (FileDownload download = store.download(file)) {
      ByteArrayOutputStream sink = new ByteArrayOutputStream();
      assertThrows(IllegalArgumentException.class, () -> download.transferTo(0, -1, sink));
      assertThrows(IllegalArgumentException.class, () -> download.transferTo(-1, 1, sink));
      assertEquals(0, download.transferTo(11, 1, sink));
    }
  }
}
