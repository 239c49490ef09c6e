package io.quorate.store.log;

import java.util.List;

/**
 * One entry of the replicated log.
 *
 * @param index position in the log, from 1
 * @param term term of the leader that appended it
 * @param stampNanos the entry's time: max(leader's wall clock, previous stamp + 1), nanoseconds
 *     since 1970
 * @param kind what {@code body} holds
 * @param chunks the chunks that must be durable ahead of the entry (the chunk rule); empty mostly
 * @param body encoded proposal ({@link EntryKind#COMMAND}), membership, or nothing; never changed
 *     after construction
 */
public record Entry(
    long index, long term, long stampNanos, EntryKind kind, List<ChunkRef> chunks, byte[] body) {

  public Entry {
    chunks = List.copyOf(chunks);
  }

  /** Bytes that the entry weighs in queues and batches. */
  public int weightBytes() {
    return 64 + 24 * chunks.size() + body.length;
  }

  @Override
  public String toString() {
    return kind + "@" + index + "/" + term + (chunks.isEmpty() ? "" : " chunks=" + chunks);
  }
}
