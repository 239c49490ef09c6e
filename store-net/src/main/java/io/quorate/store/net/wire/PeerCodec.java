package io.quorate.store.net.wire;

import io.quorate.store.consensus.ConsensusMessage;
import io.quorate.store.consensus.Promise;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.net.proto.Awaited;
import io.quorate.store.net.proto.Census;
import io.quorate.store.net.proto.ChangeMembers;
import io.quorate.store.net.proto.CheckpointGone;
import io.quorate.store.net.proto.CheckpointOffer;
import io.quorate.store.net.proto.CheckpointPart;
import io.quorate.store.net.proto.CheckpointPull;
import io.quorate.store.net.proto.CommandId;
import io.quorate.store.net.proto.Counted;
import io.quorate.store.net.proto.Header;
import io.quorate.store.net.proto.MembersRefused;
import io.quorate.store.net.proto.MissingChunk;
import io.quorate.store.net.proto.Promised;
import io.quorate.store.net.proto.ProposalRefused;
import io.quorate.store.net.proto.ProposeGroup;
import io.quorate.store.net.proto.ProposedCommand;
import io.quorate.store.net.proto.PullChunks;
import io.quorate.store.net.proto.Readmit;
import io.quorate.store.net.proto.Report;
import io.quorate.store.net.proto.Returned;
import io.quorate.store.peer.CheckpointManifest;
import io.quorate.store.peer.PeerMessage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What peers send each other, as frames. */
public final class PeerCodec {
  private PeerCodec() {}

  public static Frame encode(PeerMessage message) {
    return switch (message) {
      case PeerMessage.Consensus m -> Frame.of(ConsensusCodec.encode(m.message()));
      case PeerMessage.PushChunk m ->
          carrying(Header.newBuilder().setPushChunk(Chunks.encode(m.chunk().ref())), m.chunk());
      case PeerMessage.PulledChunk m ->
          carrying(Header.newBuilder().setPulledChunk(Chunks.encode(m.chunk().ref())), m.chunk());
      case PeerMessage.PullChunks m ->
          Frame.of(
              Header.newBuilder()
                  .setPullChunks(PullChunks.newBuilder().addAllChunks(Chunks.encode(m.chunks()))));
      case PeerMessage.MissingChunk m ->
          Frame.of(
              Header.newBuilder()
                  .setMissingChunk(
                      MissingChunk.newBuilder()
                          .setChunk(Chunks.encode(m.chunk()))
                          .setAppliedIndex(m.appliedIndex())));
      case PeerMessage.Propose m -> Frame.of(Header.newBuilder().setProposeGroup(group(m)));
      case PeerMessage.ProposalRefused m ->
          Frame.of(Header.newBuilder().setProposalRefused(refused(m)));
      case PeerMessage.CheckpointOffer m ->
          Frame.of(
              Header.newBuilder()
                  .setCheckpointOffer(
                      CheckpointOffer.newBuilder()
                          .setManifest(ConsensusCodec.wrap(m.manifest().encode()))));
      case PeerMessage.CheckpointPull m ->
          Frame.of(
              Header.newBuilder()
                  .setCheckpointPull(
                      CheckpointPull.newBuilder()
                          .setId(m.id())
                          .setFile(m.file())
                          .setOffset(m.offset())));
      case PeerMessage.CheckpointPart m ->
          new Frame(
              Header.newBuilder()
                  .setCheckpointPart(
                      CheckpointPart.newBuilder()
                          .setId(m.id())
                          .setFile(m.file())
                          .setOffset(m.offset())
                          .setCrc32C(m.crc32c()))
                  .build(),
              List.of(m.content()));
      case PeerMessage.CheckpointGone m ->
          Frame.of(
              Header.newBuilder().setCheckpointGone(CheckpointGone.newBuilder().setId(m.id())));
      case PeerMessage.Report m -> Frame.of(Header.newBuilder().setReport(report(m)));
      case PeerMessage.ScrubNow m ->
          Frame.of(Header.newBuilder().setScrubNow(UpkeepCodec.encode(m.demand())));
      case PeerMessage.Returned m ->
          Frame.of(
              Header.newBuilder()
                  .setReturned(
                      Returned.newBuilder().setStart(m.start()).setIncarnation(m.incarnation())));
      case PeerMessage.Readmit m ->
          Frame.of(
              Header.newBuilder()
                  .setReadmit(
                      Readmit.newBuilder()
                          .setIncarnation(m.incarnation())
                          .setNewcomer(m.newcomer())
                          .setComplete(m.complete())
                          .setFirst(m.first())));
      case PeerMessage.ChangeMembers m ->
          Frame.of(
              Header.newBuilder()
                  .setChangeMembers(
                      ChangeMembers.newBuilder()
                          .setTicket(m.ticket())
                          .setChange(MembersCodec.encode(m.call()))));
      case PeerMessage.MembersRefused m ->
          Frame.of(
              Header.newBuilder()
                  .setMembersRefused(
                      MembersRefused.newBuilder()
                          .setTicket(m.ticket())
                          .setIndex(m.index())
                          .setWhy(m.why())));
      case PeerMessage.Census m ->
          Frame.of(
              Header.newBuilder()
                  .setCensus(Census.newBuilder().setNumber(m.number()).setIndex(m.index())));
      case PeerMessage.Counted m ->
          Frame.of(
              Header.newBuilder()
                  .setCounted(
                      Counted.newBuilder()
                          .setNumber(m.number())
                          .setIncarnation(m.incarnation())
                          .setComplete(m.complete())));
      case PeerMessage.Awaited() ->
          Frame.of(Header.newBuilder().setAwaited(Awaited.getDefaultInstance()));
      case PeerMessage.Members m ->
          Frame.of(Header.newBuilder().setMemberList(MembersCodec.encode(m.members())));
      case PeerMessage.Promised m -> Frame.of(Header.newBuilder().setPromised(promised(m)));
    };
  }

