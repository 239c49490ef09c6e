package io.quorate.store.net.wire;

import io.quorate.store.consensus.ConsensusMessage;
import io.quorate.store.consensus.Promise;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.Features;
import io.quorate.store.gateway.MemberCall;
import io.quorate.store.gateway.ScrubDemand;
import io.quorate.store.gateway.Upkeep;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import io.quorate.store.log.Membership;
import io.quorate.store.metadata.Digest;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.peer.CheckpointManifest;
import io.quorate.store.peer.PeerMessage;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/** One of each message, with values that show when two fields are mixed up. */
public final class Samples {
  /** No value of it is a default one, nor twice there. */
  public static final Upkeep UPKEEP =
      new Upkeep(
          new Upkeep.Content(true, 7, 1L << 33, 6, 9),
          new Upkeep.Checkpoint(10, 1L << 34),
          new Upkeep.Scrub(
              true,
              11,
              12,
              13,
              1L << 41,
              14,
              15,
              new Upkeep.Demanded(-20, true, 21, 22, 23, 24, true)),
          new Upkeep.Space(16, 17, 18, -1, 1L << 50));

  private Samples() {}

  /** A chunk of seeded content. */
  public static Chunk chunk(long session, long number, int lengthBytes) {
    byte[] content = new byte[lengthBytes];
    new Random(session * 31 + number).nextBytes(content);
    ByteBuffer buffer = ByteBuffer.wrap(content);
    return new Chunk(
        new ChunkRef(new ChunkId(session, number), lengthBytes, Chunks.crc32c(buffer)), buffer);
  }

  static List<PeerMessage> peerMessages() {
    ChunkRef first = chunk(7, 1, 100).ref();
    ChunkRef second = chunk(-7, -1, 1 << 20).ref();
    Entry entry =
        new Entry(5, 3, -17, EntryKind.COMMAND, List.of(first, second), new byte[] {1, 2, 3});
    Entry noOp = new Entry(6, 4, 18, EntryKind.NO_OP, List.of(), new byte[0]);
    return List.of(
        consensus(new ConsensusMessage.RequestVote(1, 2, true, false, 3, 4, 5, 0)),
        consensus(new ConsensusMessage.RequestVote(1, -2, false, true, 3, 4, 5, 6)),
        consensus(new ConsensusMessage.VoteReply(1, 2, true, true, false, 3, 0)),
        consensus(new ConsensusMessage.VoteReply(1, 2, false, false, true, 3, 1L << 50)),
        consensus(
            new ConsensusMessage.AppendEntries(
                9, 8, 4, 2, List.of(entry, noOp), 3, 11, true, 2, 10, false, 4)),
        consensus(
            new ConsensusMessage.AppendEntries(
                9, 8, 4, 2, List.of(), 3, 11, false, 0, -10, true, 0)),
        consensus(new ConsensusMessage.AppendReply(1, 2, true, 3, 4, 5, 6, 0, 0, true)),
        consensus(
            new ConsensusMessage.AppendReply(1, 2, false, -3, 4, 5, -6, -7, Long.MAX_VALUE, false)),
        consensus(new ConsensusMessage.ReadIndexRequest(1, 2, 3)),
        consensus(new ConsensusMessage.ReadIndexReply(1, 2, 3, -1)),
        consensus(new ConsensusMessage.TimeoutNow(1, 2)),
        new PeerMessage.PushChunk(chunk(7, 1, 1)),
        new PeerMessage.PushChunk(chunk(7, 2, 1 << 20)),
        new PeerMessage.PullChunks(List.of(first, second)),
        new PeerMessage.PulledChunk(chunk(7, 3, 40_000)),
        new PeerMessage.MissingChunk(second, -1),
        new PeerMessage.Propose(
            77,
            List.of(
                new PeerMessage.ProposedCommand(1, 2, true, List.of(first), new byte[] {4, 5}),
                new PeerMessage.ProposedCommand(-3, -4, false, List.of(), new byte[0]))),
        new PeerMessage.ProposalRefused(
            78,
            List.of(new PeerMessage.CommandId(1, 2), new PeerMessage.CommandId(-1, -2)),
            PeerMessage.Refusal.NO_SPACE),
        new PeerMessage.Returned(-77, 3),
        new PeerMessage.Promised(-77, new Promise(5, 2, 1L << 40, 99)),
        new PeerMessage.CheckpointOffer(
            new CheckpointManifest(
                -9,
                new Metadata.Moment(7, 6, 5, new Digest(4, -3), new byte[] {2, 1}),
                List.of(
                    new CheckpointManifest.File("000012.sst", 1L << 40),
                    new CheckpointManifest.File("CURRENT", 0)))),
        new PeerMessage.CheckpointPull(-9, 1, 1L << 33),
        new PeerMessage.CheckpointPart(
            -9,
            1,
            1L << 33,
            Chunks.crc32c(ByteBuffer.wrap(new byte[] {1, 2, 3})),
            ByteBuffer.wrap(new byte[] {1, 2, 3})),
        new PeerMessage.CheckpointGone(-9),
        new PeerMessage.ScrubNow(new ScrubDemand(-3, 4, ScrubDemand.FULL_SPEED)),
        new PeerMessage.Readmit(Long.MAX_VALUE, false, true, false),
        new PeerMessage.Readmit(7, true, false, true),
        new PeerMessage.ChangeMembers(-3, new MemberCall.Show()),
        new PeerMessage.ChangeMembers(-3, new MemberCall.Add(5, "host5:7400")),
        new PeerMessage.ChangeMembers(-3, new MemberCall.Remove(2)),
        new PeerMessage.ChangeMembers(-3, new MemberCall.Replace(2, 5, "[::1]:7400")),
        new PeerMessage.MembersRefused(0, 1L << 40, "it is a member already"),
        new PeerMessage.Census(Long.MIN_VALUE, 9),
        new PeerMessage.Counted(5, 1L << 62, true),
        new PeerMessage.Awaited(),
        new PeerMessage.Members(
            new Membership(9, new TreeMap<>(Map.of(1, 1L, 2, 7L)), new TreeMap<>(Map.of(5, 0L)))
                .reachedAt(new TreeMap<>(Map.of(1, "a:1", 5, "e:5")))
                .replacing(2, 5)
                .forcedOnto(Set.of(1), "by somebody")),
        new PeerMessage.Report(
            1, 2, 3, 4, -5, 6, 7, 8, true, true, "a disk is slow", UPKEEP, new Features(2, 3)),
        new PeerMessage.Report(
            1, 2, 3, 4, -5, 6, 7, 8, true, true, "", Upkeep.UNKNOWN, Features.FIRST));
  }

  private static PeerMessage consensus(ConsensusMessage message) {
    return new PeerMessage.Consensus(message);
  }
}
