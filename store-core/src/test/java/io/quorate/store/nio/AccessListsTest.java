package io.quorate.store.nio;

import static io.quorate.store.metadata.PosixAclTest.value;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quorate.store.PutCondition;
import io.quorate.store.StoreOptions;
import io.quorate.store.file.FileHandle;
import io.quorate.store.file.FileTree;
import io.quorate.store.file.OpenMode;
import io.quorate.store.file.SoloGateway;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Command.XattrMode;
import io.quorate.store.metadata.PosixAcl;
import io.quorate.store.world.RealWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** ACLs beside what the API does: modes that are not published yet, and the umask. */
class AccessListsTest {
  private static final Bytes LIST = value("u:6 U5:7 g:4 m:6 o:4");

  private final RealWorld world = RealWorld.create();
  private final SoloGateway cluster = new SoloGateway(world);
  private final GatewayStore store = GatewayStore.over(world, cluster, StoreOptions.defaults());
  private final GatewayStore other = GatewayStore.over(world, cluster, StoreOptions.defaults());
  private final FileTree tree = store.tree();
  private final Path directory = store.path("/shared");

  @BeforeEach
  void makeDirectory() throws IOException {
    Files.createDirectory(directory);
  }

  @AfterEach
  void close() {
    store.close();
    other.close();
    world.close();
  }

  private static At at(String path) {
    return At.path(Bytes.utf8(path), true);
  }

  private Bytes list(String path) throws IOException {
    return tree.getXattr(at(path), PosixAcl.ACCESS);
  }

  @Test
  void toAskForAListPublishesNothing() throws IOException {
    Files.createFile(store.path("/f"));
    tree.setXattr(at("/f"), PosixAcl.ACCESS, LIST, XattrMode.ANY);
    try (FileHandle handle = tree.open(at("/f"), OpenMode.WRITE)) {
      handle.write(0, ByteBuffer.allocate(10));
      assertEquals(LIST, list("/f"));
      handle.setAttributes(AttributeChange.ofPermissions(0600));
      assertEquals(value("u:6 U5:7 g:4 m:0 o:0"), list("/f"));
      assertEquals(0, other.tree().stat(at("/f")).sizeBytes());
      assertEquals(LIST, other.tree().getXattr(at("/f"), PosixAcl.ACCESS));
    }
    assertEquals(value("u:6 U5:7 g:4 m:0 o:0"), other.tree().getXattr(at("/f"), PosixAcl.ACCESS));
  }

  @Test
  void aListThatIsSetHasTheLastWordOverAModeBeforeIt() throws IOException {
    Files.createFile(store.path("/f"));
    try (FileHandle handle = tree.open(at("/f"), OpenMode.WRITE)) {
      handle.write(0, ByteBuffer.allocate(10));
      handle.setAttributes(AttributeChange.ofPermissions(0600));
      tree.setXattr(at("/f"), PosixAcl.ACCESS, LIST, XattrMode.ANY);
      assertEquals(LIST, list("/f"));
    }
    assertEquals(LIST, list("/f"));
    assertEquals(0664, tree.stat(at("/f")).permissions());
  }

  @Test
  void aDefaultListStandsInForTheUmask() throws IOException {
    tree.setXattr(at("/shared"), PosixAcl.DEFAULT, value("u:7 U5:7 g:7 m:7 o:0"), XattrMode.ANY);
    Bytes open = value("u:6 U5:7 g:7 m:6 o:0");
    Files.createFile(directory.resolve("created"));
    assertEquals(open, list("/shared/created"));
    Files.writeString(directory.resolve("written"), "content");
    assertEquals(open, list("/shared/written"));
    store.putAsync(directory.resolve("put"), ByteBuffer.allocate(3), PutCondition.always()).join();
    assertEquals(open, list("/shared/put"));
    Files.createFile(store.path("/source"));
    tree.setAttributes(at("/source"), AttributeChange.ofPermissions(0666));
    Files.copy(store.path("/source"), directory.resolve("copied"));
    assertEquals(open, list("/shared/copied"));
    Files.createDirectory(directory.resolve("below"));
    assertEquals(value("u:7 U5:7 g:7 m:7 o:0"), list("/shared/below"));
  }
}
