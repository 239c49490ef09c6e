package io.quorate.store.fuse.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.StoreOptions;
import io.quorate.store.file.FileTree;
import io.quorate.store.file.SoloGateway;
import io.quorate.store.metadata.Command;
import io.quorate.store.world.RealWorld;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * How many rounds of consensus programs cost on a mount. This process serves it, and so must not
 * use it: shells do.
 */
@Timeout(60)
final class MountRoundsTest {
  @TempDir(cleanup = CleanupMode.NEVER)
  private Path directory;

  private final RealWorld world = RealWorld.create();
  private final SoloGateway cluster = new SoloGateway(world);
  private final FileTree tree = FileTree.over(world, cluster, StoreOptions.defaults());
  private Mount mount;

  @BeforeEach
  void start() throws Exception {
    MountProcess.assumePossible();
    mount = Mount.start(tree, directory, MountOptions.parse(List.of(), true));
  }

  @AfterEach
  void stop() throws Exception {
    if (mount != null) {
      mount.close();
    }
    tree.close();
    world.close();
  }

  /** Runs a shell's line on the mount, and compares what it cost. */
  private void costs(String line, String... rounds) throws Exception {
    int before = cluster.rounds().size();
    Process shell =
        new ProcessBuilder("sh", "-c", "cd " + directory + " && { " + line + "; }")
            .redirectErrorStream(true)
            .start();
    String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, shell.waitFor(), said);
    List<Command> all = cluster.rounds();
    List<String> names =
        all.subList(before, all.size()).stream().map(c -> c.getClass().getSimpleName()).toList();
    assertEquals(List.of(rounds), names, line);
  }

  @Test
  void ofFiles() throws Exception {
    costs("mkdir sub", "MakeDirectory");
    costs("printf new > file", "Create", "Publish");
    // The shell closes a copy of the descriptor before it writes, which publishes the truncation.
    costs("printf other > file", "Publish", "Publish");
    costs("truncate -s 9 file", "Publish");
    costs("cat file");
    costs("stat file; ls -l; test -w file; df .");
    costs("printf more >> file", "Publish");
    costs("dd if=/dev/zero of=big bs=1M count=3 conv=fsync", "Create", "Publish");
    costs("dd if=/dev/zero of=big bs=4k count=100 seek=9 conv=notrunc", "Publish");
    costs("tar cf - file | tar xf - -C sub", "Create", "Publish");
    costs("cp file copy", "Create", "CopyRange");
    costs(": > empty", "Create");
    costs("touch empty", "SetAttributes");
    costs("cmp file copy; cat < empty");
  }

  /** What kernel and shell ask for: the directory's attributes twice, the name, the new file's. */
  @Test
  void aCreationIsNotAskedForAgain() throws Exception {
    long start = cluster.queries();
    costs(": > a", "Create");
    long one = cluster.queries() - start;
    costs(": > b; : > c; : > d", "Create", "Create", "Create");
    long three = cluster.queries() - start - one;
    assertTrue(three - one <= 2 * 4, () -> "two more asked " + (three - one) + " times");
  }

  @Test
  void ofNames() throws Exception {
    costs("mkdir d", "MakeDirectory");
    costs(": > d/a", "Create");
    costs("mv d/a b", "Rename");
    costs("ln b c", "Link");
    costs("ln -s b l; readlink l", "MakeSymlink");
    costs("chmod 600 b", "SetAttributes");
    costs("rm b", "Unlink");
    costs("rmdir d", "RemoveDirectory");
    costs("ls -l; find . | wc -l");
  }

  @Test
  void ofLocks() throws Exception {
    costs("exec 5> file; flock 5; flock -u 5; exec 5>&-", "Create", "Lock", "Lock");
  }
}
