package io.quorate.store.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.IndeterminateWriteException;
import io.quorate.store.NoQuorumException;
import io.quorate.store.SessionEndedException;
import io.quorate.store.StoreOptions;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.ErrorCode;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.sim.SimWorld;
import io.quorate.store.sim.Simulation;
import io.quorate.store.world.World;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions over a gateway that fails, on simulated time. Each run prints nothing but its seed. */
class SessionTest {
  private static final long SECOND = 1_000_000_000L;
  private static final OpenMode CREATE = OpenMode.create(OpenMode.Create.IF_ABSENT, false, 0644);

  private interface Scene {
    void play(SimWorld world, FaultyGateway gateway, SoloGateway cluster, FileTree tree)
        throws Exception;
  }

  private static void play(long seed, Scene scene) {
    Simulation.run(
        seed,
        simulation -> {
          SimWorld world = simulation.node(1).boot();
          SoloGateway cluster = new SoloGateway(world);
          FaultyGateway gateway = new FaultyGateway(world, cluster);
          FileTree tree = FileTree.over(world, gateway, StoreOptions.defaults());
          scene.play(world, gateway, cluster, tree);
          tree.close();
        });
  }

  private static At at(String path) {
    return At.path(Bytes.utf8(path), true);
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }

  private static String content(FileTree tree, String path) throws IOException {
    try (FileHandle handle = tree.open(at(path), OpenMode.READ)) {
      return UTF_8.decode(handle.read(0, 1 << 20)).toString();
    }
  }

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 40);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void everyAppendHappensOnce(long seed) {
    play(
        seed,
        (world, gateway, cluster, tree) -> {
          gateway.unavailable = 100;
          gateway.answersLost = 150;
          gateway.commandsLost = 100;
          gateway.repeated = 200;
          List<World.Task> writers = new ArrayList<>();
          for (int writer = 0; writer < 4; writer++) {
            String token = (char) ('a' + writer) + "";
            writers.add(world.spawn("writer-" + token, () -> appendTwenty(tree, token)));
          }
          for (World.Task writer : writers) {
            writer.join();
          }
          gateway.unavailable = 0;
          String all = content(tree, "f");
          assertEquals(80 * 4, all.length(), all);
          for (int writer = 0; writer < 4; writer++) {
            for (int i = 0; i < 20; i++) {
              String token = (char) ('a' + writer) + String.format("%02d", i) + ",";
              assertEquals(all.indexOf(token), all.lastIndexOf(token), token + " in " + all);
              assertTrue(all.contains(token), token + " in " + all);
            }
          }
        });
  }

  private static void appendTwenty(FileTree tree, String token) {
    try (FileHandle handle = tree.open(at("f"), CREATE)) {
      for (int i = 0; i < 20; i++) {
        handle.append(bytes(token + String.format("%02d", i) + ","));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void withoutQuorumNothingHappensAndTheCallEnds() {
    play(
        1,
        (world, gateway, cluster, tree) -> {
          tree.makeDirectory(at("before"), 0755);
          gateway.unavailable = 1_000;
          long begun = world.nanoTime();
          assertThrows(NoQuorumException.class, () -> tree.makeDirectory(at("d"), 0755));
          long took = world.nanoTime() - begun;
          assertTrue(took >= 9 * SECOND && took < 11 * SECOND, took + " ns");
          assertThrows(NoQuorumException.class, () -> tree.stat(at("before")));
          gateway.unavailable = 0;
          assertEquals(null, tree.statIfExists(at("d")));
          tree.makeDirectory(at("d"), 0755);
        });
  }

  @Test
  void withoutASessionTheCallEndsToo() {
    play(
        2,
        (world, gateway, cluster, tree) -> {
          gateway.silent = true;
          long begun = world.nanoTime();
          assertThrows(NoQuorumException.class, () -> tree.makeDirectory(at("d"), 0755));
          assertThrows(NoQuorumException.class, () -> tree.open(at("f"), OpenMode.READ));
          assertTrue(world.nanoTime() - begun < 24 * SECOND);
          gateway.silent = false;
        });
  }

  @Test
  void silenceIsDoubt() {
    play(
        3,
        (world, gateway, cluster, tree) -> {
          tree.makeDirectory(at("before"), 0755);
          gateway.silent = true;
          assertThrows(IndeterminateWriteException.class, () -> tree.makeDirectory(at("d"), 0755));
          gateway.silent = false;
        });
  }

  @Test
  void aLostAnswerIsDoubtEvenIfTheClusterThenIsGone() {
    play(
        4,
        (world, gateway, cluster, tree) -> {
          tree.makeDirectory(at("before"), 0755);
          gateway.answersLost = 1_000;
          CompletableFuture<Void> gone = new CompletableFuture<>();
          world.schedule(
              SECOND,
              () -> {
                gateway.unavailable = 1_000;
                gone.complete(null);
              });
          assertThrows(IndeterminateWriteException.class, () -> tree.makeDirectory(at("d"), 0755));
          gone.join();
          gateway.unavailable = 0;
          gateway.answersLost = 0;
          assertTrue(tree.statIfExists(at("d")) != null);
        });
  }

  /**
   * The simulation of the cluster found a put that was refused for lack of space and had happened.
   */
  @Test
  void noSpaceIsNoAnswerForAnEarlierAttemptInDoubt() {
    play(
        15,
        (world, gateway, cluster, tree) -> {
          tree.makeDirectory(at("before"), 0755);
          gateway.full = true;
          RefusedException refused =
              assertThrows(RefusedException.class, () -> tree.makeDirectory(at("refused"), 0755));
          assertEquals(ErrorCode.NO_SPACE, refused.code());
          gateway.full = false;
          gateway.answersLost = 1_000;
          world.schedule(
              SECOND,
              () -> {
                gateway.answersLost = 0;
                gateway.full = true;
              });
          assertThrows(IndeterminateWriteException.class, () -> tree.makeDirectory(at("d"), 0755));
          assertTrue(tree.statIfExists(at("d")) != null);
          assertTrue(tree.statIfExists(at("refused")) == null);
        });
  }

  /**
   * The simulation of the cluster found an exclusive create that was done, and done again in the
   * next session, which refused it.
   */
  @Test
  void anEndedSessionIsNoAnswerForAnEarlierAttemptInDoubt() {
    play(
        16,
        (world, gateway, cluster, tree) -> {
          tree.makeDirectory(at("before"), 0755);
          gateway.answersLost = 1_000;
          world.schedule(
              SECOND,
              () -> {
                cluster.endSessions();
                gateway.answersLost = 0;
              });
          assertThrows(IndeterminateWriteException.class, () -> tree.makeDirectory(at("d"), 0755));
          assertTrue(tree.statIfExists(at("d")) != null);
        });
  }

  @Test
  void aPublishInDoubtIsAskedForAgainNotSentAgain() {
    play(
        5,
        (world, gateway, cluster, tree) -> {
          FileHandle handle = tree.open(at("f"), CREATE);
          handle.write(0, bytes("abc"));
          gateway.answersLost = 1_000;
          assertThrows(IndeterminateWriteException.class, handle::publish);
          handle.write(3, bytes("def"));
          gateway.answersLost = 0;
          assertEquals("abcdef", UTF_8.decode(handle.read(0, 100)).toString());
          handle.close();
          assertEquals("abcdef", content(tree, "f"));
          long numbers =
              gateway.sent.stream()
                  .filter(command -> command.command() instanceof Command.Publish)
                  .mapToLong(SessionCommand::sequence)
                  .distinct()
                  .count();
          assertEquals(2, numbers);
        });
  }

  @Test
  void aPublishInDoubtIsStillReadHere() {
    play(
        13,
        (world, gateway, cluster, tree) -> {
          FileHandle handle = tree.open(at("f"), CREATE);
          handle.write(0, bytes("abc"));
          gateway.commandsLost = 1_000;
          assertThrows(IndeterminateWriteException.class, handle::publish);
          assertEquals("abc", UTF_8.decode(handle.read(0, 100)).toString());
          assertEquals(3, handle.attributes().sizeBytes());
          gateway.commandsLost = 0;
          handle.close();
          assertEquals("abc", content(tree, "f"));
        });
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void readsNeverGoBackWhileOthersPublish(long seed) {
    play(
        seed,
        (world, gateway, cluster, tree) -> {
          gateway.answersLost = 100;
          FileHandle writer = tree.open(at("f"), CREATE);
          FileHandle reader = tree.open(at("f"), OpenMode.WRITE);
          writer.write(0, ByteBuffer.allocate(8));
          World.Task writing =
              world.spawn(
                  "writer",
                  () -> {
                    try {
                      for (int i = 1; i <= 60; i++) {
                        writer.write(0, ByteBuffer.allocate(8).putInt(i).putInt(i).flip());
                        if (i % 3 == 0) {
                          writer.publish();
                        }
                      }
                    } catch (IOException e) {
                      throw new UncheckedIOException(e);
                    }
                  });
          int last = 0;
          while (last < 60) {
            ByteBuffer read = reader.read(0, 8).duplicate();
            int first = read.getInt();
            assertEquals(first, read.getInt(), "seed " + seed);
            assertTrue(first >= last, first + " after " + last + ", seed " + seed);
            last = first;
          }
          writing.join();
          writer.close();
          reader.close();
        });
  }

  @Test
  void anEndedSessionTakesItsHandlesAlong() {
    play(
        6,
        (world, gateway, cluster, tree) -> {
          FileHandle handle = tree.open(at("f"), CREATE);
          handle.write(0, bytes("lost"));
          FileHandle reader = tree.open(at("f"), OpenMode.READ);
          cluster.endSessions();
          assertThrows(SessionEndedException.class, handle::publish);
          assertThrows(SessionEndedException.class, () -> handle.write(0, bytes("x")));
          assertThrows(SessionEndedException.class, () -> handle.read(0, 1));
          assertThrows(SessionEndedException.class, () -> reader.read(0, 1));
          assertThrows(SessionEndedException.class, handle::close);
          assertFalse(handle.isOpen());
          reader.close();
          assertEquals("", content(tree, "f"));
          try (FileHandle again = tree.open(at("f"), OpenMode.WRITE)) {
            again.write(0, bytes("kept"));
          }
          assertEquals("kept", content(tree, "f"));
        });
  }

  /**
   * The simulation of the cluster found handles of unlinked files that answered that there is no
   * such inode: the cluster lets go of the file with its last session, and questions do not tell.
   */
  @ParameterizedTest
  @ValueSource(strings = {"read", "attributes", "isLocked"})
  void anUnlinkedFileOfAnEndedSessionTellsOfTheEnd(String question) {
    play(
        17,
        (world, gateway, cluster, tree) -> {
          FileTree other = FileTree.over(world, cluster, StoreOptions.defaults());
          FileHandle handle = tree.open(at("f"), CREATE);
          other.unlink(at("f"));
          cluster.endSessions();
          other.makeDirectory(at("d"), 0755); // whoever applies it forgets the file
          assertThrows(SessionEndedException.class, () -> ask(handle, question));
          assertThrows(SessionEndedException.class, () -> ask(handle, question));
          handle.abandon();
          other.close();
        });
  }

  private static void ask(FileHandle handle, String question) throws IOException {
    switch (question) {
      case "read" -> handle.read(0, 1);
      case "attributes" -> handle.attributes();
      default ->
          handle.isLocked(1, Command.LockFamily.FCNTL, Command.LockType.READ, 0, Long.MAX_VALUE);
    }
  }

  @Test
  void namesGoOnInANewSession() {
    play(
        7,
        (world, gateway, cluster, tree) -> {
          tree.makeDirectory(at("a"), 0755);
          cluster.endSessions();
          tree.makeDirectory(at("b"), 0755);
          cluster.endSessions();
          tree.putAsync(
                  new PutRequest(at("c"), 0644, tree.caller(), 0, Command.PutCondition.ALWAYS),
                  bytes("content"))
              .join();
          assertEquals("content", content(tree, "c"));
        });
  }

  @Test
  void anIdleSessionStaysAlive() {
    play(
        8,
        (world, gateway, cluster, tree) -> {
          FileHandle handle = tree.open(at("f"), CREATE);
          handle.write(0, bytes("abc"));
          handle.publish();
          gateway.unavailable = 300;
          world.sleep(100 * SECOND);
          gateway.unavailable = 0;
          List<Command.KeepAlive> signs =
              gateway.sent.stream()
                  .filter(sent -> sent.command() instanceof Command.KeepAlive)
                  .map(sent -> (Command.KeepAlive) sent.command())
                  .toList();
          assertTrue(signs.size() >= 8, "signs of life: " + signs.size());
          assertTrue(signs.getLast().held().contains(handle.inode()));
          assertTrue(signs.getLast().handlesAsOf() > 0);
          handle.close();
          world.sleep(11 * SECOND);
          Command.KeepAlive last =
              (Command.KeepAlive)
                  gateway.sent.stream()
                      .map(SessionCommand::command)
                      .filter(Command.KeepAlive.class::isInstance)
                      .reduce((first, second) -> second)
                      .orElseThrow();
          assertFalse(last.held().contains(handle.inode()));
          assertEquals(2, last.chunkFloor());
        });
  }

  @Test
  void anUnlinkedFileLivesWhileItIsHeld() {
    play(
        9,
        (world, gateway, cluster, tree) -> {
          FileHandle handle = tree.open(at("f"), CREATE);
          handle.write(0, bytes("abc"));
          handle.publish();
          tree.unlink(at("f"));
          world.sleep(60 * SECOND);
          assertEquals("abc", UTF_8.decode(handle.read(0, 10)).toString());
          assertEquals(2, tree.totals().inodes());
          handle.close();
          world.sleep(60 * SECOND);
          assertEquals(1, tree.totals().inodes());
        });
  }

  @Test
  void theWindowBoundsSequenceNumbers() {
    play(
        10,
        (world, gateway, cluster, tree) -> {
          tree.makeDirectory(at("d"), 0755);
          gateway.answersLost = 300;
          List<CompletableFuture<?>> puts = new ArrayList<>();
          for (int i = 0; i < 3_000; i++) {
            puts.add(
                tree.putAsync(
                    new PutRequest(
                        at("d/" + i), 0644, tree.caller(), 0, Command.PutCondition.ALWAYS),
                    bytes("content " + i)));
          }
          for (CompletableFuture<?> put : puts) {
            put.join();
          }
          for (SessionCommand sent : gateway.sent) {
            assertTrue(
                sent.session() == 0
                    || sent.sequence() < sent.lowestOutstanding() + SessionCommand.WINDOW,
                sent.toString());
          }
          assertEquals("content 2999", content(tree, "d/2999"));
          assertEquals(3_002, tree.totals().inodes());
        });
  }

  @Test
  void anAbandonedUploadLeavesNothing() {
    play(
        11,
        (world, gateway, cluster, tree) -> {
          Upload upload =
              tree.upload(
                  new PutRequest(at("f"), 0644, tree.caller(), 0, Command.PutCondition.ALWAYS));
          upload.add(ByteBuffer.allocate(1 << 20));
          upload.add(ByteBuffer.allocate(1 << 20));
          upload.abandon();
          assertEquals(null, tree.statIfExists(at("f")));
          world.sleep(11 * SECOND);
          Command.KeepAlive last =
              (Command.KeepAlive)
                  gateway.sent.stream()
                      .map(SessionCommand::command)
                      .filter(Command.KeepAlive.class::isInstance)
                      .reduce((first, second) -> second)
                      .orElseThrow();
          assertEquals(3, last.chunkFloor());
        });
  }

  @Test
  void closingEndsTheSessionEvenIfNobodyAnswers() {
    play(
        12,
        (world, gateway, cluster, tree) -> {
          FileHandle handle = tree.open(at("f"), CREATE);
          handle.write(0, bytes("abc"));
          gateway.silent = true;
          long begun = world.nanoTime();
          tree.close();
          assertTrue(world.nanoTime() - begun < 12 * SECOND);
          assertThrows(StoreClosedException.class, () -> tree.stat(at("f")));
        });
  }
}
