package io.quorate.store.journal;

import static io.quorate.store.journal.Samples.buffer;
import static io.quorate.store.journal.Samples.chunk;
import static io.quorate.store.journal.Samples.entry;
import static io.quorate.store.journal.Samples.isContentOf;
import static io.quorate.store.journal.Samples.makeDurable;
import static io.quorate.store.journal.Samples.options;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.HardState;
import io.quorate.store.world.RealWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Damages a journal at random and opens it: whatever was hit is refused or attributed, never taken
 * for good, and nothing else is lost.
 *
 * <p>A failure names its seed; run with {@code -Djournal.seed=N} to repeat just that one.
 */
final class JournalFuzzTest {
  private static final int MUTATIONS = 3_000;
  private static final int IMAGES = 6;
  private static RealWorld world;

  @BeforeAll
  static void beginWorld() {
    world = RealWorld.create();
  }

  @AfterAll
  static void endWorld() {
    world.close();
  }

  /** A journal of three lives, the last ended by kill -9, and what is in it. */
  private record Image(
      MemoryDisk disk,
      Map<ChunkId, ChunkRef> chunks,
      Map<Long, Entry> log,
      HardState hardState,
      Position cut) {}

  private static Image image(long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    MemoryDisk disk = new MemoryDisk();
    MemoryDisk killed = disk;
    Map<ChunkId, ChunkRef> chunks = new LinkedHashMap<>();
    Map<Long, Entry> log = new LinkedHashMap<>();
    HardState hardState = HardState.INITIAL;
    long number = 0;
    for (int life = 1; life <= 3; life++) {
      try (Journal journal = Journal.open(world, disk, options(), new Recorder())) {
        for (int i = 0; i < 30; i++) {
          number++;
          ChunkRef chunk = chunk(number, 1 + random.nextInt(4_000));
          Entry entry = entry(number, life, random.nextInt(600), chunk);
          journal.appendChunk(chunk, buffer(chunk));
          journal.appendEntry(entry);
          chunks.put(chunk.id(), chunk);
          log.put(number, entry);
          if (i % 10 == 5) {
            hardState = new HardState(number, 1 + i % 3);
            journal.appendHardState(hardState);
          }
          makeDurable(journal);
        }
        killed = disk.copy();
      }
    }
    Recorder recorder = new Recorder();
    try (Journal journal = Journal.open(world, killed.copy(), options(), recorder)) {
      assertEquals(chunks.keySet(), recorder.chunks.keySet());
      assertEquals(log.keySet(), recorder.log.keySet());
      return new Image(killed, chunks, log, hardState, journal.recovered().cut());
    }
  }

  private static List<Long> seeds(int count) {
    Long only = Long.getLong("journal.seed");
    return only != null ? List.of(only) : LongStream.range(0, count).boxed().toList();
  }

