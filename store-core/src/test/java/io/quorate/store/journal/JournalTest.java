package io.quorate.store.journal;

import static io.quorate.store.journal.Samples.assertEntry;
import static io.quorate.store.journal.Samples.buffer;
import static io.quorate.store.journal.Samples.chunk;
import static io.quorate.store.journal.Samples.entry;
import static io.quorate.store.journal.Samples.isContentOf;
import static io.quorate.store.journal.Samples.makeDurable;
import static io.quorate.store.journal.Samples.options;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.HardState;
import io.quorate.store.world.NoSpaceException;
import io.quorate.store.world.RealWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The journal while it runs, and after orderly restarts. */
final class JournalTest {
  /** What the file of links takes. */
  private static final int LINKS_BYTES = 8 << 10;

  private final RealWorld world = RealWorld.create();
  private final MemoryDisk disk = new MemoryDisk();
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();

  @AfterEach
  void endThreads() {
    disk.syncGate = null;
    world.close();
  }

  private Journal open() throws IOException {
    return open(options(), new Recorder());
  }

  private Journal open(JournalOptions options, Recorder recorder) throws IOException {
    JournalOptions told =
        new JournalOptions(
            options.clusterId(),
            options.segmentBytes(),
            options.durability(),
            options.maxBatchBytes(),
            options.verifySealedChunks(),
            failure::complete);
    return Journal.open(world, disk, told, recorder);
  }

  @Test
  void readsBackAcrossSegmentsAndRestarts() throws Exception {
    Map<Position, ChunkRef> chunks = new TreeMap<>();
    Map<Position, Entry> entries = new TreeMap<>();
    long next = 1;
    for (int restart = 0; restart < 4; restart++) {
      Recorder recorder = new Recorder();
      try (Journal journal = open(options(), recorder)) {
        assertEquals(next - 1, recorder.chunks.size());
        assertEquals(next - 1, recorder.log.size());
        assertFalse(journal.suspect(), journal.recovered().detail());
        for (Recorder.Located located : recorder.chunks.values()) {
          ByteBuffer content = journal.readChunk(located.chunk(), located.position());
          assertTrue(isContentOf(located.chunk(), content));
        }
        for (Map.Entry<Long, Position> each : recorder.logPositions.entrySet()) {
          assertEntry(recorder.log.get(each.getKey()), journal.readEntry(each.getValue()));
        }
        chunks.clear();
        entries.clear();
        for (int i = 0; i < 60; i++, next++) {
          ChunkRef chunk = chunk(next, (int) (1 + next * 37 % 5000));
          Entry entry = entry(next, 1, (int) (next * 91 % 700), chunk);
          chunks.put(journal.appendChunk(chunk, buffer(chunk)), chunk);
          entries.put(journal.appendEntry(entry), entry);
        }
        journal.appendHardState(new HardState(restart + 1, 2));
        makeDurable(journal);
        for (Map.Entry<Position, ChunkRef> each : chunks.entrySet()) {
          assertTrue(
              isContentOf(each.getValue(), journal.readChunk(each.getValue(), each.getKey())));
        }
        for (Map.Entry<Position, Entry> each : entries.entrySet()) {
          assertEntry(each.getValue(), journal.readEntry(each.getKey()));
        }
      }
    }
    Recorder recorder = new Recorder();
    try (Journal journal = open(options().withVerifySealedChunks(true), recorder)) {
      assertEquals(new HardState(4, 2), recorder.hardState);
      assertEquals(new HardState(4, 2), journal.recovered().hardState());
      assertEquals(List.of(), journal.recovered().damagedChunks());
    }
    for (long i = 1; i < next; i++) {
      assertEntry(
          entry(i, 1, (int) (i * 91 % 700), chunk(i, (int) (1 + i * 37 % 5000))),
          recorder.log.get(i));
    }
  }

  @Test
  void aLargeEntryAndAnEmptyOneAreKept() throws Exception {
    JournalOptions large = options().withSegmentBytes(8 << 20);
    Entry big = entry(1, 1, 3 << 20);
    Entry empty = entry(2, 1, 0);
    try (Journal journal = open(large, new Recorder())) {
      journal.appendEntry(big);
      journal.appendEntry(empty);
    }
    Recorder recorder = new Recorder();
    open(large, recorder).close();
    assertEntry(big, recorder.log.get(1L));
    assertEntry(empty, recorder.log.get(2L));
  }

