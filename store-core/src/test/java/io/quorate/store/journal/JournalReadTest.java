package io.quorate.store.journal;

import static io.quorate.store.journal.Samples.buffer;
import static io.quorate.store.journal.Samples.chunk;
import static io.quorate.store.journal.Samples.makeDurable;
import static io.quorate.store.journal.Samples.options;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.quorate.store.log.ChunkRef;
import io.quorate.store.world.RealWorld;
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
}
