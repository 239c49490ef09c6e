package io.quorate.store.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.journal.DamagedRecordException;
import io.quorate.store.journal.Journal;
import io.quorate.store.journal.JournalDamagedException;
import io.quorate.store.journal.JournalOptions;
import io.quorate.store.journal.Position;
import io.quorate.store.journal.Recovery;
import io.quorate.store.journal.Replay;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import io.quorate.store.log.HardState;
import io.quorate.store.world.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/**
 * The journal under one crash after the other: what it called durable is there at the next start,
 * in order and whole, followed by nothing but the records that came next; and a crash alone never
 * makes it suspect.
 */
final class JournalCrashTest {
  private static final Path DIRECTORY = Path.of("/data");
  private static final UUID CLUSTER = new UUID(3, 4);
  private static final int SEEDS = 300;

  /** Records follow the two copies of a segment's header. */
  private static final long RECORDS_START = 8_192;

  @Test
  void whatWasDurableComesBack() throws InterruptedException {
    SeedRunner.Summary summary = runSeeds("journal crashes", Damage.NONE);
    assertTrue(summary.counters().getOrDefault("disk write lost or torn", 0L) > SEEDS / 10);
    assertTrue(summary.counters().getOrDefault("crash while recovering", 0L) > SEEDS / 10);
  }

  /** Flipped bits in durable records: each record comes back as it was or is reported. */
  @Test
  void damageIsNeverPassedOver() throws InterruptedException {
    SeedRunner.Summary summary = runSeeds("journal bit rot", Damage.BITS);
    assertTrue(summary.counters().getOrDefault("damage reported", 0L) > SEEDS / 10);
  }

  /**
   * Sectors that had proven durable read as zeros: what durableUpTo covers is never taken for a
   * torn tail, so each record in them is reported.
   */
  @Test
  void lostSectorsAreNotTakenForTheTail() throws InterruptedException {
    SeedRunner.Summary summary = runSeeds("journal sectors lost", Damage.LOST_SECTORS);
    assertTrue(summary.counters().getOrDefault("damage reported", 0L) > SEEDS / 10);
  }

  /** What happens to the disk at the end, beside crashes. */
  enum Damage {
    NONE,
    BITS,
    LOST_SECTORS
  }

  private static SeedRunner.Summary runSeeds(String what, Damage damage)
      throws InterruptedException {
    long first = Long.getLong("quorate.seed", 1);
    long count = Long.getLong("quorate.seed") != null ? 1 : Long.getLong("quorate.seeds", SEEDS);
    run(0, damage);
    SeedRunner.Summary summary =
        new SeedRunner(seed -> run(seed, damage), 3).run(first, count, 2, () -> true);
    System.out.println(what + ": " + summary.describe());
    for (SeedRunner.Failure failure : summary.failures()) {
      throw new AssertionError(
          "replay with -Dtest=JournalCrashTest -Dquorate.seed=" + failure.seed(), failure.cause());
    }
    return summary;
  }

  static Simulation.Result run(long seed, Damage damage) {
    return Simulation.run(
        seed,
        Boolean.getBoolean("quorate.trace") ? System.out : null,
        simulation -> new Lives(simulation, damage).run());
  }

  /** A chunk or an entry, as it was appended or replayed. */
  private record Kept(Object what, Position position) {}

  /** The lives of one journal, from crash to crash. */
  private static final class Lives {
    private static final Position NOWHERE = new Position(-1, 0, 0);
    private final Simulation simulation;
    private final Damage damage;
    private final SimRandom random;
    private final SimNode node;
    private final TreeMap<ChunkId, byte[]> contents = new TreeMap<>();

    /** What the last start replayed: durable for ever. */
    private List<Object> certain = new ArrayList<>();

    /** What this life appended, by position. */
    private TreeMap<Position, Object> appended = new TreeMap<>();

    private final List<HardState> hardStates = new ArrayList<>(List.of(HardState.INITIAL));
    private int durableHardStates = 1;
    private Position durableUpTo = NOWHERE;

    /** What was durable when each record of this life was appended, which it carries. */
    private TreeMap<Position, Position> proofs = new TreeMap<>();

    /** Everything before this was durable before a record that is durable too. */
    private Position provenUpTo = NOWHERE;

    private long nextChunk;
    private long nextIndex = 1;

    Lives(Simulation simulation, Damage damage) {
      this.simulation = simulation;
      this.damage = damage;
      this.random = simulation.random().fork();
      this.node = simulation.node(1);
    }