  @Test
  void readsFromMemoryWhileTheDiskIsBusy() throws Exception {
    try (Journal journal = open()) {
      hold(journal);
      ChunkRef chunk = chunk(1, 3000);
      Position position = journal.appendChunk(chunk, buffer(chunk));
      Entry entry = entry(1, 1, 10, chunk);
      Position entryPosition = journal.appendEntry(entry);
      assertTrue(journal.queuedBytes() > 3000);
      int writes = disk.writes.get();
      assertTrue(isContentOf(chunk, journal.readChunk(chunk, position)));
      assertTrue(journal.readChunk(chunk, position, 100, 50).equals(buffer(chunk).slice(100, 50)));
      assertEntry(entry, journal.readEntry(entryPosition));
      assertEquals(writes, disk.writes.get(), "nothing may have been written yet");
      release();
      makeDurable(journal);
      assertEquals(0, journal.queuedBytes());
      assertTrue(isContentOf(chunk, journal.readChunk(chunk, position)));
    }
  }

  /** Blocks the writer inside a sync. */
  private void hold(Journal journal) throws Exception {
    disk.syncGate = new Semaphore(0);
    disk.syncBegan.drainPermits();
    journal.appendEntry(entry(1_000_000, 1, 1));
    journal.whenDurable(() -> {});
    disk.syncBegan.acquire();
  }

  private void release() {
    Semaphore gate = disk.syncGate;
    disk.syncGate = null;
    gate.release(1_000);
  }

  @Test
  void thoseWhoWaitShareOneSyncAndAreAnsweredInOrder() throws Exception {
    try (Journal journal = open()) {
      hold(journal);
      List<Integer> answered = new ArrayList<>();
      CompletableFuture<Void> all = new CompletableFuture<>();
      int syncs = disk.syncs.get();
      int writes = disk.writes.get();
      for (int i = 0; i < 50; i++) {
        int number = i;
        ChunkRef chunk = chunk(i, 100);
        journal.appendChunk(chunk, buffer(chunk));
        journal.appendEntry(entry(i + 1, 1, 10, chunk));
        journal.whenDurable(
            () -> {
              answered.add(number);
              if (number == 49) {
                all.complete(null);
              }
            });
      }
      release();
      all.join();
      assertEquals(IntStream.range(0, 50).boxed().toList(), answered);
      assertEquals(syncs + 2, disk.syncs.get(), "the one that was held, and one for all fifty");
      assertEquals(writes + 1, disk.writes.get());
    }
  }

  @Test
  void nothingIsAnsweredBeforeItIsSynced() throws Exception {
    try (Journal journal = open()) {
      ChunkRef chunk = chunk(1, 2000);
      Position position = journal.appendChunk(chunk, buffer(chunk));
      journal.appendHardState(new HardState(3, 1));
      CompletableFuture<MemoryDisk> seen = new CompletableFuture<>();
      journal.whenDurable(() -> seen.complete(disk.copy()));
      MemoryDisk then = seen.join();
      String segment = SegmentFiles.name(position.segment());
      byte[] synced = then.files.get(segment).synced;
      assertTrue(
          isContentOf(
              chunk,
              ByteBuffer.wrap(synced)
                  .slice(position.offsetBytes() + RecordFormat.HEADER_BYTES, 2000)));
      HardStateFile second = HardStateFile.open(onlySynced(then), Samples.CLUSTER);
      assertEquals(new HardState(3, 1), second.newest());
    }
  }

  private static MemoryDisk onlySynced(MemoryDisk from) {
    MemoryDisk left = from.copy();
    left.files.values().forEach(content -> content.bytes = content.synced.clone());
    return left;
  }

  @Test
  void chunksAloneForceNoSync() throws Exception {
    try (Journal journal = open()) {
      int syncs = disk.syncs.get();
      ChunkRef chunk = chunk(1, 100);
      journal.appendChunk(chunk, buffer(chunk));
      while (journal.writes() == 0) {
        Thread.onSpinWait();
      }
      assertEquals(syncs, disk.syncs.get());
      makeDurable(journal);
      assertEquals(syncs + 1, disk.syncs.get());
      makeDurable(journal);
      assertEquals(syncs + 1, disk.syncs.get(), "there was nothing more to sync");
    }
  }

  @Test
  void memoryDurabilitySyncsTermAndVoteOnly() throws Exception {
    try (Journal journal = open(options().withDurability(Durability.MEMORY), new Recorder())) {
      int syncs = disk.syncs.get();
      journal.appendEntry(entry(1, 1, 10));
      makeDurable(journal);
      assertEquals(syncs, disk.syncs.get());
      journal.appendHardState(new HardState(1, 3));
      makeDurable(journal);
      assertEquals(syncs + 1, disk.syncs.get());
      MemoryDisk left = onlySynced(disk);
      assertEquals(new HardState(1, 3), HardStateFile.open(left, Samples.CLUSTER).newest());
    }
  }

