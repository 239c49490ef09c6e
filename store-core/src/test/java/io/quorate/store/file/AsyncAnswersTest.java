package io.quorate.store.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.StoreOptions;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.ErrorCode;
import io.quorate.store.world.RealWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is answered without waiting is what the calls that wait answer, or nothing. */
class AsyncAnswersTest {
  private static final At FILE = At.path(Bytes.utf8("/f"), true);
  private static final OpenMode CREATE = OpenMode.create(OpenMode.Create.IF_ABSENT, false, 0644);

  private final RealWorld world = RealWorld.create();
  private final SoloGateway cluster = new SoloGateway(world);
  private final FileTree tree = FileTree.over(world, cluster, StoreOptions.defaults());

  @AfterEach
  void close() {
    tree.close();
    world.close();
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }

  private static Optional<String> text(Optional<ByteBuffer> content) {
    return content.map(bytes -> UTF_8.decode(bytes).toString());
  }

  @Test
  void ofWhatIsNotThere() {
    CompletionException thrown =
        assertThrows(CompletionException.class, () -> tree.statAsync(FILE).join());
    RefusedException refused = assertInstanceOf(RefusedException.class, thrown.getCause());
    assertEquals(ErrorCode.NOT_FOUND, refused.code());
  }

  @Test
  void nothingWhileSomethingIsUnpublished() throws IOException {
    try (FileHandle handle = tree.open(FILE, CREATE)) {
      assertEquals(Optional.of(tree.stat(FILE)), tree.statAsync(FILE).join());
      handle.write(0, bytes("new"));
      assertTrue(tree.statAsync(FILE).join().isEmpty());
      assertTrue(handle.attributesAsync().join().isEmpty());
      assertTrue(handle.readNewestAsync(0, 10).join().isEmpty());
      handle.publish();
      assertEquals(Optional.of(tree.stat(FILE)), tree.statAsync(FILE).join());
      assertEquals(Optional.of(handle.attributes()), handle.attributesAsync().join());
      assertEquals(3, handle.attributesAsync().join().orElseThrow().sizeBytes());
      assertEquals(Optional.of("new"), text(handle.readNewestAsync(0, 10).join()));
      assertEquals(Optional.of("e"), text(handle.readNewestAsync(1, 1).join()));
    }
  }

  @Test
  void nothingOnceTheHandleIsClosed() throws IOException {
    FileHandle handle = tree.open(FILE, CREATE);
    handle.close();
    assertTrue(handle.attributesAsync().join().isEmpty());
    assertTrue(handle.readNewestAsync(0, 10).join().isEmpty());
  }

  @Test
  void anErrorOnceTheTreeIsClosed() {
    tree.close();
    for (CompletableFuture<?> asked : List.of(tree.statAsync(FILE), tree.openAsync(FILE))) {
      CompletionException thrown = assertThrows(CompletionException.class, asked::join);
      assertInstanceOf(StoreClosedException.class, thrown.getCause());
    }
  }

  @Test
  void aHandleOfWhatIsThere() throws IOException {
    tree.open(FILE, CREATE).close();
    try (FileHandle handle = tree.openAsync(FILE).join().orElseThrow()) {
      assertEquals(tree.stat(FILE), handle.opened());
      assertFalse(handle.isWritable());
    }
    CompletionException thrown =
        assertThrows(
            CompletionException.class, () -> tree.openAsync(At.path(Bytes.utf8("/"), true)).join());
    RefusedException refused = assertInstanceOf(RefusedException.class, thrown.getCause());
    assertEquals(ErrorCode.IS_DIRECTORY, refused.code());
  }
}