  @Test
  void damageIsAttributedAndNeverTakenForGood() throws Exception {
    List<Image> images = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      images.add(image(i));
    }
    Map<String, Integer> outcomes = new TreeMap<>();
    for (long seed : seeds(MUTATIONS)) {
      SplittableRandom random = new SplittableRandom(seed);
      Image image = images.get(random.nextInt(IMAGES));
      MemoryDisk disk = image.disk().copy();
      String what = "seed " + seed + ": " + mutate(disk, image, random);
      try {
        outcomes.merge(check(image, disk), 1, Integer::sum);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(what, e);
      }
    }
    if (Long.getLong("journal.seed") == null) {
      assertEquals(
          Set.of("attributed", "harmless", "refused", "suspect"), outcomes.keySet(), "variety");
    }
  }

  private static String mutate(MemoryDisk disk, Image image, SplittableRandom random) {
    List<String> names = disk.files.keySet().stream().filter(name -> name.endsWith("seg")).toList();
    String name = names.get(random.nextInt(names.size()));
    byte[] bytes = disk.bytes(name);
    int offset = random.nextInt(bytes.length);
    switch (random.nextInt(6)) {
      case 0, 1, 2 -> {
        bytes[offset] ^= (byte) (1 << random.nextInt(8));
        return "bit of " + name + " at " + offset;
      }
      case 3 -> {
        byte[] garbage = new byte[Math.min(bytes.length - offset, 1 + random.nextInt(3_000))];
        random.nextBytes(garbage);
        System.arraycopy(garbage, 0, bytes, offset, garbage.length);
        return garbage.length + " bytes of garbage in " + name + " at " + offset;
      }
      case 4 -> {
        int sector = offset / 512 * 512;
        boolean durable =
            !SegmentFiles.name(image.cut().segment()).equals(name)
                || sector + 512 <= image.cut().offsetBytes();
        if (durable) {
          Arrays.fill(bytes, sector, Math.min(bytes.length, sector + 512), (byte) 0);
        }
        return "zero sector in " + name + " at " + sector;
      }
      default -> {
        byte[] from = disk.bytes(names.get(random.nextInt(names.size())));
        int source = random.nextInt(from.length) / 512 * 512;
        int target = offset / 512 * 512;
        int length =
            Math.min(
                512 * (1 + random.nextInt(8)),
                Math.min(from.length - source, bytes.length - target));
        System.arraycopy(from, source, bytes, target, length);
        return length + " bytes misdirected to " + name + " at " + target;
      }
    }
  }

  private static String check(Image image, MemoryDisk disk) throws IOException {
    Recorder recorder = new Recorder();
    try (Journal journal =
        Journal.open(world, disk, options().withVerifySealedChunks(true), recorder)) {
      Recovery recovery = journal.recovered();
      Set<ChunkId> damaged =
          recovery.damagedChunks().stream()
              .map(Recovery.DamagedChunk::id)
              .collect(Collectors.toSet());
      Set<Long> damagedEntries =
          recovery.damagedEntries().stream()
              .map(Recovery.DamagedEntry::index)
              .collect(Collectors.toSet());
      for (ChunkRef chunk : image.chunks().values()) {
        Recorder.Located located = recorder.chunks.get(chunk.id());
        if (located == null) {
          assertTrue(recovery.suspect() || damaged.contains(chunk.id()), "lost " + chunk);
        } else {
          assertEquals(chunk, located.chunk());
          assertTrue(isContentOf(chunk, journal.readChunk(chunk, located.position())));
        }
      }
      for (Entry entry : image.log().values()) {
        Entry found = recorder.log.get(entry.index());
        if (found == null) {
          assertTrue(recovery.suspect() || damagedEntries.contains(entry.index()), "lost " + entry);
        } else {
          Samples.assertEntry(entry, found);
          Samples.assertEntry(entry, journal.readEntry(recorder.logPositions.get(entry.index())));
        }
      }
      assertTrue(image.chunks().keySet().containsAll(recorder.chunks.keySet()), "invented chunks");
      assertTrue(image.log().keySet().containsAll(recorder.log.keySet()), "invented entries");
      assertEquals(image.hardState(), recorder.hardState, "term and vote");
      boolean clean = damaged.isEmpty() && damagedEntries.isEmpty();
      return recovery.suspect() ? "suspect" : clean ? "harmless" : "attributed";
    } catch (JournalDamagedException e) {
      assertTrue(e.getMessage().contains("journal-"), e.getMessage());
      return "refused";
    }
  }

  /** Damage that flips below what was checked at the start is found by the read itself. */
  @Test
  void whatRotsLaterIsFoundByTheRead() throws Exception {
    Image image = image(99);
    for (long seed : seeds(300)) {
      SplittableRandom random = new SplittableRandom(seed);
      MemoryDisk disk = image.disk().copy();
      Recorder recorder = new Recorder();
      try (Journal journal = Journal.open(world, disk, options(), recorder)) {
        List<Recorder.Located> all = List.copyOf(recorder.chunks.values());
        Recorder.Located located = all.get(random.nextInt(all.size()));
        Position position = located.position();
        int in = random.nextInt(RecordFormat.HEADER_BYTES + position.lengthBytes());
        byte[] bytes = disk.bytes(SegmentFiles.name(position.segment()));
        bytes[position.offsetBytes() + in] ^= (byte) (1 << random.nextInt(8));
        DamagedRecordException damaged =
            assertThrows(
                DamagedRecordException.class,
                () -> journal.readChunk(located.chunk(), position),
                "seed " + seed);
        assertEquals(position, damaged.position());
        assertTrue(
            damaged.getMessage().contains("at offset " + position.offsetBytes()),
            damaged.getMessage());
      }
    }
  }

  /** Headers that are wrong although their checksum is right neither crash nor allocate at will. */
  @Test
  void forgedHeadersAreHarmless() throws Exception {
    Image image = image(7);
    for (long seed : seeds(1_000)) {
      SplittableRandom random = new SplittableRandom(seed);
      MemoryDisk disk = image.disk().copy();
      forge(disk, random);
      try {
        Journal.open(
                world, disk, options().withVerifySealedChunks(random.nextBoolean()), new Recorder())
            .close();
      } catch (JournalDamagedException e) {
        assertTrue(e.getMessage().contains("/memory"), e.getMessage());
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  private static void forge(MemoryDisk disk, SplittableRandom random) {
    List<String> names = disk.files.keySet().stream().filter(name -> name.endsWith("seg")).toList();
    ByteBuffer bytes = ByteBuffer.wrap(disk.bytes(names.get(random.nextInt(names.size()))));
    if (random.nextInt(4) == 0) {
      for (int at = 0; at < SegmentHeader.RECORDS_START; at += SegmentHeader.BLOCK_BYTES) {
        int field = 16 + random.nextInt(108);
        bytes.put(at + field, (byte) random.nextInt(256));
        int length = 124 + Math.clamp(bytes.getInt(at + 120), 0, 2048);
        bytes.putInt(at + length, RecordFormat.crc32c(bytes, at, length));
      }
      return;
    }
    List<Integer> headers = new ArrayList<>();
    for (int at = 0; at + RecordFormat.HEADER_BYTES <= bytes.limit(); at++) {
      if (bytes.getInt(at) == RecordFormat.MAGIC) {
        headers.add(at);
      }
    }
    if (!headers.isEmpty()) {
      int at = headers.get(random.nextInt(headers.size()));
      bytes.put(at + 4 + random.nextInt(72), (byte) random.nextInt(256));
      bytes.putInt(at + 76, RecordFormat.crc32c(bytes, at, 76));
    }
  }
}