  @Test
  void memoryDurabilityIsSuspectAfterAnUncleanBootOnly() throws Exception {
    JournalOptions memory = options().withDurability(Durability.MEMORY);
    Journal journal = open(memory, new Recorder());
    journal.appendEntry(entry(1, 1, 10));
    makeDurable(journal);
    MemoryDisk killed = disk.copy();
    journal.close();
    MemoryDisk closed = disk.copy();
    MemoryDisk rebooted = killed.copy();
    rebooted.bootId = 2;
    closed.bootId = 2;
    assertEquals(Recovery.Suspicion.NONE, suspicion(killed, memory));
    assertEquals(Recovery.Suspicion.NONE, suspicion(closed, memory));
    assertEquals(Recovery.Suspicion.UNCLEAN_BOOT, suspicion(rebooted, memory));
    assertEquals(
        Recovery.Suspicion.UNCLEAN_BOOT, suspicion(rebooted, options()), "it stays suspect");
  }

  private Recovery.Suspicion suspicion(MemoryDisk of, JournalOptions options) throws IOException {
    try (Journal journal = Journal.open(world, of, options, new Recorder())) {
      return journal.recovered().suspicion();
    }
  }

  @Test
  void aFailedSyncIsFinal() throws Exception {
    Journal journal = open();
    Position kept = journal.appendEntry(entry(1, 1, 10));
    makeDurable(journal);
    disk.failSyncs = true;
    boolean[] answered = {false};
    journal.appendEntry(entry(2, 1, 10));
    journal.whenDurable(() -> answered[0] = true);
    assertEquals("sync failed on purpose", failure.join().getMessage());
    disk.failSyncs = false;
    JournalFailedException refused =
        assertThrows(JournalFailedException.class, () -> journal.appendEntry(entry(3, 1, 10)));
    assertTrue(refused.getMessage().contains("sync failed on purpose"));
    assertThrows(JournalFailedException.class, () -> journal.whenDurable(() -> {}));
    assertThrows(JournalFailedException.class, () -> journal.appendHardState(new HardState(1, 1)));
    assertEntry(entry(1, 1, 10), journal.readEntry(kept));
    int syncs = disk.syncs.get();
    journal.close();
    assertEquals(syncs, disk.syncs.get(), "a failed journal never syncs again");
    assertFalse(answered[0]);
  }

  @Test
  void aFailedWriteIsFinal() throws Exception {
    Journal journal = open();
    disk.failWrites = true;
    Position unwritten = journal.appendEntry(entry(1, 1, 10));
    failure.join();
    assertThrows(JournalFailedException.class, () -> journal.appendEntry(entry(2, 1, 10)));
    assertEntry(entry(1, 1, 10), journal.readEntry(unwritten));
    journal.close();
  }

  @Test
  void aFullDiskRefusesAndLosesNothing() throws Exception {
    disk.capacityBytes = 5 * Samples.SMALL_SEGMENT_BYTES + LINKS_BYTES;
    List<ChunkRef> accepted = new ArrayList<>();
    List<Position> positions = new ArrayList<>();
    NoSpaceException refused = null;
    Journal journal = open();
    for (long i = 1; refused == null; i++) {
      ChunkRef chunk = chunk(i, 9_000);
      try {
        positions.add(journal.appendChunk(chunk, buffer(chunk)));
        accepted.add(chunk);
        makeDurable(journal);
      } catch (NoSpaceException e) {
        refused = e;
      }
    }
    assertTrue(refused.getMessage().contains("9000 bytes"), refused.getMessage());
    assertEquals(4 * 5 - 1, accepted.size(), "five to a segment, less the reserve");
    assertTrue(journal.usableBytes() < 9_000 + 1_000);
    journal.appendEntry(entry(1, 1, 10));
    for (int term = 1; term <= 500; term++) {
      journal.appendHardState(new HardState(term, 1));
    }
    makeDurable(journal);
    assertFalse(failure.isDone());
    for (int i = 0; i < accepted.size(); i++) {
      assertTrue(
          isContentOf(accepted.get(i), journal.readChunk(accepted.get(i), positions.get(i))));
    }
    journal.close();
    disk.capacityBytes += 3 * Samples.SMALL_SEGMENT_BYTES;
    Recorder recorder = new Recorder();
    try (Journal again = open(options(), recorder)) {
      assertEquals(accepted.size(), recorder.chunks.size());
      assertEquals(new HardState(500, 1), recorder.hardState);
      assertEquals(1, recorder.log.size());
      again.appendChunk(chunk(1_000, 9_000), buffer(chunk(1_000, 9_000)));
    }
  }

