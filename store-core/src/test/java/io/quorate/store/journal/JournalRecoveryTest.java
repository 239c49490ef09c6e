package io.quorate.store.journal;

import static io.quorate.store.journal.Samples.assertEntry;
import static io.quorate.store.journal.Samples.buffer;
import static io.quorate.store.journal.Samples.chunk;
import static io.quorate.store.journal.Samples.entry;
import static io.quorate.store.journal.Samples.isContentOf;
import static io.quorate.store.journal.Samples.makeDurable;
import static io.quorate.store.journal.Samples.options;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.HardState;
import io.quorate.store.world.RealWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What recovery makes of each kind of end and damage. */
final class JournalRecoveryTest {
  private static RealWorld world;

  private final MemoryDisk disk = new MemoryDisk();
  private final List<Position> positions = new ArrayList<>();
  private MemoryDisk image;
  private String newest;
  private int end;

  @BeforeAll
  static void beginWorld() {
    world = RealWorld.create();
  }

  @AfterAll
  static void endWorld() {
    world.close();
  }

  /**
   * A journal of {@code count} entries, each durable before the next, as kill -9 leaves it. The
   * last is proven durable by nothing that follows.
   */
  private void writeEntries(int count) throws IOException {
    write(count, false);
  }

  private void write(int count, boolean chunks) throws IOException {
    try (Journal journal = Journal.open(world, disk, options(), new Recorder())) {
      for (int i = 1; i <= count; i++) {
        positions.add(
            chunks
                ? journal.appendChunk(chunk(i, 1300), buffer(chunk(i, 1300)))
                : journal.appendEntry(entry(i, 1, 1300)));
        makeDurable(journal);
      }
      image = disk.copy();
    }
    newest = image.newestSegment();
    Position last = positions.getLast();
    end = last.offsetBytes() + RecordFormat.HEADER_BYTES + last.lengthBytes();
  }

  private static final class Opened {
    private final Recorder recorder = new Recorder();
    private Recovery recovery;
  }

  private static Opened open(MemoryDisk from) throws IOException {
    Opened opened = new Opened();
    try (Journal journal = Journal.open(world, from, options(), opened.recorder)) {
      opened.recovery = journal.recovered();
      for (Recorder.Located chunk : opened.recorder.chunks.values()) {
        assertTrue(isContentOf(chunk.chunk(), journal.readChunk(chunk.chunk(), chunk.position())));
      }
      for (long index : opened.recorder.log.keySet()) {
        assertEntry(
            opened.recorder.log.get(index),
            journal.readEntry(opened.recorder.logPositions.get(index)));
      }
    }
    return opened;
  }

  private void flip(MemoryDisk of, int offset) {
    of.bytes(newest)[offset] ^= 0x10;
  }

  @Test
  void everySectorAlignedTruncationIsTornAndCut() throws Exception {
    writeEntries(6);
    int covered = 0;
    for (int at = (SegmentHeader.RECORDS_START / 512) * 512; at <= end + 512; at += 512) {
      MemoryDisk cut = image.copy();
      Arrays.fill(cut.bytes(newest), at, cut.bytes(newest).length, (byte) 0);
      Opened opened = open(cut);
      int whole = wholeRecordsBefore(at);
      assertEquals(whole, opened.recorder.log.size(), "cut at " + at);
      assertFalse(opened.recovery.suspect(), "cut at " + at + ": " + opened.recovery.detail());
      assertEquals(List.of(), opened.recovery.damagedEntries());
      covered += whole;
      for (long i = 1; i <= whole; i++) {
        assertEntry(entry(i, 1, 1300), opened.recorder.log.get(i));
      }
    }
    assertTrue(covered > 0);
  }

  private int wholeRecordsBefore(int at) {
    int whole = 0;
    for (Position position : positions) {
      if (position.offsetBytes() + RecordFormat.HEADER_BYTES + position.lengthBytes() <= at) {
        whole++;
      }
    }
    return whole;
  }

