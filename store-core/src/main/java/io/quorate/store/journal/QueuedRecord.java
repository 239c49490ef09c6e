package io.quorate.store.journal;

import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.HardState;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A record on its way to the disk; it is read from here until it is written. */
sealed interface QueuedRecord {
  /** Its place, or null if only the second place of a hard state is left to write. */
  @Nullable Position position();

  /** A chunk; the buffer is shared with the caller and never changed. */
  record QueuedChunk(Position position, ChunkRef chunk, ByteBuffer content)
      implements QueuedRecord {}

  /** A log entry. */
  record QueuedEntry(Position position, Entry entry) implements QueuedRecord {}

  /** The state after that entry was taken from another peer. */
  record QueuedInstall(Position position, long index, long term) implements QueuedRecord {}

  /** Term and vote. */
  record QueuedHardState(@Nullable Position position, HardState state) implements QueuedRecord {}
}
