package io.quorate.store.fuse.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.Store;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.Features;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the demonstration puts in, and that its comparison sees every kind of difference. */
class VerificationTest {
  @TempDir Path temp;
  private Path source;
  private Store store;
  private Surroundings surroundings;

  @BeforeEach
  void start() throws IOException {
    source = Files.createDirectories(temp.resolve("source"));
    Files.createDirectories(source.resolve("sub/empty"));
    Files.writeString(source.resolve("a"), "A");
    Files.writeString(source.resolve("sub/b"), "B".repeat(100_000));
    Files.writeString(source.resolve("sub/nothing"), "");
    Files.createSymbolicLink(source.resolve("link"), Path.of("sub/b"));
    Path root = Files.createDirectory(temp.resolve("store"));
    store =
        new FakeStore(
            root,
            new ClusterStatus("t", 1, 1, 1, 1, true, true, List.of(), List.of(), Features.FIRST));
    surroundings =
        new TestShell(temp, null)
            .surroundings(
                new byte[0],
                new java.io.ByteArrayOutputStream(),
                new java.io.ByteArrayOutputStream());
  }

  private SourceTree upload() throws Exception {
    SourceTree tree = SourceTree.of(source);
    new Upload(tree, store, store.path("/demo"), 3, Progress.silent(surroundings)).run(() -> {});
    return tree;
  }

  private Verification.Report verify(SourceTree tree, Verification.ReadBack readBack)
      throws Exception {
    return new Verification(tree, 3, readBack)
        .run(store, store.path("/demo"), Progress.silent(surroundings));
  }

  @Test
  void aFaithfulCopyIsEqual() throws Exception {
    SourceTree tree = upload();
    assertEquals(Set.of("a", "sub/b", "sub/nothing"), tree.files().keySet());
    assertEquals(100_001, tree.bytes());
    Verification.Report report = verify(tree, Demo.plainly());
    assertEquals(List.of(), List.copyOf(report.differences().keySet()));
    assertEquals(3, report.equalFiles());
  }

  @Test
  void everyDifferenceIsSeen() throws Exception {
    SourceTree tree = upload();
    Files.writeString(store.path("/demo/a"), "X");
    Files.delete(store.path("/demo/sub/nothing"));
    Files.delete(store.path("/demo/sub/empty"));
    Files.delete(store.path("/demo/link"));
    Files.createSymbolicLink(store.path("/demo/link"), Path.of("a"));
    Files.writeString(store.path("/demo/sub/more"), "");
    Verification.Report report = verify(tree, Demo.plainly());
    assertEquals(
        List.of("a", "link", "sub/empty", "sub/more", "sub/nothing"),
        List.copyOf(report.differences().keySet()));
    assertTrue(report.differences().get("a").contains("SHA-256"));
    assertTrue(report.differences().get("link").contains("points to a"));
    assertTrue(report.differences().get("sub/more").contains("not in the source"));
    assertEquals(1, report.equalFiles());
  }

  @Test
  void oneWrongByteIsSeen() throws Exception {
    SourceTree tree = upload();
    Verification.Report report = verify(tree, new Liar(store.path("/demo/sub/b"), 1));
    assertEquals(List.of("sub/b"), List.copyOf(report.differences().keySet()));
  }

  @Test
  void theInterruptionComesOnceAndHalfWay() throws Exception {
    SourceTree tree = SourceTree.of(source);
    Progress progress = Progress.silent(surroundings);
    long[] filesIn = {-1};
    Upload.Report report =
        new Upload(tree, store, store.path("/demo"), 1, progress)
            .run(
                () -> {
                  assertEquals(-1, filesIn[0], "twice");
                  filesIn[0] = progress.files();
                });
    assertEquals(1, filesIn[0]);
    assertEquals(3, report.files());
    assertTrue(report.pauseNanos() > 0 && report.pauseBeforeNanos() > 0, report.toString());
  }

  @Test
  void theTreeOfAnyMachineIsThere() throws Exception {
    SourceTree tree = SourceTree.ofJdk();
    assertTrue(
        tree.files().size() >= 300 && tree.files().size() <= 2_000, "" + tree.files().size());
    assertTrue(tree.bytes() > 1 << 20 && tree.bytes() <= 52 << 20, "" + tree.bytes());
    assertTrue(tree.directories().contains("classes/lang"), "classes of the image");
    assertTrue(tree.files().containsKey("conf/security/java.security"), "files of the JDK");
  }
}