  @Test
  void appendsGoOnOnceThereIsSpaceAgain() throws Exception {
    disk.capacityBytes = 3 * Samples.SMALL_SEGMENT_BYTES;
    try (Journal journal = open()) {
      ChunkRef chunk = chunk(1, 20_000);
      assertThrows(
          NoSpaceException.class,
          () -> {
            while (true) {
              journal.appendChunk(chunk, buffer(chunk));
              makeDurable(journal);
            }
          });
      disk.capacityBytes = 1L << 30;
      while (journal.usableBytes() < 1 << 20) {
        Thread.onSpinWait();
      }
      journal.appendChunk(chunk, buffer(chunk));
      makeDurable(journal);
    }
  }

  /** Many more bytes than are allocated, appended before the writer has had a turn. */
  @Test
  void aBurstMayRunAheadOfTheWriter() throws Exception {
    List<ChunkRef> chunks = new ArrayList<>();
    List<Position> positions = new ArrayList<>();
    try (Journal journal = open()) {
      hold(journal);
      for (int i = 0; i < 40; i++) {
        ChunkRef chunk = chunk(i, 20_000);
        chunks.add(chunk);
        positions.add(journal.appendChunk(chunk, buffer(chunk)));
      }
      release();
      makeDurable(journal);
      for (int i = 0; i < 40; i++) {
        assertTrue(isContentOf(chunks.get(i), journal.readChunk(chunks.get(i), positions.get(i))));
      }
    }
    assertEquals(40, Samples.openAndClose(world, disk).chunks.size());
  }

  @Test
  void whatNoSegmentCouldHoldIsRefused() throws Exception {
    try (Journal journal = open()) {
      ChunkRef chunk = chunk(1, 100_000);
      IllegalArgumentException refused =
          assertThrows(
              IllegalArgumentException.class, () -> journal.appendChunk(chunk, buffer(chunk)));
      assertTrue(refused.getMessage().contains("segmentBytes"));
      assertThrows(
          IllegalArgumentException.class,
          () -> journal.appendChunk(chunk, ByteBuffer.allocate(99_999)));
      journal.appendEntry(entry(1, 1, 10));
      makeDurable(journal);
    }
  }

  @Test
  void anIdleRestartTakesNoSpace() throws Exception {
    try (Journal journal = open()) {
      journal.appendEntry(entry(1, 1, 10));
    }
    for (int i = 0; i < 20; i++) {
      open().close();
      assertTrue(
          disk.files.size() <= 5, "old segment, active, next, hard state, links: " + disk.list());
    }
  }

  @Test
  void aRestartGivesBackWhatTheOldSegmentDidNotUse() throws Exception {
    try (Journal journal = open()) {
      journal.appendEntry(entry(1, 1, 10));
      makeDurable(journal);
    }
    long before = disk.usableBytes();
    for (int i = 2; i < 22; i++) {
      try (Journal journal = open()) {
        journal.appendEntry(entry(i, 1, 10));
        makeDurable(journal);
      }
    }
    assertTrue(before - disk.usableBytes() < 20 * 20_000);
    assertEquals(21, Samples.openAndClose(world, disk).log.size());
  }

  @Test
  void membershipIsFoundAgain() throws Exception {
    byte[] membership = {1, 2, 3};
    try (Journal journal = open()) {
      journal.setMembership(membership);
      assertThrows(IllegalArgumentException.class, () -> journal.setMembership(new byte[5000]));
      for (int i = 0; i < 5; i++) {
        ChunkRef chunk = chunk(i, 30_000);
        journal.appendChunk(chunk, buffer(chunk));
        makeDurable(journal);
      }
    }
    for (int i = 0; i < 3; i++) {
      try (Journal journal = open()) {
        assertArrayEquals(membership, journal.recovered().membership());
      }
    }
  }

  @Test
  void laterEntriesSupersede() throws Exception {
    try (Journal journal = open()) {
      for (int i = 1; i <= 5; i++) {
        journal.appendEntry(entry(i, 1, 10));
      }
      journal.appendEntry(entry(3, 2, 10));
    }
    Recorder recorder = Samples.openAndClose(world, disk);
    assertEquals(List.of(1L, 2L, 3L), List.copyOf(recorder.log.keySet()));
    assertEquals(2, recorder.log.get(3L).term());
  }

  @Test
  void closeWritesWhatIsQueuedAndRefusesMore() throws Exception {
    Journal journal = open();
    hold(journal);
    CompletableFuture<Void> answered = new CompletableFuture<>();
    journal.appendEntry(entry(1, 1, 10));
    journal.whenDurable(() -> answered.complete(null));
    release();
    journal.close();
    journal.close();
    assertTrue(answered.isDone());
    assertThrows(JournalFailedException.class, () -> journal.appendEntry(entry(2, 1, 10)));
    assertNotEquals(0, Samples.openAndClose(world, onlySynced(disk)).log.size());
  }
}
