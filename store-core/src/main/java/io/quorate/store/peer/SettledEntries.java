package io.quorate.store.peer;

import io.quorate.store.log.Entry;
import io.quorate.store.metadata.CommandCodec;
import io.quorate.store.metadata.MalformedCommandException;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.metadata.SessionCommand;

/**
 * Which entries may be appended without their chunks because the applied state answers or refuses
 * them anyway: the second exemption from the chunk rule.
 *
 * <p>The state must say so durably. Whoever holds such an entry may come to lead, after a crash of
 * all, peers that can not have its chunks either, since nobody has them any more. They need the
 * exemption in their turn, and for it the commit index that it rests on; a leader that has
 * forgotten that one can commit nothing of its own term to learn it anew, and all stand still for
 * good. What is flushed is known to be committed after any crash.
 *
 * <p>Lives on the loop.
 */
final class SettledEntries {
  private final Metadata metadata;
  private long term;
  private long index;

  /** An applied index at which the last entry asked about was settled; 0 if it was not. */
  private long settledAsOf;

  SettledEntries(Metadata metadata) {
    this.metadata = metadata;
  }

  /** Whether an entry is settled, also after a crash. If only that lacks, a flush is wanted. */
  boolean contains(Entry entry) {
    if (entry.index() != index || entry.term() != term) {
      index = entry.index();
      term = entry.term();
      settledAsOf = 0;
    }
    if (settledAsOf == 0 && isSettled(entry)) {
      settledAsOf = Math.max(1, metadata.appliedIndex());
    }
    return settledAsOf > 0 && metadata.flushedIndex() >= settledAsOf;
  }

  /** Whether the state is to be flushed, so that an entry which waits for its chunks may go on. */
  boolean wantFlush() {
    return metadata.flushedIndex() < settledAsOf;
  }

  private boolean isSettled(Entry entry) {
    try {
      SessionCommand command = CommandCodec.decode(entry.body());
      return metadata.settled(command.session(), command.sequence(), entry.chunks());
    } catch (MalformedCommandException e) {
      return true; // applying refuses it
    }
  }
}
