package io.quorate.store.chunk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.journal.DamagedRecordException;
import io.quorate.store.journal.Journal;
import io.quorate.store.journal.JournalOptions;
import io.quorate.store.journal.Position;
import io.quorate.store.journal.Replay;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.HardState;
import io.quorate.store.sim.SimNode;
import io.quorate.store.sim.Simulation;
import io.quorate.store.table.MemoryTables;
import io.quorate.store.world.World;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** That a chunk once durable is found and read after any crash, wherever its position was kept. */
class ChunkStoreTest {
  private static final Path DIRECTORY = Path.of("/data");
  private static final JournalOptions OPTIONS =
      JournalOptions.of(new UUID(1, 2), error -> {}).withSegmentBytes(1 << 16);

  private record Opened(ChunkStore store, Journal journal) {}

  private static Opened open(World world, MemoryTables index) throws Exception {
    ChunkStore store = new ChunkStore(index);
    Replay replay =
        new Replay() {
          @Override
          public void chunk(ChunkRef chunk, Position position) {
            store.replayed(chunk, position);
          }

          @Override
          public void entry(Entry entry, Position position) {}

          @Override
          public void hardState(HardState state) {}
        };
    Journal journal = Journal.open(world, world.openDisk(DIRECTORY), OPTIONS, replay);
    store.attach(journal);
    return new Opened(store, journal);
  }

  private static ByteBuffer content(long number) {
    ByteBuffer content = ByteBuffer.allocate(64 + (int) (number % 2000));
    while (content.hasRemaining()) {
      content.put((byte) (number * 31 + content.position()));
    }
    return content.flip();
  }

  private static ChunkRef ref(long number) {
    ByteBuffer content = content(number);
    CRC32C crc = new CRC32C();
    crc.update(content.duplicate());
    return new ChunkRef(new ChunkId(5, number), content.remaining(), (int) crc.getValue());
  }

  @Test
  void whatWasDurableIsFoundAfterACrash() {
    for (long seed = 0; seed < 150; seed++) {
      Simulation.run(seed, ChunkStoreTest::crashAndLook);
    }
  }

  private static void crashAndLook(Simulation simulation) throws Exception {
    SimNode node = simulation.node(1);
    MemoryTables index =
        new MemoryTables(ChunkStore.Index.values(), () -> simulation.random().chance(0.3));
    Set<Long> durable = new ConcurrentSkipListSet<>();
    long number = 0;
    for (int life = 0; life < 4; life++) {
      Opened opened = open(node.boot(), index);
      for (long earlier : durable) {
        ByteBuffer read = opened.store.read(ref(earlier), 0, ref(earlier).lengthBytes());
        assertNotNull(read, "chunk " + earlier + " is missing");
        assertEquals(content(earlier), read, "chunk " + earlier);
      }
      int appends = 1 + simulation.random().below(60);
      for (int i = 0; i < appends; i++) {
        long mine = number++;
        opened.store.append(ref(mine), content(mine));
        if (simulation.random().chance(0.3)) {
          CompletableFuture<Void> done = new CompletableFuture<>();
          long through = mine;
          long from = mine - i;
          opened.journal.whenDurable(
              () -> {
                for (long each = from; each <= through; each++) {
                  durable.add(each);
                }
                done.complete(null);
              });
          if (simulation.random().chance(0.5)) {
            done.get();
          }
        }
        if (simulation.random().chance(0.1)) {
          opened.store.indexRecent(Runnable::run);
        }
      }
      node.crash();
      index = index.revertToLastFlush();
    }
  }

  @Test
  void aChunkIsAppendedOnce() {
    Simulation.run(
        1,
        simulation -> {
          Opened opened =
              open(simulation.node(1).boot(), new MemoryTables(ChunkStore.Index.values()));
          assertTrue(opened.store.append(ref(1), content(1)));
          assertFalse(opened.store.append(ref(1), content(1)));
          opened.store.indexRecent(Runnable::run);
          opened.journal.close();
          assertEquals(0, opened.store.unindexed(), "closing makes all durable, so all is indexed");
          assertTrue(opened.store.held(ref(1).id()));
        });
  }

