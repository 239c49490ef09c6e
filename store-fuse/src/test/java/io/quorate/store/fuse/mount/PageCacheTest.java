package io.quorate.store.fuse.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quorate.store.StoreOptions;
import io.quorate.store.file.FileHandle;
import io.quorate.store.file.FileTree;
import io.quorate.store.file.OpenMode;
import io.quorate.store.file.PutRequest;
import io.quorate.store.file.SoloGateway;
import io.quorate.store.gateway.ForwardingGateway;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Command.PutCondition;
import io.quorate.store.world.RealWorld;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The kernel reads again what has changed, and nothing else. A shell uses the mount. */
@Timeout(60)
final class PageCacheTest {
  private static final At FILE = At.path(Bytes.utf8("file"), true);

  @TempDir(cleanup = CleanupMode.NEVER)
  private Path directory;

  private final RealWorld world = RealWorld.create();
  private final SoloGateway cluster = new SoloGateway(world);
  private final AtomicInteger reads = new AtomicInteger();
  private final FileTree tree =
      FileTree.over(
          world,
          new ForwardingGateway(cluster) {
            @Override
            public CompletableFuture<ReadReply> read(
                At at, long content, long offset, int lengthBytes) {
              reads.incrementAndGet();
              return super.read(at, content, offset, lengthBytes);
            }
          },
          StoreOptions.defaults());
  private final FileTree elsewhere = FileTree.over(world, cluster, StoreOptions.defaults());
  private Mount mount;
  private Process shell;

  @BeforeEach
  void start() throws Exception {
    MountProcess.assumePossible();
    mount = Mount.start(tree, directory, MountOptions.parse(List.of(), true));
    shell = new ProcessBuilder("sh").redirectErrorStream(true).start();
    said("cd " + directory);
  }

  @AfterEach
  void stop() throws Exception {
    if (mount != null) {
      shell.destroyForcibly().waitFor();
      mount.close();
    }
    elsewhere.close();
    tree.close();
    world.close();
  }

  /** What a line says, run by a shell that goes on. */
  private String said(String line) throws IOException {
    Writer in = shell.outputWriter(StandardCharsets.UTF_8);
    in.write(line + "; echo; echo END\n");
    in.flush();
    BufferedReader out = shell.inputReader(StandardCharsets.UTF_8);
    StringBuilder said = new StringBuilder();
    for (String next = out.readLine(); !"END".equals(next); next = out.readLine()) {
      said.append(next).append('\n');
    }
    return said.toString().strip();
  }

  private void expectReads(int expected, String why) {
    assertEquals(expected, reads.getAndSet(0), why);
  }

  private void writeElsewhere(String text) throws IOException {
    try (FileHandle handle = elsewhere.open(FILE, OpenMode.WRITE)) {
      handle.write(0, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      // Nor the size nor the time tells that it has changed.
      handle.setAttributes(AttributeChange.ofTimes(null, 1_000_000_000L));
    }
  }

  @Test
  void whatHasNotChangedIsNotReadAgain() throws Exception {
    said("printf one > file; touch -d @1 file");
    assertEquals("one", said("cat file"));
    reads.set(0);
    assertEquals("one", said("cat file"));
    expectReads(0, "it is in the cache");
    writeElsewhere("two");
    assertEquals("two", said("cat file"));
    expectReads(1, "it was changed elsewhere");
    said("printf six > file");
    assertEquals("six", said("cat file"));
  }

  @Test
  void oneThatIsReplacedIsReadAnewByAll() throws Exception {
    said("printf one > file");
    assertEquals("one", said("exec 5< file; cat file"));
    elsewhere
        .putAsync(
            new PutRequest(FILE, 0644, elsewhere.caller(), 1_000_000_000L, PutCondition.ALWAYS),
            ByteBuffer.wrap("two".getBytes(StandardCharsets.UTF_8)))
        .join();
    // What was opened before shares the kernel's cache with what is opened now.
    assertEquals("two two", said("exec 6< file; cat <&5; printf ' '; cat <&6; exec 5<&- 6<&-"));
  }
}
