package io.quorate.store.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.IndeterminateWriteException;
import io.quorate.store.NoQuorumException;
import io.quorate.store.StoreOptions;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.sim.SimWorld;
import io.quorate.store.sim.Simulation;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Who is about to end does not wait for a quorum that is gone. On simulated time. */
class QuorumWatchTest {
  private static final long MILLI = 1_000_000L;
  private static final At FILE = At.path(Bytes.utf8("f"), true);
  private static final OpenMode CREATE = OpenMode.create(OpenMode.Create.IF_ABSENT, false, 0644);

  /** As long as giving up takes, with what it takes to see that. */
  private static final long GIVEN_UP_NANOS = QuorumWatch.PATIENCE_NANOS + 300 * MILLI;

  private interface Scene {
    void play(SimWorld world, FaultyGateway gateway, FileTree tree, FileHandle written)
        throws Exception;
  }

  private static void play(Scene scene) {
    Simulation.run(
        1,
        simulation -> {
          SimWorld world = simulation.node(1).boot();
          FaultyGateway gateway = new FaultyGateway(world, new SoloGateway(world));
          FileTree tree = FileTree.over(world, gateway, StoreOptions.defaults());
          FileHandle written = tree.open(FILE, CREATE);
          written.write(0, ByteBuffer.allocate(100));
          scene.play(world, gateway, tree, written);
          tree.close();
        });
  }

  @Test
  void whatIsSentIntoSilenceIsGivenUp() {
    play(
        (world, gateway, tree, written) -> {
          gateway.silent = true;
          tree.giveUpWithoutQuorum();
          long begun = world.nanoTime();
          assertThrows(IndeterminateWriteException.class, written::publish);
          long took = world.nanoTime() - begun;
          assertTrue(took >= QuorumWatch.PATIENCE_NANOS, took + " ns");
          tree.close();
          long all = world.nanoTime() - begun;
          assertTrue(all <= GIVEN_UP_NANOS, all + " ns");
        });
  }

  @Test
  void whatNobodyTakesIsGivenUp() {
    play(
        (world, gateway, tree, written) -> {
          gateway.unavailable = 1_000;
          tree.giveUpWithoutQuorum();
          long begun = world.nanoTime();
          assertThrows(NoQuorumException.class, written::publish);
          tree.close();
          long all = world.nanoTime() - begun;
          assertTrue(all <= GIVEN_UP_NANOS, all + " ns");
        });
  }

  @Test
  void anElectionIsWaitedFor() {
    play(
        (world, gateway, tree, written) -> {
          gateway.unavailable = 1_000;
          world.schedule(1_500 * MILLI, () -> gateway.unavailable = 0);
          tree.giveUpWithoutQuorum();
          written.publish();
          assertFalse(tree.hasUnpublished(written.inode()));
        });
  }

  @Test
  void whatTakesLongGoesOnWhileChangesGetThrough() {
    play(
        (world, gateway, tree, written) -> {
          tree.giveUpWithoutQuorum();
          long begun = world.nanoTime();
          long size = 100;
          while (world.nanoTime() - begun < 3 * QuorumWatch.PATIENCE_NANOS) {
            written.write(size, ByteBuffer.allocate(1));
            written.publish();
            size++;
          }
          assertEquals(size, tree.stat(FILE).sizeBytes());
        });
  }

  @Test
  void whoHasNothingToDoIsNotGivenUp() {
    play(
        (world, gateway, tree, written) -> {
          tree.giveUpWithoutQuorum();
          world.sleep(3 * QuorumWatch.PATIENCE_NANOS);
          written.publish();
          assertEquals(100, tree.stat(FILE).sizeBytes());
        });
  }
}
