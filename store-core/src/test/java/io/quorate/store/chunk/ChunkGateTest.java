package io.quorate.store.chunk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quorate.store.consensus.ConsensusMessage.AppendEntries;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Conversations with the gate: what goes in, what may be stepped then. */
class ChunkGateTest {
  private static final long GRACE = 100;
  private static final int LEADER = 1;
  private final Set<ChunkId> held = new HashSet<>();
  private final Set<Long> settled = new HashSet<>();
  private final ChunkGate gate =
      new ChunkGate(held::contains, entry -> settled.contains(entry.index()), GRACE);
  private long commit;
  private long round;

  @Test
  void entryWithoutChunksPassesAtOnce() {
    assertEquals("0:[1 2]", offer(0, entry(1), entry(2)));
  }

  @Test
  void entryWhoseChunksAreHeldPassesAtOnce() {
    held.add(chunk(7));
    assertEquals("0:[1]", offer(0, entry(1, 7)));
  }

  @Test
  void longestPrefixPassesAndTheRestFollowsTheChunk() {
    assertEquals("0:[1]", offer(0, entry(1), entry(2, 7), entry(3)));
    assertEquals("1:[2 3]", arrive(7));
  }

  @Test
  void laterAppendsWaitBehindInOrder() {
    assertEquals("0:[]", offer(0, entry(1, 7)));
    assertEquals("0:[]", offer(1, entry(2)));
    assertEquals("0:[]", offer(2, entry(3, 8)));
    assertEquals("0:[1] 1:[2]", arrive(7));
    assertEquals("2:[3]", arrive(8));
  }

  @Test
  void chunkOfALaterEntryReleasesNothing() {
    offer(0, entry(1, 7));
    offer(1, entry(2, 8));
    assertEquals("", arrive(8));
    assertEquals("0:[1] 1:[2]", arrive(7));
  }

  @Test
  void entryThatLacksTwoChunksWaitsForBoth() {
    assertEquals("0:[]", offer(0, entry(1, 7, 8)));
    assertEquals("", arrive(7));
    assertEquals("0:[1]", arrive(8));
  }

  @Test
  void signsOfLifePassWhileEntriesWait() {
    round = 5;
    AppendEntries sign = gate.offer(LEADER, append(1, 4, entry(5, 7)), 0).getFirst();
    // After index 0: every log matches, so nothing is refused and the leader does not back off.
    assertEquals(0, sign.prevIndex());
    assertEquals(0, sign.prevTerm());
    assertEquals(5, sign.round());
    assertEquals("3:[]", offer(3));
  }

  @Test
  void committedEntryNeedsNoChunk() {
    commit = 3;
    assertEquals("2:[3]", offer(2, entry(3, 7)));
    assertEquals("0:[]", offer(3, entry(4, 8)));
    commit = 4;
    assertEquals("3:[4] 2:[]", offer(2));
  }

  @Test
  void settledEntryNeedsNoChunk() {
    settled.add(1L);
    assertEquals("0:[1]", offer(0, entry(1, 7)));
  }

  @Test
  void anotherTermsEntriesAreForgotten() {
    offer(0, entry(1, 7));
    assertEquals("0:[]", texts(gate.offer(2, append(2, 0), 0)));
    assertEquals("", arrive(7));
  }

  @Test
  void staleTermGoesStraightToConsensus() {
    gate.offer(2, append(2, 0), 0);
    assertEquals("0:[1]", texts(gate.offer(LEADER, append(1, 0, entry(1, 7)), 0)));
  }

  @Test
  void chunkIsWantedAfterTheGrace() {
    offer(0, entry(1, 7), entry(2, 8));
    assertEquals(List.of(), gate.wanted(GRACE - 1));
    assertEquals(List.of(chunk(7), chunk(8)), ids(gate.wanted(GRACE)));
    arrive(7);
    assertEquals(List.of(chunk(8)), ids(gate.wanted(GRACE)));
  }

  @Test
  void resentEntriesDoNoHarm() {
    offer(0, entry(1, 7));
    offer(0, entry(1, 7), entry(2));
    assertEquals("0:[1] 0:[1 2]", arrive(7));
  }

  @Test
  void whatFindsTheGateFullIsDropped() {
    offer(0, entry(1, 7));
    for (int index = 2; index <= 40; index++) {
      gate.offer(LEADER, append(1, index - 1, large(index)), 0);
    }
    held.add(chunk(7));
    List<AppendEntries> passed = gate.chunkArrived(chunk(7));
    assertEquals(1 + 15, passed.size());
    assertEquals(16, passed.getLast().entries().getFirst().index());
  }

  private String offer(long prevIndex, Entry... entries) {
    return texts(gate.offer(LEADER, append(1, prevIndex, entries), 0));
  }

  private String arrive(int number) {
    held.add(chunk(number));
    return texts(gate.chunkArrived(chunk(number)));
  }

  private AppendEntries append(long term, long prevIndex, Entry... entries) {
    long prevTerm = prevIndex == 0 ? 0 : 1;
    return new AppendEntries(
        term, 101, prevIndex, prevTerm, List.of(entries), commit, round, true, 0, 0, false, 0);
  }

  private static Entry entry(long index, int... chunks) {
    List<ChunkRef> refs = new ArrayList<>();
    for (int number : chunks) {
      refs.add(new ChunkRef(chunk(number), 10, 0));
    }
    return new Entry(index, 1, index, EntryKind.COMMAND, refs, new byte[8]);
  }

  private static Entry large(long index) {
    return new Entry(index, 1, index, EntryKind.COMMAND, List.of(), new byte[512 << 10]);
  }

  private static ChunkId chunk(int number) {
    return new ChunkId(1, number);
  }

  private static List<ChunkId> ids(List<ChunkRef> chunks) {
    return chunks.stream().map(ChunkRef::id).toList();
  }

  private static String texts(List<AppendEntries> passed) {
    return passed.stream()
        .map(
            append ->
                append.prevIndex()
                    + ":"
                    + append.entries().stream()
                        .map(entry -> Long.toString(entry.index()))
                        .collect(Collectors.joining(" ", "[", "]")))
        .collect(Collectors.joining(" "));
  }
}