  /** No disk tears within a sector; if one did, nothing wrong is read, whatever is suspected. */
  @Test
  void everyOtherTruncationLeavesWholeRecordsOnly() throws Exception {
    writeEntries(2);
    for (int at = SegmentHeader.RECORDS_START; at <= end + 10; at++) {
      MemoryDisk cut = image.copy();
      if (at % 2 == 0) {
        Arrays.fill(cut.bytes(newest), at, cut.bytes(newest).length, (byte) 0);
      } else {
        cut.files.get(newest).bytes = Arrays.copyOf(cut.bytes(newest), at);
      }
      Opened opened = open(cut);
      assertTrue(opened.recorder.log.size() >= wholeRecordsBefore(at), "cut at " + at);
      for (long index : opened.recorder.log.keySet()) {
        assertEntry(entry(index, 1, 1300), opened.recorder.log.get(index));
      }
    }
  }

  @Test
  void zerosInTheLastRecordMeanTorn() throws Exception {
    writeEntries(4);
    Position last = positions.getLast();
    int sector = (last.offsetBytes() + RecordFormat.HEADER_BYTES + 700) / 512 * 512;
    Arrays.fill(image.bytes(newest), sector, sector + 512, (byte) 0);
    Opened opened = open(image);
    assertFalse(opened.recovery.suspect());
    assertTrue(opened.recovery.droppedTail());
    assertEquals(3, opened.recorder.log.size());
  }

  @Test
  void otherBytesInTheLastRecordMeanSuspect() throws Exception {
    writeEntries(4);
    for (int offset = positions.getLast().offsetBytes(); offset < end; offset += 7) {
      MemoryDisk rotten = image.copy();
      flip(rotten, offset);
      Opened opened = open(rotten);
      assertEquals(Recovery.Suspicion.TAIL, opened.recovery.suspicion(), "offset " + offset);
      assertEquals(3, opened.recorder.log.size());
      assertTrue(opened.recovery.costsVote(100));
      // It is cut now, but the peer may have promised what was there.
      assertEquals(Recovery.Suspicion.TAIL, open(rotten).recovery.suspicion());
    }
  }

  @Test
  void bytesWhereNothingWasWrittenMeanSuspect() throws Exception {
    writeEntries(2);
    image.bytes(newest)[end + 5] = 1;
    assertEquals(Recovery.Suspicion.TAIL, open(image).recovery.suspicion());
  }

  /** Content that is full of zeros is not mistaken for torn sectors. */
  @Test
  void aRottenRecordOfZerosIsSuspectToo() throws Exception {
    ByteBuffer zeros = ByteBuffer.allocate(4000);
    ChunkRef chunk =
        new ChunkRef(new io.quorate.store.log.ChunkId(1, 1), 4000, RecordFormat.crc32c(zeros));
    Position position;
    try (Journal journal = Journal.open(world, disk, options(), new Recorder())) {
      position = journal.appendChunk(chunk, zeros);
      makeDurable(journal);
      image = disk.copy();
    }
    newest = image.newestSegment();
    MemoryDisk rotten = image.copy();
    flip(rotten, position.offsetBytes() + RecordFormat.HEADER_BYTES + 2000);
    assertEquals(Recovery.Suspicion.TAIL, open(rotten).recovery.suspicion());
    MemoryDisk.Content content = image.files.get(newest);
    Recorder recorder = new Recorder();
    content.bytes = content.bytes.clone();
    Journal.open(world, image, options(), recorder).close();
    assertEquals(1, recorder.chunks.size());
  }

  @Test
  void aDamagedChunkBelowTheDurablePointCostsNoVote() throws Exception {
    write(4, true);
    flip(image, positions.get(1).offsetBytes() + RecordFormat.HEADER_BYTES + 100);
    Opened opened = open(image);
    assertFalse(opened.recovery.suspect());
    assertFalse(opened.recovery.costsVote(0));
    assertFalse(opened.recovery.droppedTail());
    assertEquals(
        List.of(new Recovery.DamagedChunk(chunk(2, 1300).id(), positions.get(1))),
        opened.recovery.damagedChunks());
    assertEquals(3, opened.recorder.chunks.size());
  }

  @Test
  void aDamagedEntryCostsTheVoteUnlessItIsApplied() throws Exception {
    writeEntries(4);
    flip(image, positions.get(1).offsetBytes() + RecordFormat.HEADER_BYTES + 100);
    Opened opened = open(image);
    assertFalse(opened.recovery.suspect());
    assertEquals(
        List.of(new Recovery.DamagedEntry(2, 1, positions.get(1))),
        opened.recovery.damagedEntries());
    assertTrue(opened.recovery.costsVote(1));
    assertFalse(opened.recovery.costsVote(2));
    assertEquals(List.of(1L, 3L, 4L), List.copyOf(opened.recorder.log.keySet()));
  }