  /**
   * Bytes that a message will weigh in a queue: its content, and roughly its header. Must cost
   * little, as it is asked for each message.
   */
  public static long weightBytes(PeerMessage message) {
    return switch (message) {
      case PeerMessage.Consensus(ConsensusMessage.AppendEntries append) -> {
        long bytes = 128;
        for (io.quorate.store.log.Entry entry : append.entries()) {
          bytes += entry.weightBytes();
        }
        yield bytes;
      }
      case PeerMessage.Consensus m -> 128;
      case PeerMessage.PushChunk m -> 64L + m.chunk().ref().lengthBytes();
      case PeerMessage.PulledChunk m -> 64L + m.chunk().ref().lengthBytes();
      case PeerMessage.PullChunks m -> 32 + 32L * m.chunks().size();
      case PeerMessage.MissingChunk m -> 64;
      case PeerMessage.Propose m -> {
        long bytes = 64;
        for (PeerMessage.ProposedCommand command : m.commands()) {
          bytes += 64 + 32L * command.chunks().size() + command.body().length;
        }
        yield bytes;
      }
      case PeerMessage.ProposalRefused m -> 64 + 20L * m.commands().size();
      case PeerMessage.Returned m -> 64;
      case PeerMessage.Readmit m -> 64;
      case PeerMessage.Promised m -> 64;
      case PeerMessage.ChangeMembers m -> 128;
      case PeerMessage.MembersRefused m -> 64 + m.why().length();
      case PeerMessage.Census m -> 64;
      case PeerMessage.Counted m -> 64;
      case PeerMessage.Awaited m -> 32;
      case PeerMessage.Members m -> 64 + 48L * m.members().members().size();
      case PeerMessage.CheckpointOffer m -> 128 + 64L * m.manifest().files().size();
      case PeerMessage.CheckpointPull m -> 64;
      case PeerMessage.CheckpointPart m -> 64L + m.content().remaining();
      case PeerMessage.CheckpointGone m -> 32;
      case PeerMessage.ScrubNow m -> 32;
      case PeerMessage.Report m -> 256 + m.detail().length();
    };
  }

  /**
   * Reads a frame that a peer sent.
   *
   * @throws FrameException if a peer never sends this, or a chunk arrived damaged
   */
  public static PeerMessage decode(Frame frame) throws FrameException {
    Header header = frame.header();
    try {
      boolean carries =
          switch (header.getBodyCase()) {
            case PUSH_CHUNK, PULLED_CHUNK, CHECKPOINT_PART -> true;
            default -> false;
          };
      if (!carries && frame.payloadBytes() > 0) {
        throw new FrameException("a " + header.getBodyCase() + " frame has a payload");
      }
      ConsensusMessage ofLog = ConsensusCodec.decode(header);
      return ofLog != null ? new PeerMessage.Consensus(ofLog) : decodeOther(frame, header);
    } catch (IllegalArgumentException e) {
      throw new FrameException("a " + header.getBodyCase() + " frame: " + e.getMessage(), e);
    }
  }

