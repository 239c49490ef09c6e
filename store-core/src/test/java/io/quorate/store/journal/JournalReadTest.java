package io.quorate.store.journal;

import static io.quorate.store.journal.Samples.buffer;
import static io.quorate.store.journal.Samples.chunk;
import static io.quorate.store.journal.Samples.makeDurable;
import static io.quorate.store.journal.Samples.options;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.quorate.store.log.ChunkRef;
import io.quorate.store.world.RealWorld;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What reads give, and what they refuse to give. */
final class JournalReadTest {
  @Test
  void rangesOfChunksAreChecked() throws Exception {
    ChunkRef chunk = chunk(1, 4000);
    try (RealWorld world = RealWorld.create();
        Journal journal = Journal.open(world, new MemoryDisk(), options(), new Recorder())) {
      Position position = journal.appendChunk(chunk, buffer(chunk));
      makeDurable(journal);
      for (int round = 0; round < 2; round++) {
        assertEquals(buffer(chunk).slice(10, 20), journal.readChunk(chunk, position, 10, 20));
        assertEquals(buffer(chunk).slice(0, 4000), journal.readChunk(chunk, position, 0, 4000));
        assertEquals(buffer(chunk).slice(3990, 10), journal.readChunk(chunk, position, 3990, 10));
      }
      assertThrows(
          IndexOutOfBoundsException.class, () -> journal.readChunk(chunk, position, 3990, 11));
      assertThrows(DamagedRecordException.class, () -> journal.readChunk(chunk(2, 4000), position));
      assertThrows(DamagedRecordException.class, () -> journal.readEntry(position));
      assertThrows(
          DamagedRecordException.class,
          () -> journal.readChunk(chunk, new Position(99, position.offsetBytes(), 4000)));
    }
  }

  /** A disk may lose what it gave before. */
  @Test
  void partsOfAChunkAreCheckedEachTime() throws Exception {
    ChunkRef chunk = chunk(1, 200_000);
    MemoryDisk disk = new MemoryDisk();
    try (RealWorld world = RealWorld.create();
        Journal journal =
            Journal.open(world, disk, options().withSegmentBytes(1 << 20), new Recorder())) {
      Position position = journal.appendChunk(chunk, buffer(chunk));
      makeDurable(journal);
      SplittableRandom random = new SplittableRandom(1);
      for (int i = 0; i < 1_000; i++) {
        int offset = random.nextInt(200_000);
        int length = random.nextInt(Math.min(60_000, 200_000 - offset) + 1);
        assertEquals(
            buffer(chunk).slice(offset, length),
            journal.readChunk(chunk, position, offset, length));
      }
      int damaged = position.offsetBytes() + RecordFormat.HEADER_BYTES + 70_000;
      disk.bytes(SegmentFiles.name(position.segment()))[damaged] ^= 1;
      assertEquals(buffer(chunk).slice(10, 20), journal.readChunk(chunk, position, 10, 20));
      assertThrows(
          DamagedRecordException.class, () -> journal.readChunk(chunk, position, 69_990, 20));
      assertThrows(DamagedRecordException.class, () -> journal.readChunk(chunk, position, 10, 20));
    }
  }
}