  @Test
  void aDamagedEntryThatWasSupersededIsForgotten() throws Exception {
    writeEntries(4);
    flip(image, positions.get(1).offsetBytes() + RecordFormat.HEADER_BYTES + 100);
    try (Journal journal = Journal.open(world, image, options(), new Recorder())) {
      assertEquals(1, journal.recovered().damagedEntries().size());
      journal.appendEntry(entry(2, 2, 50));
    }
    assertEquals(List.of(), open(image).recovery.damagedEntries());
  }

  @Test
  void aDamagedHeaderBelowTheDurablePointIsSuspectAndLosesNothingElse() throws Exception {
    writeEntries(4);
    flip(image, positions.get(1).offsetBytes() + 30);
    Opened opened = open(image);
    assertEquals(Recovery.Suspicion.UNKNOWN_RECORD, opened.recovery.suspicion());
    assertTrue(opened.recovery.detail().contains("offset " + positions.get(1).offsetBytes()));
    assertEquals(List.of(1L, 3L, 4L), List.copyOf(opened.recorder.log.keySet()));
  }

  @Test
  void zerosBelowTheDurablePointAreDamageNotATail() throws Exception {
    writeEntries(5);
    Position lost = positions.get(2);
    int from = lost.offsetBytes();
    Arrays.fill(image.bytes(newest), from, positions.get(3).offsetBytes(), (byte) 0);
    Opened opened = open(image);
    assertTrue(opened.recovery.suspect());
    assertEquals(List.of(1L, 2L, 4L, 5L), List.copyOf(opened.recorder.log.keySet()));
  }

  @Test
  void theFooterNamesWhatADamagedHeaderHides() throws Exception {
    write(60, true);
    assertEquals("journal-000000000002.seg", newest);
    Position damaged = positions.get(3);
    assertEquals(1, damaged.segment());
    byte[] sealed = image.bytes(SegmentFiles.name(1));
    sealed[damaged.offsetBytes() + 30] ^= 1;
    Recorder recorder = new Recorder();
    JournalOptions checking = options().withVerifySealedChunks(true);
    try (Journal journal = Journal.open(world, image, checking, recorder)) {
      assertFalse(journal.suspect());
      assertEquals(
          List.of(new Recovery.DamagedChunk(chunk(4, 1300).id(), damaged)),
          journal.recovered().damagedChunks());
    }
    assertEquals(59, recorder.chunks.size());
  }

  /** A crash between the sealing of a segment and the header of the next. */
  @Test
  void theFooterNamesDamageInTheNewestSegmentToo() throws Exception {
    write(60, true);
    Arrays.fill(image.bytes(newest), (byte) 0);
    image.bytes(SegmentFiles.name(1))[positions.get(3).offsetBytes() + 30] ^= 1;
    Opened opened = open(image);
    assertFalse(opened.recovery.suspect(), opened.recovery.detail());
    assertEquals(chunk(4, 1300).id(), opened.recovery.damagedChunks().getFirst().id());
  }

  @Test
  void withoutFooterTheRecordsThemselvesAreRead() throws Exception {
    write(60, true);
    byte[] sealed = image.bytes(SegmentFiles.name(1));
    sealed[sealed.length - 500] ^= 1;
    Opened opened = open(image);
    assertFalse(opened.recovery.suspect());
    assertEquals(1, opened.recovery.damagedFooters());
    assertEquals(60, opened.recorder.chunks.size());
  }

