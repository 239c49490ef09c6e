package io.quorate.store.peer;

import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.CommandCodec;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.peer.PeerMessage.ProposedCommand;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the purge going when nobody writes. What commands let go of is purged bit by bit with each
 * entry of the log, as all peers must purge the same; once the last client has gone no entries
 * come, and what it deleted would keep its space. Then the leader appends some that do nothing
 * else. Lives on the leader's loop.
 */
final class IdlePurge {
  /** Calls after which one that was proposed, and came to nothing, is proposed again. */
  private static final int PATIENCE = 50;

  /** Ends a session that never was: refused by all, after a long step of purging. */
  private static final Command NOTHING = new Command.EndSession(0);

  private final Metadata metadata;
  private long lastIndex;
  private long proposedAtIndex = -1;
  private int waited;

  IdlePurge(Metadata metadata) {
    this.metadata = metadata;
  }

  /** What is to be proposed now, or null. Called every so often. */
  @Nullable ProposedCommand due(long random) {
    long index = metadata.appliedIndex();
    boolean idle = index - lastIndex <= 1;
    lastIndex = index;
    boolean underWay = index == proposedAtIndex && ++waited < PATIENCE;
    if (!idle || underWay || !metadata.isPurging()) {
      return null;
    }
    proposedAtIndex = index;
    waited = 0;
    SessionCommand command = new SessionCommand(0, random, 0, NOTHING);
    return new ProposedCommand(
        0, command.sequence(), true, List.of(), CommandCodec.encode(command));
  }
}
