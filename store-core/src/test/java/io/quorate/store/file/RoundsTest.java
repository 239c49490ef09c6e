package io.quorate.store.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quorate.store.StoreOptions;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Command;
import io.quorate.store.world.RealWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How many rounds of consensus each act costs. */
class RoundsTest {
  private static final At FILE = At.path(Bytes.utf8("f"), true);
  private static final OpenMode CREATE = OpenMode.create(OpenMode.Create.IF_ABSENT, false, 0644);

  private final RealWorld world = RealWorld.create();
  private final SoloGateway cluster = new SoloGateway(world);
  private final FileTree tree = FileTree.over(world, cluster, StoreOptions.defaults());
  private int before;

  @AfterEach
  void close() {
    tree.close();
    world.close();
  }

  private void expect(int rounds) {
    int now = cluster.rounds().size();
    assertEquals(rounds, now - before, () -> cluster.rounds().toString());
    before = now;
  }

  private static ByteBuffer content(int length) {
    return ByteBuffer.allocate(length);
  }

  @Test
  void ofHandles() throws IOException {
    FileHandle handle = tree.open(FILE, CREATE);
    expect(1);
    handle.write(0, content(10));
    handle.write(3 << 20, content(3 << 20));
    handle.truncate(5 << 20);
    handle.read(0, 100);
    handle.attributes();
    expect(0);
    handle.publish();
    expect(1);
    handle.publish();
    expect(0);
    handle.write(7, content(1));
    handle.setAttributes(AttributeChange.ofPermissions(0600));
    tree.setAttributes(FILE, AttributeChange.ofTimes(1L, 2L));
    expect(0);
    assertEquals(0600, tree.stat(FILE).permissions());
    handle.close();
    expect(1);
    assertEquals(0600, tree.stat(FILE).permissions());
    assertEquals(2, tree.stat(FILE).mtimeNanos());
    FileHandle clean = tree.open(FILE, OpenMode.WRITE);
    clean.close();
    expect(0);
  }

  @Test
  void ofAFileWithoutAName() throws IOException {
    At root = At.inode(At.ROOT);
    tree.openUnnamed(root, 0644, tree.caller(), true).close();
    expect(2); // The first raises the feature level.
    try (FileHandle handle = tree.openUnnamed(root, 0644, tree.caller(), true)) {
      expect(1);
      handle.write(0, content(10));
      tree.link(At.inode(handle.inode()), FILE);
      expect(2); // What it contains goes before its name.
      assertEquals(10, tree.stat(FILE).sizeBytes());
    }
    expect(0);
  }

  @Test
  void ofAnAppendWithWritesBefore() throws IOException {
    FileHandle handle = tree.open(FILE, CREATE);
    expect(1);
    handle.write(0, content(10));
    assertEquals(10, handle.append(content(5)));
    expect(1);
    handle.close();
    expect(0);
  }

  @Test
  void ofOpeningWithTruncation() throws IOException {
    put(100);
    expect(1);
    FileHandle handle = tree.open(FILE, OpenMode.create(OpenMode.Create.IF_ABSENT, true, 0644));
    handle.write(0, content(3));
    expect(0);
    handle.close();
    expect(1);
    assertEquals(3, tree.stat(FILE).sizeBytes());
  }

  @Test
  void ofWholeFiles() throws IOException {
    put(0);
    expect(1);
    put(16 << 10);
    expect(1);
    put(5 << 20);
    expect(1);
    assertEquals(5 << 20, tree.stat(FILE).sizeBytes());
  }

  private void put(int length) {
    tree.putAsync(
            new PutRequest(FILE, 0644, tree.caller(), 0, Command.PutCondition.ALWAYS),
            content(length))
        .join();
  }

  @Test
  void ofReading() throws IOException {
    put(100);
    expect(1);
    tree.stat(FILE);
    tree.list(At.path(Bytes.EMPTY, true), Bytes.EMPTY, true);
    FileHandle handle = tree.open(FILE, OpenMode.READ);
    handle.read(0, 100);
    handle.close();
    expect(0);
  }

  @Test
  void aSmallFileTravelsWithItsCommand() throws IOException {
    long queries = cluster.queries();
    put(16 << 10);
    expect(1);
    assertEquals(queries, cluster.queries());
    assertEquals(1, cluster.storedChunks());
  }
}