  /**
   * A crash while a full segment is sealed: the trailer is missing, the rest of the footer is
   * there.
   */
  @Test
  void aTornFooterIsNotTakenForARottenRecord() throws Exception {
    int room =
        Samples.SMALL_SEGMENT_BYTES
            - SegmentHeader.RECORDS_START
            - 2 * RecordFormat.HEADER_BYTES
            - (int) SegmentFooter.bytes(2);
    try (Journal journal = Journal.open(world, disk, options(), new Recorder())) {
      for (int length : new int[] {20_000, room - 20_000, 40_000}) {
        ChunkRef chunk = chunk(length, length);
        positions.add(journal.appendChunk(chunk, buffer(chunk)));
        makeDurable(journal);
      }
      image = disk.copy();
    }
    assertEquals(1, positions.get(1).segment());
    assertEquals(2, positions.get(2).segment());
    Arrays.fill(image.bytes(SegmentFiles.name(2)), (byte) 0);
    byte[] sealed = image.bytes(SegmentFiles.name(1));
    Arrays.fill(sealed, sealed.length - RecordFormat.HEADER_BYTES, sealed.length, (byte) 0);
    Opened opened = open(image);
    assertFalse(opened.recovery.suspect(), opened.recovery.detail());
    assertEquals(2, opened.recorder.chunks.size());
  }

  @Test
  void aSegmentHeaderSurvivesInItsOtherCopyOrInTheFooter() throws Exception {
    write(60, true);
    byte[] sealed = image.bytes(SegmentFiles.name(1));
    sealed[60] ^= 1;
    assertEquals(60, open(image.copy()).recorder.chunks.size());
    sealed[SegmentHeader.BLOCK_BYTES + 61] ^= 1;
    assertEquals(60, open(image.copy()).recorder.chunks.size());
    sealed[sealed.length - 5] ^= 1;
    MemoryDisk refused = image.copy();
    JournalDamagedException damaged =
        assertThrows(JournalDamagedException.class, () -> open(refused));
    assertTrue(damaged.getMessage().contains("journal-000000000001.seg"));
    assertEquals(image.files.keySet(), refused.files.keySet(), "refusing changes nothing");
  }

  @Test
  void whatIsNotProvenDurableMovesToANewSegment() throws Exception {
    writeEntries(4);
    Position last = positions.getLast();
    Opened opened = open(image);
    assertEquals(new Position(last.segment(), last.offsetBytes(), 0), opened.recovery.cut());
    assertEquals(RecordFormat.HEADER_BYTES + last.lengthBytes(), opened.recovery.copiedBytes());
    assertEquals(last.segment() + 2, opened.recorder.logPositions.get(4L).segment());
    try (Journal journal = Journal.open(world, image, options(), new Recorder())) {
      assertThrows(DamagedRecordException.class, () -> journal.readEntry(last));
      assertEntry(entry(3, 1, 1300), journal.readEntry(positions.get(2)));
    }
  }

  @Test
  void nothingPastACutIsReadAgain() throws Exception {
    writeEntries(4);
    byte[] before = image.bytes(newest).clone();
    open(image);
    // As if the blocks had not been given back.
    image.files.get(newest).bytes = before;
    Opened opened = open(image);
    assertEquals(4, opened.recorder.log.size());
    assertEquals(4, opened.recovery.entries(), "the last entry must not be told twice");
  }

  @Test
  void aMisdirectedRecordIsNeverTaken() throws Exception {
    writeEntries(4);
    byte[] bytes = image.bytes(newest);
    Position from = positions.get(1);
    int length = RecordFormat.HEADER_BYTES + from.lengthBytes();
    MemoryDisk atEnd = image.copy();
    System.arraycopy(bytes, from.offsetBytes(), atEnd.bytes(newest), end, length);
    Opened opened = open(atEnd);
    assertEquals(Recovery.Suspicion.TAIL, opened.recovery.suspicion());
    assertEquals(4, opened.recorder.log.size());
    MemoryDisk over = image.copy();
    System.arraycopy(
        bytes, from.offsetBytes(), over.bytes(newest), positions.get(2).offsetBytes(), length);
    opened = open(over);
    assertTrue(opened.recovery.suspect());
    assertEquals(List.of(1L, 2L, 4L), List.copyOf(opened.recorder.log.keySet()));
  }

  @Test
  void aSegmentOfAnEarlierLifeIsNotMistakenForThisOne() throws Exception {
    writeEntries(3);
    MemoryDisk other = new MemoryDisk();
    try (Journal journal = Journal.open(world, other, options(), new Recorder())) {
      for (int i = 1; i <= 4; i++) {
        journal.appendEntry(entry(i, 9, 1300));
        makeDurable(journal);
      }
    }
    // The same segment number and offsets, another generation: the old blocks show through.
    byte[] old = other.bytes(SegmentFiles.name(1));
    System.arraycopy(old, end, image.bytes(newest), end, 2000);
    Opened opened = open(image);
    assertEquals(3, opened.recorder.log.size());
    assertEquals(Recovery.Suspicion.TAIL, opened.recovery.suspicion());
  }