  @Test
  void whatIsForgottenWhileItIsIndexedDoesNotComeBack() {
    Simulation.run(
        1,
        simulation -> {
          Opened opened =
              open(simulation.node(1).boot(), new MemoryTables(ChunkStore.Index.values()));
          Position first = appended(opened, 1);
          List<Runnable> writes = new ArrayList<>();
          CompletableFuture<Void> due = new CompletableFuture<>();
          opened.store.indexRecent(
              write -> {
                writes.add(write);
                due.complete(null);
              });
          due.get();
          opened.store.forget(ref(1).id(), first);
          writes.forEach(Runnable::run);
          assertFalse(opened.store.held(ref(1).id()));
          opened.journal.close();
        });
  }

  /** The simulation of the cluster found three good copies forgotten (seed 659 of that day). */
  @Test
  void aPassingReadErrorCostsNoCopy() {
    Simulation.run(
        8,
        simulation -> {
          SimNode node = simulation.node(1);
          Opened opened = open(node.boot(), new MemoryTables(ChunkStore.Index.values()));
          appended(opened, 1);
          opened.store.indexRest();
          sync(opened);
          node.disk(DIRECTORY).faults().readErrorChance = 1;
          assertThrows(IOException.class, () -> opened.store.read(ref(1), 0, 64));
          assertFalse(opened.store.held(ref(1).id()), "another copy is to be fetched");
          node.disk(DIRECTORY).faults().readErrorChance = 0;
          assertEquals(content(1).limit(64), opened.store.read(ref(1), 0, 64));
          assertTrue(opened.store.held(ref(1).id()), "this one is good after all");
          node.disk(DIRECTORY).faults().readErrorChance = 1;
          assertThrows(IOException.class, () -> opened.store.read(ref(1), 0, 64));
          node.disk(DIRECTORY).faults().readErrorChance = 0;
          assertTrue(opened.store.append(ref(1), content(1)), "a fresh copy is taken");
          assertTrue(opened.store.held(ref(1).id()));
          opened.journal.close();
        });
  }

  @Test
  void aMendedChunkOutlivesTheRecordThatWasDamaged() {
    Simulation.run(
        7,
        simulation -> {
          SimNode node = simulation.node(1);
          MemoryTables index = new MemoryTables(ChunkStore.Index.values());
          Opened opened = open(node.boot(), index);
          Position first = appended(opened, 1);
          opened.store.indexRest();
          sync(opened);
          long offset = first.offsetBytes() + 80;
          String segment = "journal-%012d.seg".formatted(first.segment());
          node.disk(DIRECTORY).damage().rot(segment, offset, offset + 8, 3);
          assertThrows(
              DamagedRecordException.class,
              () -> opened.store.read(ref(1), 0, 64),
              "it is noticed");
          assertFalse(opened.store.held(ref(1).id()), "and counts as missing");
          opened.store.append(ref(1), content(1));
          for (int i = 2; i < 60; i++) {
            opened.store.append(ref(i), content(i));
          }
          opened.store.indexRest();
          opened.journal.close();
          index.flush();
          node.kill();
          Opened again = open(node.boot(), index.revertToLastFlush());
          again
              .journal
              .recovered()
              .damagedChunks()
              .forEach(damaged -> again.store.forget(damaged.id(), damaged.position()));
          assertEquals(content(1), again.store.read(ref(1), 0, content(1).remaining()));
          again.journal.close();
        });
  }

  /** Appends a chunk; answers where it went. */
  private static Position appended(Opened opened, long number) throws Exception {
    opened.store.append(ref(number), content(number));
    return Objects.requireNonNull(opened.store.position(ref(number).id()));
  }

  private static void sync(Opened opened) throws Exception {
    CompletableFuture<Void> done = new CompletableFuture<>();
    opened.journal.whenDurable(() -> done.complete(null));
    done.get();
  }

  @Test
  void aForgottenChunkIsMissingUntilItIsAppendedAgain() {
    Simulation.run(
        1,
        simulation -> {
          Opened opened =
              open(simulation.node(1).boot(), new MemoryTables(ChunkStore.Index.values()));
          Position first = appended(opened, 1);
          opened.store.forget(ref(1).id(), first);
          assertFalse(opened.store.held(ref(1).id()));
          assertNull(opened.store.read(ref(1), 0, 10));
          assertTrue(opened.store.append(ref(1), content(1)));
          assertEquals(
              content(1).slice(3, 10), opened.store.read(ref(1), 3, 10), "a part of the chunk");
          opened.store.forget(ref(1).id(), first);
          assertTrue(opened.store.held(ref(1).id()), "the new copy is not the damaged one");
          opened.journal.close();
        });
  }
}
