package io.quorate.store.fuse.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quorate.store.StoreOptions;
import io.quorate.store.file.FileTree;
import io.quorate.store.file.SoloGateway;
import io.quorate.store.gateway.ChangeBatch;
import io.quorate.store.gateway.ForwardingGateway;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Command.RenameMode;
import io.quorate.store.world.RealWorld;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel asks for when it may rely on what it was told for a day. */
@Timeout(60)
final class InvalidationTest {
  @TempDir(cleanup = CleanupMode.NEVER)
  private Path directory;

  private final RealWorld world = RealWorld.create();
  private final SoloGateway cluster = new SoloGateway(world);
  private final FileTree elsewhere = FileTree.over(world, cluster, StoreOptions.defaults());
  private volatile CompletableFuture<Void> feedGoesOn = CompletableFuture.completedFuture(null);
  private volatile long askedAfter;
  private volatile boolean isHeld;
  private final FileTree tree =
      FileTree.over(
          world,
          new ForwardingGateway(cluster) {
            @Override
            public CompletableFuture<ChangeBatch> changes(long after) {
              askedAfter = after;
              CompletableFuture<Void> gate = feedGoesOn;
              return gate.isDone()
                  ? super.changes(after).thenCompose(this::held)
                  : gate.thenCompose(open -> super.changes(after));
            }

            private CompletableFuture<ChangeBatch> held(ChangeBatch batch) {
              isHeld = !feedGoesOn.isDone();
              return feedGoesOn.thenApply(open -> batch);
            }
          },
          StoreOptions.defaults());
  private Mount mount;

  @BeforeEach
  void start() throws Exception {
    MountProcess.assumePossible();
    mount =
        Mount.start(
            tree,
            directory,
            MountOptions.parse(List.of("attr_timeout=86400", "entry_timeout=86400"), true));
  }

  @AfterEach
  void stop() throws Exception {
    if (mount != null) {
      mount.close();
    }
    elsewhere.close();
    tree.close();
    world.close();
  }

  private String sh(String line) throws Exception {
    Process shell =
        new ProcessBuilder("sh", "-c", "cd " + directory + "; " + line)
            .redirectErrorStream(true)
            .start();
    return new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }

  private void await(String expected, String line) throws Exception {
    while (!sh(line).equals(expected)) {
      Thread.sleep(20);
    }
  }

  /** As fstat(2) has it, which looks no name up. */
  private static String modeOfHeld(Process holder) throws Exception {
    holder.getOutputStream().write('\n');
    holder.getOutputStream().flush();
    return holder.inputReader(StandardCharsets.UTF_8).readLine();
  }

  private static At at(String path) {
    return At.path(Bytes.utf8(path), false);
  }

  /** Until the kernel has been told of the last change to a file. */
  private void awaitTold(At at) throws Exception {
    long version = elsewhere.stat(at).version();
    while (askedAfter < version) {
      Thread.sleep(20);
    }
  }

  /** Until nothing is asked any more: what was made here comes back as a change, too. */
  private void awaitCached(String expected, String line) throws Exception {
    while (true) {
      long before = cluster.queries();
      assertEquals(expected, sh(line));
      if (cluster.queries() == before) {
        return;
      }
    }
  }

  @Test
  void nothingIsAskedTwiceUntilItChanges() throws Exception {
    sh("mkdir d; printf one > d/f; chmod 640 d/f");
    awaitCached("640", "stat -c %a d/f");
    elsewhere.setAttributes(at("d/f"), AttributeChange.ofPermissions(0600));
    await("600", "stat -c %a d/f");
    awaitCached("600", "stat -c %a d/f");
    elsewhere.rename(at("d/f"), at("d/g"), RenameMode.REPLACE);
    await("1", "test -e d/f; echo $?");
    elsewhere.rename(at("d/g"), at("d/f"), RenameMode.REPLACE);
    elsewhere.rename(at("d"), at("e"), RenameMode.REPLACE);
    await("600", "stat -c %a e/f");
    await("1", "test -e d/f; echo $?");
  }

  @Test
  void whenTooMuchHasChangedAllIsForgotten() throws Exception {
    sh("mkdir d s; printf one > d/f; printf two > d/g; chmod 640 d/f d/g");
    awaitTold(at("d/g"));
    awaitCached("640\n640\n755", "stat -c %a d/f d/g s");
    Process holder =
        new ProcessBuilder(
                "sh",
                "-c",
                "cd "
                    + directory
                    + "; exec 5< d/g; while read x; do"
                    + " stat -L -c %a /proc/self/fd/5; done")
            .start();
    try {
      assertEquals("640", modeOfHeld(holder));
      feedGoesOn = new CompletableFuture<>();
      // What was asked for before is answered with the first change, and is told.
      elsewhere.setAttributes(at("d"), AttributeChange.ofPermissions(0711));
      while (!isHeld) {
        Thread.sleep(20);
      }
      elsewhere.setAttributes(at("d/g"), AttributeChange.ofPermissions(0604));
      elsewhere.setAttributes(at("d/f"), AttributeChange.ofPermissions(0600));
      elsewhere.rename(at("d/g"), at("s/g"), RenameMode.REPLACE);
      elsewhere.setAttributes(at("s"), AttributeChange.ofPermissions(0700));
      cluster.forgetChanges();
      assertEquals("640\n640\n755", sh("stat -c %a d/f d/g s"), "it was not told yet");
      feedGoesOn.complete(null);
      await("600", "stat -c %a d/f");
      await("700", "stat -c %a s");
      await("1", "test -e d/g; echo $?");
      while (!modeOfHeld(holder).equals("604")) {
        Thread.sleep(20);
      }
      assertEquals("two", sh("cat s/g"));
    } finally {
      holder.destroyForcibly();
    }
  }
}