  @Test
  void theNewerOfTheTwoHardStatesCounts() throws Exception {
    try (Journal journal = Journal.open(world, disk, options(), new Recorder())) {
      journal.appendHardState(new HardState(5, 0));
      makeDurable(journal);
      image = disk.copy();
      journal.appendHardState(new HardState(5, 3));
      makeDurable(journal);
    }
    MemoryDisk mixed = image.copy();
    mixed.files.put(HardStateFile.NAME, disk.files.get(HardStateFile.NAME));
    assertEquals(new HardState(5, 3), open(mixed).recorder.hardState);
    MemoryDisk other = disk.copy();
    other.files.put(HardStateFile.NAME, image.files.get(HardStateFile.NAME));
    assertEquals(new HardState(5, 3), open(other).recorder.hardState);
    assertEquals(
        new HardState(5, 3), HardStateFile.open(other, Samples.CLUSTER).newest(), "mended");
  }

  @Test
  void aRottenSlotOfTheSecondPlaceIsOutvotedByTheJournal() throws Exception {
    try (Journal journal = Journal.open(world, disk, options(), new Recorder())) {
      for (int term = 1; term < 4; term++) {
        journal.appendHardState(new HardState(term, 2));
        makeDurable(journal);
      }
      image = disk.copy();
    }
    for (int offset = 0; offset < 120; offset++) {
      MemoryDisk rotten = image.copy();
      int inSlot = offset < 60 ? offset : 4096 + offset - 60;
      rotten.bytes(HardStateFile.NAME)[inSlot] ^= 4;
      assertEquals(new HardState(3, 2), open(rotten).recorder.hardState);
    }
  }

  @Test
  void votesWithoutAJournalAreRefused() throws Exception {
    try (Journal journal = Journal.open(world, disk, options(), new Recorder())) {
      journal.appendHardState(new HardState(1, 2));
      makeDurable(journal);
    }
    disk.files.keySet().removeIf(name -> name.endsWith(".seg"));
    JournalDamagedException gone = assertThrows(JournalDamagedException.class, () -> open(disk));
    assertTrue(gone.getMessage().contains("its journal is gone"));
  }

  @Test
  void aMissingSegmentIsRefused() throws Exception {
    write(120, true);
    image.files.remove(SegmentFiles.name(2));
    JournalDamagedException missing =
        assertThrows(JournalDamagedException.class, () -> open(image));
    assertTrue(missing.getMessage().contains("journal-000000000002.seg is missing"));
  }

  @Test
  void anotherClustersDirectoryIsRefused() throws Exception {
    writeEntries(1);
    JournalOptions others = JournalOptions.of(new UUID(9, 9), error -> {});
    MemoryDisk before = image.copy();
    JournalDamagedException refused =
        assertThrows(
            JournalDamagedException.class,
            () -> Journal.open(world, image, others, new Recorder()));
    assertTrue(refused.getMessage().contains("holds data of cluster " + Samples.CLUSTER));
    assertTrue(refused.getMessage().contains(new UUID(9, 9).toString()));
    assertEquals(before.files.keySet(), image.files.keySet());
  }

  @Test
  void aNewerFormatIsRefused() throws Exception {
    writeEntries(1);
    ByteBuffer header = ByteBuffer.wrap(image.bytes(newest));
    for (int copy = 0; copy < 2; copy++) {
      int at = copy * SegmentHeader.BLOCK_BYTES;
      header.putInt(at + 8, RecordFormat.VERSION + 1);
      header.putInt(at + 12, RecordFormat.crc32c(header, at, 12));
    }
    JournalDamagedException refused =
        assertThrows(JournalDamagedException.class, () -> open(image));
    assertTrue(
        refused
            .getMessage()
            .contains(
                "has format version "
                    + (RecordFormat.VERSION + 1)
                    + "; this build reads version "
                    + RecordFormat.VERSION),
        refused::getMessage);
    assertNotNull(image.files.get(newest));
  }
}