    void run() throws Exception {
      int lives = 3 + random.below(4);
      for (int life = 0; life < lives; life++) {
        SimWorld world = node.boot();
        List<Kept> replayed = new ArrayList<>();
        CompletableFuture<Journal> opening = new CompletableFuture<>();
        world.spawn("main", () -> open(world, replayed, opening));
        if (random.chance(0.2)) {
          simulation.sleep(random.between(1_000, 3_000_000));
        } else {
          opening.join();
        }
        if (opening.isDone()) {
          Journal journal = opening.join();
          check(journal, replayed);
          appended = new TreeMap<>();
          proofs = new TreeMap<>();
          provenUpTo = NOWHERE;
          work(world, journal);
        } else {
          simulation.count("crash while recovering");
        }
        if (random.chance(0.8)) {
          node.crash();
        } else {
          node.kill();
        }
      }
      switch (damage) {
        case NONE -> {}
        case BITS -> {
          rot();
          checkDamaged();
        }
        case LOST_SECTORS -> {
          if (loseSectors()) {
            checkDamaged();
          }
        }
      }
    }

    private void work(SimWorld world, Journal journal) {
      int writers = 1 + random.below(3);
      for (int i = 0; i < writers; i++) {
        world.spawn("writer", () -> write(world, journal));
      }
      simulation.sleep(random.between(1_000, 30_000_000));
    }

    private void open(SimWorld world, List<Kept> replayed, CompletableFuture<Journal> opening) {
      try {
        Disk disk = world.openDisk(DIRECTORY);
        opening.complete(Journal.open(world, disk, options(), replay(replayed)));
      } catch (IOException | RuntimeException e) {
        opening.completeExceptionally(e);
      }
    }

    private void rot() {
      SimDisk disk = node.disk(DIRECTORY);
      for (int i = 3 + random.below(8); i > 0; i--) {
        disk.damage().rot(random.pick(disk.fileNames()), 0, 1 << (5 + random.below(11)), 1);
      }
    }

    /** Loses a run of sectors below what a later durable record of the last life proves durable. */
    private boolean loseSectors() {
      long from = RECORDS_START;
      long sectors = (provenUpTo.offsetBytes() - from) / SimFile.SECTOR_BYTES;
      if (provenUpTo.segment() < 0 || sectors <= 0) {
        return false;
      }
      long first = random.between(0, sectors - 1);
      long last = Math.min(sectors, first + random.between(1, 16));
      String name = String.format("journal-%012d.seg", provenUpTo.segment());
      node.disk(DIRECTORY)
          .damage()
          .loseSectors(
              name, from + first * SimFile.SECTOR_BYTES, from + last * SimFile.SECTOR_BYTES);
      return true;
    }

    private void checkDamaged() throws IOException {
      List<Kept> replayed = new ArrayList<>();
      CompletableFuture<Journal> opening = new CompletableFuture<>();
      SimWorld world = node.boot();
      world.spawn("main", () -> open(world, replayed, opening));
      Journal journal;
      try {
        journal = opening.join();
      } catch (CompletionException e) {
        if (e.getCause() instanceof JournalDamagedException) {
          simulation.count("damage refused");
          return;
        }
        throw e;
      }
      checkDamaged(journal, replayed);
    }

    /**
     * Every record that was durable is there or is reported, and nothing is there that is wrong.
     */
    private void checkDamaged(Journal journal, List<Kept> replayed) throws IOException {
      List<Object> expected = new ArrayList<>(certain);
      expected.addAll(appended.values());
      int least = certain.size() + appended.headMap(durableUpTo, true).size();
      Set<Object> told = new LinkedHashSet<>();
      for (Kept kept : replayed) {
        told.add(kept.what);
        assertTrue(expected.contains(kept.what), "never written: " + kept.what);
        if (kept.what instanceof ChunkRef chunk) {
          try {
            ByteBuffer content = journal.readChunk(chunk, kept.position);
            assertEquals(ByteBuffer.wrap(contents.get(chunk.id())), content);
          } catch (DamagedRecordException e) {
            simulation.count("damage found on read");
          }
        }
      }
      Recovery recovery = journal.recovered();
      boolean reported =
          recovery.suspect()
              || !recovery.damagedChunks().isEmpty()
              || !recovery.damagedEntries().isEmpty();
      simulation.count(reported ? "damage reported" : "no damage reported");
      if (recovery.suspect()) {
        return;
      }
      List<ChunkId> damaged =
          recovery.damagedChunks().stream().map(Recovery.DamagedChunk::id).toList();
      long damagedEntries = recovery.damagedEntries().size();
      for (Object record : expected.subList(0, least)) {
        if (told.contains(record)) {
          continue;
        }
        if (record instanceof ChunkRef chunk) {
          assertTrue(damaged.contains(chunk.id()), chunk + " vanished; reported is " + damaged);
        } else {
          // A damaged entry that a later one supersedes is not reported.
          boolean superseded = supersededLater(expected, record);
          damagedEntries -= superseded ? 0 : 1;
          assertTrue(superseded || damagedEntries >= 0, record + " vanished without a report");
        }
      }
    }

