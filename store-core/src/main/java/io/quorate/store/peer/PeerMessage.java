package io.quorate.store.peer;

import io.quorate.store.consensus.ConsensusMessage;
import io.quorate.store.consensus.Promise;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.Features;
import io.quorate.store.gateway.MemberCall;
import io.quorate.store.gateway.ScrubDemand;
import io.quorate.store.gateway.Upkeep;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Membership;
import java.nio.ByteBuffer;
import java.util.List;

/** What one peer sends to another. The transport may lose any of them, and reorders none. */
public sealed interface PeerMessage {

  /** A message of the log. */
  record Consensus(ConsensusMessage message) implements PeerMessage {}

  /** Content from the peer that received it, for every journal. Not answered. */
  record PushChunk(Chunk chunk) implements PeerMessage {}

  /** Asks for chunks that the sender lacks. */
  record PullChunks(List<ChunkRef> chunks) implements PeerMessage {
    public PullChunks {
      chunks = List.copyOf(chunks);
    }
  }

  /** Answers a pull. */
  record PulledChunk(Chunk chunk) implements PeerMessage {}

  /**
   * Answers a pull: not held, at that applied index.
   *
   * @param appliedIndex {@link ChunkExchange#UNSURE} if it may be there, and can not be read now
   */
  record MissingChunk(ChunkRef chunk, long appliedIndex) implements PeerMessage {}

  /**
   * Asks the leader to append commands.
   *
   * @param ticket the sender's name for the group; comes back in {@link ProposalRefused}
   */
  record Propose(long ticket, List<ProposedCommand> commands) implements PeerMessage {
    public Propose {
      commands = List.copyOf(commands);
    }
  }

  /** An encoded {@link io.quorate.store.metadata.SessionCommand} and the chunks that it names. */
  record ProposedCommand(
      long session, long sequence, boolean freesSpace, List<ChunkRef> chunks, byte[] body) {
    public ProposedCommand {
      chunks = List.copyOf(chunks);
    }

    CommandId commandId() {
      return new CommandId(session, sequence);
    }
  }

  /** These, of the group {@code ticket}, were not appended on its account and will not be. */
  record ProposalRefused(long ticket, List<CommandId> commands, Refusal refusal)
      implements PeerMessage {
    public ProposalRefused {
      commands = List.copyOf(commands);
    }
  }

  /** Names a command within the cluster. */
  record CommandId(long session, long sequence) {}

  /** Why the leader did not append. */
  enum Refusal {
    NOT_LEADER,
    NO_QUORUM,
    NO_SPACE,
    OVERLOADED
  }

  /** The leader has a checkpoint for a peer that lacks entries which are no longer in the log. */
  record CheckpointOffer(CheckpointManifest manifest) implements PeerMessage {}

  /**
   * Asks for a part of a checkpoint.
   *
   * @param file number of the file in the manifest, from 0
   */
  record CheckpointPull(long id, int file, long offset) implements PeerMessage {}

  /**
   * Answers {@link CheckpointPull}; not more than {@link #MAX_BYTES}.
   *
   * @param crc32c CRC32C of the content, checked on receipt
   */
  record CheckpointPart(long id, int file, long offset, int crc32c, ByteBuffer content)
      implements PeerMessage {
    public static final int MAX_BYTES = 512 << 10;
  }

  /**
   * Answers {@link CheckpointPull}: that checkpoint is not there any more. From who took it: it was
   * of no use.
   */
  record CheckpointGone(long id) implements PeerMessage {}

  /**
   * The sender has started, and asks what it had promised before.
   *
   * @param start the sender's name for this start; comes back in {@link Promised}
   */
  record Returned(long start, long incarnation) implements PeerMessage {}

  /**
   * Asks the leader to readmit the sender as {@code incarnation}: it may have forgotten what it
   * promised as others. Not answered: the log tells.
   *
   * @param newcomer whether its disk is a new one: then it learns before it votes
   * @param complete whether it lacks no content that it knows of, and has written down who it is
   * @param first whether it comes for the first time: then only as one that is awaited
   */
  record Readmit(long incarnation, boolean newcomer, boolean complete, boolean first)
      implements PeerMessage {}

  /**
   * An operator's wish, on its way to the leader. What comes of it the log tells; a refusal is sent
   * back.
   *
   * @param ticket the sender's name for it; comes back in {@link MembersRefused}
   */
  record ChangeMembers(long ticket, MemberCall call) implements PeerMessage {}

  /**
   * Answers {@link ChangeMembers}, or the wish of one that joins (ticket 0): it is not done.
   *
   * @param index up to which was committed when the leader judged
   */
  record MembersRefused(long ticket, long index, String why) implements PeerMessage {}

  /**
   * Who the members are, as far as the sender knows it agreed on. Sent beside each report, so that
   * one that comes back after long, or for the first time, finds those who came meanwhile: it may
   * know only peers that do not lead. For links alone; who counts, the log says.
   */
  record Members(Membership members) implements PeerMessage {}

  /** Answers the first wish of one that joins: it may come. */
  record Awaited() implements PeerMessage {}

  /** Asks whether the receiver holds, durably, all content that is in use after that entry. */
  record Census(long number, long index) implements PeerMessage {}

  /** Answers {@link Census}; not sent while that entry is not applied there. */
  record Counted(long number, long incarnation, boolean complete) implements PeerMessage {}

  /** Asks for a look over all that the receiver stores. Not answered: its reports tell. */
  record ScrubNow(ScrubDemand demand) implements PeerMessage {}

  /** Answers {@link Returned}: what the sender knows of the asker. */
  record Promised(long start, Promise promise) implements PeerMessage {}

  /**
   * A peer's own account of itself, sent to all every second and on change.
   *
   * @param digestIndex the index that the digest belongs to: the applied index of an idle peer, the
   *     last round one of a busy peer, so that peers meet at equal indexes
   * @param catchingUp whether it is taking a checkpoint
   * @param upkeep what it mends, looks over and stores
   */
  record Report(
      long incarnation,
      long appliedIndex,
      long commitIndex,
      long digestIndex,
      long digestHigh,
      long digestLow,
      long usableBytes,
      long totalBytes,
      boolean suspect,
      boolean catchingUp,
      String detail,
      Upkeep upkeep,
      Features features)
      implements PeerMessage {}
}
