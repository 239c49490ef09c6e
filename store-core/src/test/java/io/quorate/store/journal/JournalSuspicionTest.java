package io.quorate.store.journal;

import static io.quorate.store.journal.Samples.buffer;
import static io.quorate.store.journal.Samples.chunk;
import static io.quorate.store.journal.Samples.entry;
import static io.quorate.store.journal.Samples.makeDurable;
import static io.quorate.store.journal.Samples.options;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.quorate.store.log.HardState;
import io.quorate.store.world.NoSpaceException;
import io.quorate.store.world.RealWorld;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A peer that must not vote remembers it, whatever the state of its disk. */
final class JournalSuspicionTest {
  private static final HardState STATE = new HardState(7, 3);

  private final RealWorld world = RealWorld.create();
  private final MemoryDisk disk = new MemoryDisk();

  @AfterEach
  void endThreads() {
    world.close();
  }

  private Journal open(Recorder recorder) throws IOException {
    return Journal.open(world, disk, options(), recorder);
  }

  @Test
  void aSuspicionOutlivesRestarts() throws Exception {
    try (Journal journal = open(new Recorder())) {
      journal.appendEntry(entry(1, 7, 100));
      journal.appendHardState(STATE);
      journal.suspect(Recovery.Suspicion.OLDER_IMAGE);
      journal.appendEntry(entry(2, 7, 100));
      makeDurable(journal);
    }
    assertRemembered(2);
  }

  @Test
  void aSuspicionOnAFullDiskOutlivesRestarts() throws Exception {
    disk.capacityBytes = 4 * Samples.SMALL_SEGMENT_BYTES;
    try (Journal journal = open(new Recorder())) {
      journal.appendEntry(entry(1, 7, 100));
      journal.appendHardState(STATE);
      assertThrows(
          NoSpaceException.class,
          () -> {
            while (true) {
              journal.appendChunk(chunk(1, 9_000), buffer(chunk(1, 9_000)));
              makeDurable(journal);
            }
          });
      journal.suspect(Recovery.Suspicion.OLDER_IMAGE);
      makeDurable(journal);
    }
    disk.capacityBytes = 1L << 30;
    assertRemembered(1);
  }

  private void assertRemembered(int entries) throws IOException {
    for (int restart = 0; restart < 3; restart++) {
      Recorder recorder = new Recorder();
      try (Journal journal = open(recorder)) {
        assertEquals(Recovery.Suspicion.OLDER_IMAGE, journal.recovered().suspicion());
        assertEquals(STATE, journal.recovered().hardState());
        assertEquals(entries, recorder.log.size(), "what came before and after is there");
      }
    }
  }
}