    private static boolean supersededLater(List<Object> records, Object entry) {
      long index = indexOf(entry);
      for (Object later : records.subList(records.indexOf(entry) + 1, records.size())) {
        if (!(later instanceof ChunkRef) && indexOf(later) <= index) {
          return true;
        }
      }
      return false;
    }

    private static long indexOf(Object described) {
      String text = described.toString();
      return Long.parseLong(text.substring(text.indexOf('@') + 1, text.indexOf('/')));
    }

    private JournalOptions options() {
      return JournalOptions.of(CLUSTER, simulation::fail).withSegmentBytes(1 << 16);
    }

    private Replay replay(List<Kept> replayed) {
      return new Replay() {
        @Override
        public void chunk(ChunkRef chunk, Position position) {
          replayed.add(new Kept(chunk, position));
        }

        @Override
        public void entry(Entry entry, Position position) {
          replayed.add(new Kept(describe(entry), position));
        }

        @Override
        public void hardState(HardState state) {}
      };
    }

    private static String describe(Entry entry) {
      return entry + " " + Arrays.hashCode(entry.body());
    }

    private void check(Journal journal, List<Kept> replayed) throws IOException {
      assertTrue(!journal.suspect(), "suspect after a crash: " + journal.recovered().detail());
      assertEquals(List.of(), journal.recovered().damagedChunks());
      assertEquals(List.of(), journal.recovered().damagedEntries());
      List<Object> expected = new ArrayList<>(certain);
      expected.addAll(appended.values());
      int least = certain.size() + appended.headMap(durableUpTo, true).size();
      List<Object> told = replayed.stream().map(Kept::what).toList();
      assertTrue(
          told.size() >= least, told.size() + " records came back; " + least + " were durable");
      assertTrue(told.size() <= expected.size(), "more came back than was written");
      assertEquals(expected.subList(0, told.size()), told);
      simulation.count(told.size() < expected.size() ? "lost some" : "lost nothing");
      for (Kept kept : replayed) {
        if (kept.what instanceof ChunkRef chunk) {
          ByteBuffer content = journal.readChunk(chunk, kept.position);
          assertEquals(ByteBuffer.wrap(contents.get(chunk.id())), content);
        } else {
          assertEquals(kept.what, describe(journal.readEntry(kept.position)));
        }
      }
      HardState state = journal.recovered().hardState();
      int which = hardStates.lastIndexOf(state);
      assertTrue(
          which >= durableHardStates - 1,
          state + " came back; durable was " + hardStates.get(durableHardStates - 1));
      hardStates.subList(which + 1, hardStates.size()).clear();
      durableHardStates = hardStates.size();
      certain = new ArrayList<>(told);
      durableUpTo = NOWHERE;
    }

    /** Appends and flushes for as long as the process lives. */
    private void write(SimWorld world, Journal journal) {
      try {
        while (true) {
          int count = 1 + random.below(6);
          Position last = null;
          for (int i = 0; i < count; i++) {
            last = append(journal);
          }
          if (random.chance(0.2)) {
            appendHardState(journal);
          }
          if (random.chance(0.6)) {
            Position upTo = last;
            int states = hardStates.size();
            journal.whenDurable(() -> durable(upTo, states));
          }
          world.sleep(random.between(1_000, 2_000_000));
        }
      } catch (IOException | InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    private void durable(Position upTo, int states) {
      if (upTo.compareTo(durableUpTo) > 0) {
        durableUpTo = upTo;
        Position proven = proofs.get(upTo);
        provenUpTo = proven == null || proven.compareTo(provenUpTo) < 0 ? provenUpTo : proven;
      }
      durableHardStates = Math.max(durableHardStates, states);
      simulation.count("durable");
    }

    private void appendHardState(Journal journal) {
      HardState state = new HardState(hardStates.size(), random.below(4));
      hardStates.add(state);
      journal.appendHardState(state);
    }

    private Position append(Journal journal) throws IOException {
      if (random.chance(0.5)) {
        byte[] content = random.bytes(1 + random.below(random.chance(0.1) ? 30_000 : 2_000));
        CRC32C crc = new CRC32C();
        crc.update(content);
        ChunkRef chunk =
            new ChunkRef(new ChunkId(7, ++nextChunk), content.length, (int) crc.getValue());
        contents.put(chunk.id(), content);
        Position position = journal.appendChunk(chunk, ByteBuffer.wrap(content));
        appended.put(position, chunk);
        proofs.put(position, durableUpTo);
        return position;
      }
      // Now and then the log is cut back, as by a new leader.
      nextIndex = random.chance(0.1) ? Math.max(1, nextIndex - random.below(5)) : nextIndex;
      Entry entry =
          new Entry(
              nextIndex++,
              1,
              simulation.now(),
              EntryKind.COMMAND,
              List.of(),
              random.bytes(random.below(1_500)));
      Position position = journal.appendEntry(entry);
      appended.put(position, describe(entry));
      proofs.put(position, durableUpTo);
      return position;
    }
  }
}
