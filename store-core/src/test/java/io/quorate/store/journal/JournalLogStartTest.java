package io.quorate.store.journal;

import static io.quorate.store.journal.Samples.buffer;
import static io.quorate.store.journal.Samples.chunk;
import static io.quorate.store.journal.Samples.entry;
import static io.quorate.store.journal.Samples.makeDurable;
import static io.quorate.store.journal.Samples.options;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.world.RealWorld;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a journal replays once the front of the log is dropped. */
final class JournalLogStartTest {
  private static final int BODY_BYTES = 1300;

  private static RealWorld world;
  private final MemoryDisk disk = new MemoryDisk();
  private final List<Position> positions = new ArrayList<>();

  @BeforeAll
  static void beginWorld() {
    world = RealWorld.create();
  }

  @AfterAll
  static void endWorld() {
    world.close();
  }

  /** Appends entries up to {@code last}, in order, and makes them durable. */
  private void append(Journal journal, int last) throws Exception {
    while (positions.size() < last) {
      positions.add(journal.appendEntry(entry(positions.size() + 1, 1, BODY_BYTES)));
    }
    makeDurable(journal);
  }

  private void drop(Journal journal, int index) {
    journal.dropLog(index, 1, index == positions.size() ? null : positions.get(index));
  }

  /** Rolls, so that a segment header tells of what was set before. */
  private static void roll(Journal journal) throws Exception {
    for (int i = 1; i <= 3; i++) {
      journal.appendChunk(chunk(i, 30_000), buffer(chunk(i, 30_000)));
      makeDurable(journal);
    }
  }

  private Recorder open(MemoryDisk image) throws Exception {
    return Samples.openAndClose(world, image);
  }

  @Test
  void whatIsDroppedIsNotReplayedOnceASegmentHeaderSaysSo() throws Exception {
    MemoryDisk before;
    MemoryDisk after;
    try (Journal journal = Journal.open(world, disk, options(), new Recorder())) {
      append(journal, 150);
      drop(journal, 120);
      before = disk.copy();
      roll(journal);
      append(journal, 155);
      after = disk.copy();
    }
    Recorder all = open(before);
    assertEquals(1, all.log.firstKey());
    assertEquals(0, all.startIndex);
    Recorder some = open(after);
    assertEquals(120, some.startIndex);
    assertEquals(1, some.startTerm);
    assertEquals(121, some.log.firstKey());
    assertEquals(155, some.log.lastKey());
    // Recovery has made a new segment; its header must say so too.
    assertEquals(121, open(after).log.firstKey());
  }

  @Test
  void allOfALogCanBeDropped() throws Exception {
    try (Journal journal = Journal.open(world, disk, options(), new Recorder())) {
      append(journal, 10);
      drop(journal, 10);
      roll(journal);
    }
    Recorder none = open(disk);
    assertEquals(10, none.startIndex);
    assertTrue(none.log.isEmpty());
    try (Journal journal = Journal.open(world, disk, options(), new Recorder())) {
      append(journal, 12);
    }
    Recorder two = open(disk);
    assertEquals(List.of(11L, 12L), List.copyOf(two.log.keySet()));
  }

  /**
   * An entry may be given its place in a segment that a crash then keeps from the disk. What is
   * appended afterwards lies before that place, and counts.
   */
  @Test
  void aPlaceThatACrashTookBackHidesNothing() throws Exception {
    MemoryDisk image;
    try (Journal journal = Journal.open(world, disk, options(), new Recorder())) {
      append(journal, 10);
      journal.dropLog(10, 1, new Position(100, 60_000, 10));
      roll(journal);
      image = disk.copy();
    }
    try (Journal journal = Journal.open(world, image, options(), new Recorder())) {
      append(journal, 12);
    }
    assertEquals(List.of(11L, 12L), List.copyOf(open(image).log.keySet()));
  }

  @Test
  void anInstallSupersedesAllEarlierEntries() throws Exception {
    MemoryDisk image;
    try (Journal journal = Journal.open(world, disk, options(), new Recorder())) {
      append(journal, 10);
      journal.appendInstall(50, 3);
      journal.appendEntry(entry(51, 3, BODY_BYTES));
      makeDurable(journal);
      image = disk.copy();
      roll(journal);
    }
    // As it is in the journal's tail, in what recovery made of that, and in a header.
    for (Recorder recorder : List.of(open(image), open(image), open(disk), open(disk))) {
      assertEquals(50, recorder.startIndex);
      assertEquals(3, recorder.startTerm);
      assertEquals(List.of(51L), List.copyOf(recorder.log.keySet()));
    }
  }

  @Test
  void aSegmentOfWhichNothingIsNeededIsNotRead() throws Exception {
    try (Journal journal = Journal.open(world, disk, options(), new Recorder())) {
      append(journal, 150);
      drop(journal, 149);
      roll(journal);
    }
    byte[] first = disk.bytes(SegmentFiles.name(1));
    // Everything but the header is gone.
    java.util.Arrays.fill(first, SegmentHeader.RECORDS_START, first.length, (byte) 7);
    MemoryDisk copy = disk.copy();
    Recorder knowing = new Recorder();
    knowing.chunksKnownUpTo = new Position(2, 0, 0);
    try (Journal journal = Journal.open(world, disk, options(), knowing)) {
      assertFalse(journal.suspect());
      assertEquals(150, knowing.log.firstKey());
    }
    // Who does not know the chunks of that segment must look, and finds the damage.
    try (Journal journal = Journal.open(world, copy, options(), new Recorder())) {
      assertTrue(journal.suspect());
    }
  }

  @Test
  void aJournalOfTheFirstFormatIsReadFromItsBeginning() throws Exception {
    try (Journal journal = Journal.open(world, disk, options(), new Recorder())) {
      append(journal, 5);
    }
    ByteBuffer segment = ByteBuffer.wrap(disk.bytes(SegmentFiles.name(1)));
    for (int copy = 0; copy < SegmentHeader.COPIES; copy++) {
      int at = copy * SegmentHeader.BLOCK_BYTES;
      segment.putInt(at + 8, 1);
      segment.putInt(at + 12, RecordFormat.crc32c(segment, at, 12));
      segment.putLong(at + 88, 1); // its first live entry
      segment.putInt(at + 124, RecordFormat.crc32c(segment, at, 124));
    }
    Recorder recorder = open(disk);
    assertEquals(0, recorder.startIndex);
    assertEquals(5, recorder.log.size());
  }
}
