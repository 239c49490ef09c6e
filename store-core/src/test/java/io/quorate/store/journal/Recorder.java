package io.quorate.store.journal;

import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.HardState;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Keeps what a replay told, as a peer would. */
final class Recorder implements Replay {
  /** A chunk and where it is. */
  record Located(ChunkRef chunk, Position position) {}

  final Map<ChunkId, Located> chunks = new LinkedHashMap<>();
  final TreeMap<Long, Entry> log = new TreeMap<>();
  final TreeMap<Long, Position> logPositions = new TreeMap<>();
  HardState hardState = HardState.INITIAL;
  Position chunksKnownUpTo = new Position(0, 0, 0);
  long startIndex;
  long startTerm;

  @Override
  public Position chunksKnownUpTo() {
    return chunksKnownUpTo;
  }

  @Override
  public void logStart(long index, long term) {
    startIndex = index;
    startTerm = term;
  }

  @Override
  public void install(long index, long term) {
    logStart(index, term);
    log.clear();
    logPositions.clear();
  }

  @Override
  public void chunk(ChunkRef chunk, Position position) {
    chunks.put(chunk.id(), new Located(chunk, position));
  }

  @Override
  public void entry(Entry entry, Position position) {
    log.tailMap(entry.index(), true).clear();
    logPositions.tailMap(entry.index(), true).clear();
    if (entry.index() > startIndex) {
      log.put(entry.index(), entry);
      logPositions.put(entry.index(), position);
    }
  }

  @Override
  public void hardState(HardState state) {
    hardState = state;
  }

  @Override
  public void damagedEntry(long index, long term, Position position) {
    log.tailMap(index, true).clear();
    logPositions.tailMap(index, true).clear();
  }
}
