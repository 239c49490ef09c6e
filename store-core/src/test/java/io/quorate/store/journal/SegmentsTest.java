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

import io.quorate.store.log.ChunkRef;
import io.quorate.store.world.RealWorld;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Segments of a journal that are given back, wherever in it they lie. */
final class SegmentsTest {
  private static final int CHUNK_BYTES = 15_000;

  /** So many fit into a segment. */
  private static final int PER_SEGMENT = 3;

  private static RealWorld world;
  private final MemoryDisk disk = new MemoryDisk();

  @BeforeAll
  static void beginWorld() {
    world = RealWorld.create();
  }

  @AfterAll
  static void endWorld() {
    world.close();
  }

  private Journal open() throws Exception {
    return open(new Recorder());
  }

  private Journal open(Recorder recorder) throws Exception {
    return Journal.open(world, disk, options(), recorder);
  }

  /** Chunks {@code first} to {@code last}, which fill a segment after the other. */
  private static void append(Journal journal, int first, int last) throws Exception {
    for (int i = first; i <= last; i++) {
      ChunkRef chunk = chunk(i, CHUNK_BYTES);
      journal.appendChunk(chunk, buffer(chunk));
      makeDurable(journal);
    }
  }

  private static List<Long> written(Journal journal) {
    return journal.segments().all().stream()
        .map(Segments.Info::number)
        .filter(number -> number <= journal.segments().active())
        .toList();
  }

  private Journal fiveSegments() throws Exception {
    Journal journal = open();
    journal.appendEntry(entry(1, 1, 10));
    append(journal, 1, 5 * PER_SEGMENT);
    journal.dropLog(1, 1, null);
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L), written(journal));
    return journal;
  }

  @Test
  void theChunksOfASegmentAreListedInOrder() throws Exception {
    try (Journal journal = fiveSegments()) {
      List<Segments.Place> places = journal.segments().chunks(3);
      assertEquals(List.of(7L, 8L, 9L), places.stream().map(place -> place.id().number()).toList());
      Segments.Content content = journal.segments().read(places.get(1));
      assertEquals(chunk(8, CHUNK_BYTES), content.chunk());
      assertTrue(isContentOf(content.chunk(), content.bytes()));
    }
  }

  /** Gone from the middle, from the front, and side by side; started again after each. */
  @Test
  void theJournalGoesOnWithoutThem() throws Exception {
    Journal journal = fiveSegments();
    for (List<Long> gone : List.of(List.of(3L), List.of(1L), List.of(4L), List.of(2L))) {
      journal.segments().drop(gone);
      List<Long> left = written(journal);
      journal.close();
      Recorder recorder = new Recorder();
      journal = open(recorder);
      for (int i = 1; i <= 5 * PER_SEGMENT; i++) {
        long segment = (i - 1) / PER_SEGMENT + 1;
        boolean there = recorder.chunks.containsKey(chunk(i, CHUNK_BYTES).id());
        assertEquals(left.contains(segment), there, "chunk " + i + " of " + left);
      }
      assertEquals(1, recorder.startIndex, "the log begins where it was said to");
      assertEquals(journal.segments().active(), (long) written(journal).getLast());
    }
    journal.close();
  }

  /** Said durably, and not yet done: the next start does it. */
  @Test
  void aSegmentThatWasToGoIsRemovedByTheNextStart() throws Exception {
    MemoryDisk before;
    try (Journal journal = fiveSegments()) {
      before = disk.copy();
      journal.segments().drop(List.of(2L, 3L));
    }
    MemoryDisk between = before.copy();
    between.files.put(SegmentLinks.NAME, disk.files.get(SegmentLinks.NAME));
    Recorder recorder = new Recorder();
    Journal.open(world, between, options(), recorder).close();
    assertTrue(recorder.chunks.containsKey(chunk(1, CHUNK_BYTES).id()));
    assertTrue(!recorder.chunks.containsKey(chunk(4, CHUNK_BYTES).id()));
    assertTrue(!between.files.containsKey("journal-000000000002.seg"));
    assertTrue(!between.files.containsKey("journal-000000000003.seg"));
  }

  /** A file that is lost is another thing than one that was given back. */
  @Test
  void aSegmentThatNobodyGaveBackIsMissed() throws Exception {
    try (Journal journal = fiveSegments()) {
      journal.segments().drop(List.of(2L));
    }
    disk.files.remove("journal-000000000003.seg");
    JournalDamagedException refused = assertThrows(JournalDamagedException.class, this::open);
    assertTrue(refused.getMessage().contains("journal-000000000003.seg"), refused.getMessage());
  }

  @Test
  void whatTheLogNeedsStays() throws Exception {
    try (Journal journal = open()) {
      journal.appendEntry(entry(1, 1, 10));
      append(journal, 1, 2 * PER_SEGMENT);
      Position second = journal.appendEntry(entry(2, 1, 10));
      append(journal, 2 * PER_SEGMENT + 1, 4 * PER_SEGMENT);
      journal.dropLog(1, 1, second);
      assertEquals(second.segment(), journal.segments().freeOfLogBelow());
      assertThrows(
          IllegalArgumentException.class, () -> journal.segments().drop(List.of(second.segment())));
      journal.segments().drop(List.of(1L));
    }
    Recorder recorder = new Recorder();
    open(recorder).close();
    assertEquals(2, recorder.log.firstKey());
  }

  /**
   * Entries that another leader replaced lie in the segment in which the log begins now: they must
   * not come back, neither in their place nor copied to another.
   */
  @Test
  void replacedEntriesBeforeTheLogsBeginningStayReplaced() throws Exception {
    try (Journal journal = open()) {
      journal.appendEntry(entry(1, 1, 10));
      append(journal, 1, PER_SEGMENT + 1);
      journal.appendEntry(entry(2, 1, 10));
      journal.appendEntry(entry(3, 1, 10));
      journal.appendEntry(entry(2, 2, 10));
      makeDurable(journal);
      assertEquals(2, journal.segments().active());
      journal.dropLog(2, 2, null);
      journal.segments().drop(List.of(1L));
      Recorder recorder = new Recorder();
      Journal.open(world, disk.copy(), options(), recorder).close();
      assertEquals(2, recorder.startIndex);
      assertEquals(2, recorder.startTerm);
      assertTrue(recorder.log.isEmpty(), "came back: " + recorder.log);
    }
  }
}