  private static PeerMessage decodeOther(Frame frame, Header header) throws FrameException {
    return switch (header.getBodyCase()) {
      case PUSH_CHUNK -> new PeerMessage.PushChunk(Chunks.cutOne(header.getPushChunk(), frame));
      case PULLED_CHUNK ->
          new PeerMessage.PulledChunk(Chunks.cutOne(header.getPulledChunk(), frame));
      case PULL_CHUNKS ->
          new PeerMessage.PullChunks(Chunks.decode(header.getPullChunks().getChunksList()));
      case MISSING_CHUNK ->
          new PeerMessage.MissingChunk(
              Chunks.decode(header.getMissingChunk().getChunk()),
              header.getMissingChunk().getAppliedIndex());
      case PROPOSE_GROUP -> group(header.getProposeGroup());
      case PROPOSAL_REFUSED -> {
        ProposalRefused m = header.getProposalRefused();
        List<PeerMessage.CommandId> commands = new ArrayList<>(m.getCommandsCount());
        for (CommandId command : m.getCommandsList()) {
          commands.add(new PeerMessage.CommandId(command.getSession(), command.getSequence()));
        }
        yield new PeerMessage.ProposalRefused(m.getTicket(), commands, decode(m.getReason()));
      }
      case CHECKPOINT_OFFER ->
          new PeerMessage.CheckpointOffer(
              CheckpointManifest.decode(header.getCheckpointOffer().getManifest().toByteArray()));
      case CHECKPOINT_PULL -> {
        CheckpointPull m = header.getCheckpointPull();
        yield new PeerMessage.CheckpointPull(m.getId(), m.getFile(), m.getOffset());
      }
      case CHECKPOINT_PART -> part(header.getCheckpointPart(), frame);
      case CHECKPOINT_GONE -> new PeerMessage.CheckpointGone(header.getCheckpointGone().getId());
      case REPORT -> report(header.getReport());
      case SCRUB_NOW -> new PeerMessage.ScrubNow(UpkeepCodec.decode(header.getScrubNow()));
      case READMIT ->
          new PeerMessage.Readmit(
              header.getReadmit().getIncarnation(),
              header.getReadmit().getNewcomer(),
              header.getReadmit().getComplete(),
              header.getReadmit().getFirst());
      case CHANGE_MEMBERS ->
          new PeerMessage.ChangeMembers(
              header.getChangeMembers().getTicket(),
              MembersCodec.decode(header.getChangeMembers().getChange()));
      case MEMBERS_REFUSED ->
          new PeerMessage.MembersRefused(
              header.getMembersRefused().getTicket(),
              header.getMembersRefused().getIndex(),
              header.getMembersRefused().getWhy());
      case CENSUS ->
          new PeerMessage.Census(header.getCensus().getNumber(), header.getCensus().getIndex());
      case COUNTED ->
          new PeerMessage.Counted(
              header.getCounted().getNumber(),
              header.getCounted().getIncarnation(),
              header.getCounted().getComplete());
      case AWAITED -> new PeerMessage.Awaited();
      case MEMBER_LIST -> new PeerMessage.Members(MembersCodec.decode(header.getMemberList()));
      case RETURNED ->
          new PeerMessage.Returned(
              header.getReturned().getStart(), header.getReturned().getIncarnation());
      case PROMISED -> promised(header.getPromised());
      default ->
          throw new FrameException("a peer does not send " + header.getBodyCase() + " frames");
    };
  }

  private static PeerMessage part(CheckpointPart part, Frame frame) throws FrameException {
    ByteBuffer content = frame.content();
    if (Chunks.crc32c(content) != part.getCrc32C()) {
      throw new FrameException("part of a checkpoint arrived damaged (CRC32C differs)");
    }
    return new PeerMessage.CheckpointPart(
        part.getId(), part.getFile(), part.getOffset(), part.getCrc32C(), content);
  }

  private static Frame carrying(Header.Builder header, Chunk chunk) {
    return new Frame(header.build(), List.of(chunk.content()));
  }

