package io.quorate.store.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.StoreOptions;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Caller;
import io.quorate.store.metadata.Command.RenameMode;
import io.quorate.store.metadata.ErrorCode;
import io.quorate.store.world.RealWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
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

  private static final OpenMode LIKELY = OpenMode.create(OpenMode.Create.LIKELY_ABSENT, true, 0644);
  private static final Caller OWNER = new Caller(7, 8);

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

  @Test
  void namesAreMadeMovedAndRemoved() throws IOException {
    tree.open(FILE, CREATE).close(); // Opens the session that this takes.
    At directory = At.path(Bytes.utf8("/d"), true);
    Attributes made = tree.prompt().makeDirectory(directory, 0755, OWNER).join().orElseThrow();
    assertEquals(tree.stat(directory), made);
    At moved = At.path(Bytes.utf8("/d/f"), true);
    assertTrue(tree.prompt().rename(FILE, moved, RenameMode.REPLACE).join());
    assertEquals(ErrorCode.NOT_EMPTY, refusal(tree.prompt().removeDirectory(directory)));
    assertTrue(tree.prompt().unlink(moved).join());
    assertEquals(ErrorCode.NOT_FOUND, refusal(tree.prompt().unlink(moved)));
    assertTrue(tree.prompt().removeDirectory(directory).join());
    assertNull(tree.statIfExists(directory));
  }

  @Test
  void nothingIsChangedOnceTheTreeIsClosed() throws IOException {
    tree.open(FILE, CREATE).close();
    tree.close();
    assertFalse(tree.prompt().unlink(FILE).join());
    assertTrue(tree.prompt().create(FILE, LIKELY, OWNER).join().isEmpty());
  }

  @Test
  void aFileIsMadeOrEmptied() throws IOException {
    tree.open(At.path(Bytes.utf8("/other"), true), CREATE).close();
    try (FileHandle handle = tree.prompt().create(FILE, LIKELY, OWNER).join().orElseThrow()) {
      assertEquals(OWNER.uid(), handle.opened().uid());
      handle.write(0, bytes("old"));
    }
    try (FileHandle handle = tree.prompt().create(FILE, LIKELY, OWNER).join().orElseThrow()) {
      assertEquals(0, handle.attributes().sizeBytes());
    }
    OpenMode exclusive = OpenMode.create(OpenMode.Create.EXCLUSIVE, false, 0644);
    assertEquals(ErrorCode.EXISTS, refusal(tree.prompt().create(FILE, exclusive, OWNER)));
    assertTrue(tree.prompt().create(FILE, CREATE, OWNER).join().isEmpty());
  }

  @Test
  void aWriteThatHasRoomIsMadeAtOnce() throws IOException {
    int chunkBytes = StoreOptions.defaults().chunkBytes();
    byte[] expected = new byte[chunkBytes];
    try (FileHandle handle = tree.open(FILE, CREATE)) {
      assertTrue(handle.isClean());
      int step = chunkBytes / 4 - 1;
      for (int at = 0; at < 4 * step; at += step) {
        byte[] piece = new byte[step];
        Arrays.fill(piece, (byte) (1 + at / step));
        System.arraycopy(piece, 0, expected, at, step);
        assertTrue(handle.tryWrite(at, ByteBuffer.wrap(piece)));
      }
      assertFalse(handle.isClean());
      assertTrue(handle.tryWrite(2, bytes("over")));
      System.arraycopy("over".getBytes(UTF_8), 0, expected, 2, 4);
      // Four bytes are left in the block: more than that must be handed to the peers.
      ByteBuffer tooMuch = ByteBuffer.allocate(5);
      assertFalse(handle.tryWrite(chunkBytes, tooMuch));
      assertEquals(5, tooMuch.remaining());
      assertEquals(4 * step, handle.attributes().sizeBytes());
      handle.publish();
      assertTrue(handle.isClean());
      assertEquals(ByteBuffer.wrap(expected, 0, 4 * step), handle.read(0, chunkBytes));
    }
  }

  @Test
  void noWriteWithoutTheRightOrARoom() throws IOException {
    tree.open(FILE, CREATE).close();
    try (FileHandle reader = tree.open(FILE, OpenMode.READ)) {
      assertFalse(reader.tryWrite(0, bytes("x")));
      assertTrue(reader.isClean());
    }
    FileHandle closed = tree.open(FILE, OpenMode.WRITE);
    closed.close();
    assertFalse(closed.tryWrite(0, bytes("x")));
    try (FileHandle handle = tree.open(FILE, OpenMode.WRITE)) {
      assertFalse(handle.tryWrite(Layers.MAX_FILE_BYTES, bytes("x")));
    }
  }

  private static ErrorCode refusal(CompletableFuture<?> asked) {
    CompletionException thrown = assertThrows(CompletionException.class, asked::join);
    return assertInstanceOf(RefusedException.class, thrown.getCause()).code();
  }
}