  private static ProposeGroup group(PeerMessage.Propose message) {
    ProposeGroup.Builder group = ProposeGroup.newBuilder().setTicket(message.ticket());
    for (PeerMessage.ProposedCommand command : message.commands()) {
      group.addCommands(
          ProposedCommand.newBuilder()
              .setSession(command.session())
              .setSequence(command.sequence())
              .setFreesSpace(command.freesSpace())
              .addAllChunks(Chunks.encode(command.chunks()))
              .setBody(ConsensusCodec.wrap(command.body())));
    }
    return group.build();
  }

  private static PeerMessage.Propose group(ProposeGroup group) {
    List<PeerMessage.ProposedCommand> commands = new ArrayList<>(group.getCommandsCount());
    for (ProposedCommand command : group.getCommandsList()) {
      commands.add(
          new PeerMessage.ProposedCommand(
              command.getSession(),
              command.getSequence(),
              command.getFreesSpace(),
              Chunks.decode(command.getChunksList()),
              command.getBody().toByteArray()));
    }
    return new PeerMessage.Propose(group.getTicket(), commands);
  }

  private static ProposalRefused refused(PeerMessage.ProposalRefused message) {
    ProposalRefused.Builder refused =
        ProposalRefused.newBuilder()
            .setTicket(message.ticket())
            .setReason(encode(message.refusal()));
    for (PeerMessage.CommandId command : message.commands()) {
      refused.addCommands(
          CommandId.newBuilder().setSession(command.session()).setSequence(command.sequence()));
    }
    return refused.build();
  }

  private static ProposalRefused.Reason encode(PeerMessage.Refusal refusal) {
    return switch (refusal) {
      case NOT_LEADER -> ProposalRefused.Reason.NOT_LEADER;
      case NO_QUORUM -> ProposalRefused.Reason.NO_QUORUM;
      case NO_SPACE -> ProposalRefused.Reason.NO_SPACE;
      case OVERLOADED -> ProposalRefused.Reason.OVERLOADED;
    };
  }

  private static PeerMessage.Refusal decode(ProposalRefused.Reason reason) throws FrameException {
    return switch (reason) {
      case NOT_LEADER -> PeerMessage.Refusal.NOT_LEADER;
      case NO_QUORUM -> PeerMessage.Refusal.NO_QUORUM;
      case NO_SPACE -> PeerMessage.Refusal.NO_SPACE;
      case OVERLOADED -> PeerMessage.Refusal.OVERLOADED;
      case UNSPECIFIED, UNRECOGNIZED ->
          throw new FrameException("a refused proposal gives an unknown reason");
    };
  }

  private static Promised promised(PeerMessage.Promised m) {
    return Promised.newBuilder()
        .setStart(m.start())
        .setTerm(m.promise().term())
        .setVotedFor(m.promise().votedFor())
        .setDurableIndex(m.promise().durableIndex())
        .setAppliedIndex(m.promise().appliedIndex())
        .build();
  }

  private static PeerMessage.Promised promised(Promised m) {
    return new PeerMessage.Promised(
        m.getStart(),
        new Promise(m.getTerm(), m.getVotedFor(), m.getDurableIndex(), m.getAppliedIndex()));
  }

  private static Report report(PeerMessage.Report m) {
    return Report.newBuilder()
        .setIncarnation(m.incarnation())
        .setAppliedIndex(m.appliedIndex())
        .setCommitIndex(m.commitIndex())
        .setDigestIndex(m.digestIndex())
        .setDigestHigh(m.digestHigh())
        .setDigestLow(m.digestLow())
        .setUsableBytes(m.usableBytes())
        .setTotalBytes(m.totalBytes())
        .setSuspect(m.suspect())
        .setCatchingUp(m.catchingUp())
        .setDetail(m.detail())
        .setUpkeep(UpkeepCodec.encode(m.upkeep()))
        .setFeatures(StatusCodec.encode(m.features()))
        .build();
  }

  private static PeerMessage.Report report(Report m) {
    return new PeerMessage.Report(
        m.getIncarnation(),
        m.getAppliedIndex(),
        m.getCommitIndex(),
        m.getDigestIndex(),
        m.getDigestHigh(),
        m.getDigestLow(),
        m.getUsableBytes(),
        m.getTotalBytes(),
        m.getSuspect(),
        m.getCatchingUp(),
        m.getDetail(),
        UpkeepCodec.decode(m.hasUpkeep() ? m.getUpkeep() : null),
        StatusCodec.decode(m.getFeatures()));
  }
}
