package io.quorate.store.net.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.quorate.store.gateway.ChangeBatch;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.Content;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.AnswerCodec;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.ChangeCodec;
import io.quorate.store.metadata.CommandCodec;
import io.quorate.store.metadata.MalformedCommandException;
import io.quorate.store.metadata.QueryCodec;
import io.quorate.store.metadata.ResultCodec;
import io.quorate.store.net.proto.Answered;
import io.quorate.store.net.proto.Ask;
import io.quorate.store.net.proto.Changes;
import io.quorate.store.net.proto.ChangesDone;
import io.quorate.store.net.proto.Header;
import io.quorate.store.net.proto.OutcomeUnknown;
import io.quorate.store.net.proto.Propose;
import io.quorate.store.net.proto.Proposed;
import io.quorate.store.net.proto.Read;
import io.quorate.store.net.proto.ReadDone;
import io.quorate.store.net.proto.ScrubTaken;
import io.quorate.store.net.proto.Status;
import io.quorate.store.net.proto.Stored;
import io.quorate.store.net.proto.Unavailable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Calls of clients and their replies, as frames. */
public final class GatewayCodec {
  private GatewayCodec() {}

  /** A call as a frame; {@code request} comes back with its reply. */
  public static Frame encode(long request, Call call) {
    Header.Builder header = Header.newBuilder().setRequest(request);
    return switch (call) {
      case Call.Propose(var command, var chunks) -> {
        List<ChunkRef> refs = new ArrayList<>(chunks.size());
        List<ByteBuffer> payload = new ArrayList<>(chunks.size());
        for (Chunk chunk : chunks) {
          refs.add(chunk.ref());
          payload.add(chunk.content());
        }
        yield new Frame(
            header
                .setPropose(
                    Propose.newBuilder()
                        .setCommand(wrap(CommandCodec.encode(command)))
                        .addAllChunks(Chunks.encode(refs)))
                .build(),
            payload);
      }
      case Call.StoreChunk(var chunk) ->
          new Frame(
              header.setStoreChunk(Chunks.encode(chunk.ref())).build(), List.of(chunk.content()));
      case Call.Ask(var query) ->
          Frame.of(header.setAsk(Ask.newBuilder().setQuery(wrap(QueryCodec.encode(query)))));
      case Call.Read(At at, long content, long offset, int lengthBytes) ->
          Frame.of(
              header.setRead(
                  Read.newBuilder()
                      .setBaseInode(at.base())
                      .setPath(wrap(at.path().unsafeArray()))
                      .setFollow(at.follow())
                      .setContent(content)
                      .setOffset(offset)
                      .setLengthBytes(lengthBytes)));
      case Call.Changes(long after) ->
          Frame.of(header.setChanges(Changes.newBuilder().setAfter(after)));
      case Call.Status() -> Frame.of(header.setStatus(Status.newBuilder()));
      case Call.Scrub(var demand) -> Frame.of(header.setScrub(UpkeepCodec.encode(demand)));
      case Call.Members(var asked) -> Frame.of(header.setMembers(MembersCodec.encode(asked)));
    };
  }

  /**
   * Reads a frame that a client sent.
   *
   * @throws FrameException if a client never sends this, or content arrived damaged
   */
  public static Call decodeCall(Frame frame) throws FrameException {
    Header header = frame.header();
    try {
      return switch (header.getBodyCase()) {
        case PROPOSE ->
            new Call.Propose(
                CommandCodec.decode(header.getPropose().getCommand().toByteArray()),
                Chunks.cut(Chunks.decode(header.getPropose().getChunksList()), frame.content()));
        case STORE_CHUNK -> new Call.StoreChunk(Chunks.cutOne(header.getStoreChunk(), frame));
        case ASK -> new Call.Ask(QueryCodec.decode(header.getAsk().getQuery().toByteArray()));
        case READ -> decodeRead(header.getRead());
        case CHANGES -> new Call.Changes(header.getChanges().getAfter());
        case STATUS -> new Call.Status();
        case SCRUB -> new Call.Scrub(UpkeepCodec.decode(header.getScrub()));
        case MEMBERS -> new Call.Members(MembersCodec.decode(header.getMembers()));
        default ->
            throw new FrameException("a client does not send " + header.getBodyCase() + " frames");
      };
    } catch (MalformedCommandException | IllegalArgumentException e) {
      throw malformed(header, e);
    }
  }

  private static Call decodeRead(Read read) throws FrameException {
    int length = read.getLengthBytes();
    if (read.getOffset() < 0 || length < 0 || length > ChunkRef.MAX_BYTES) {
      throw new FrameException(
          "a client asks for "
              + Integer.toUnsignedString(length)
              + " bytes at "
              + Long.toUnsignedString(read.getOffset())
              + "; a read is of at most "
              + ChunkRef.MAX_BYTES);
    }
    if (read.getPath().size() > At.MAX_PATH_BYTES) {
      throw new FrameException("a client names a path of " + read.getPath().size() + " bytes");
    }
    At at = new At(read.getBaseInode(), Bytes.wrap(read.getPath().toByteArray()), read.getFollow());
    return new Call.Read(at, read.getContent(), read.getOffset(), length);
  }

  /** A reply as a frame. */
  public static Frame encode(long request, Reply reply) {
    Header.Builder header = Header.newBuilder().setRequest(request);
    return switch (reply) {
      case Reply.Proposed(var result) ->
          Frame.of(
              header.setProposed(
                  Proposed.newBuilder().setResult(wrap(ResultCodec.encode(result)))));
      case Reply.Stored() -> Frame.of(header.setStored(Stored.newBuilder()));
      case Reply.Answered(var answer) ->
          Frame.of(
              header.setAnswered(
                  Answered.newBuilder().setAnswer(wrap(AnswerCodec.encode(answer)))));
      case Reply.ReadDone(ReadReply.Failed(var code, String detail)) ->
          Frame.of(header.setReadDone(readDone(new Answer.Failed(code, detail))));
      case Reply.ReadDone(ReadReply.Data(Content(var attributes, var data))) ->
          new Frame(
              header
                  .setReadDone(readDone(new Answer.Stat(attributes)).setCrc32C(Chunks.crc32c(data)))
                  .build(),
              data.hasRemaining() ? List.of(data) : List.of());
      case Reply.ChangesDone(ChangeBatch(boolean complete, var sets, long through)) ->
          Frame.of(
              header.setChangesDone(
                  ChangesDone.newBuilder()
                      .setComplete(complete)
                      .setSets(wrap(ChangeCodec.encode(sets)))
                      .setThrough(through)));
      case Reply.StatusDone(var status) ->
          Frame.of(header.setStatusDone(StatusCodec.encode(status)));
      case Reply.ScrubTaken() -> Frame.of(header.setScrubTaken(ScrubTaken.newBuilder()));
      case Reply.MembersDone(var members) ->
          Frame.of(header.setMembersDone(MembersCodec.encode(members)));
      case Reply.Unavailable(String text) ->
          Frame.of(header.setUnavailable(Unavailable.newBuilder().setText(text)));
      case Reply.OutcomeUnknown(String text) ->
          Frame.of(header.setOutcomeUnknown(OutcomeUnknown.newBuilder().setText(text)));
    };
  }

  private static ReadDone.Builder readDone(Answer answer) {
    return ReadDone.newBuilder().setAnswer(wrap(AnswerCodec.encode(answer)));
  }

  /**
   * Reads a frame that a peer sent to a client.
   *
   * @throws FrameException if a peer never sends this, or content arrived damaged
   */
  public static Reply decodeReply(Frame frame) throws FrameException {
    Header header = frame.header();
    try {
      return switch (header.getBodyCase()) {
        case PROPOSED ->
            new Reply.Proposed(ResultCodec.decode(header.getProposed().getResult().toByteArray()));
        case STORED -> new Reply.Stored();
        case ANSWERED ->
            new Reply.Answered(AnswerCodec.decode(header.getAnswered().getAnswer().toByteArray()));
        case READ_DONE -> new Reply.ReadDone(decodeRead(header.getReadDone(), frame.content()));
        case CHANGES_DONE -> {
          ChangesDone done = header.getChangesDone();
          yield new Reply.ChangesDone(
              new ChangeBatch(
                  done.getComplete(),
                  ChangeCodec.decode(done.getSets().toByteArray()),
                  done.getThrough()));
        }
        case STATUS_DONE -> new Reply.StatusDone(StatusCodec.decode(header.getStatusDone()));
        case SCRUB_TAKEN -> new Reply.ScrubTaken();
        case MEMBERS_DONE -> new Reply.MembersDone(MembersCodec.decode(header.getMembersDone()));
        case UNAVAILABLE -> new Reply.Unavailable(header.getUnavailable().getText());
        case OUTCOME_UNKNOWN -> new Reply.OutcomeUnknown(header.getOutcomeUnknown().getText());
        default ->
            throw new FrameException(
                "a peer does not answer a client with " + header.getBodyCase() + " frames");
      };
    } catch (MalformedCommandException | IllegalArgumentException e) {
      throw malformed(header, e);
    }
  }

  private static ReadReply decodeRead(ReadDone done, ByteBuffer data)
      throws FrameException, MalformedCommandException {
    Answer answer = AnswerCodec.decode(done.getAnswer().toByteArray());
    if (answer instanceof Answer.Failed(var code, String detail)) {
      return new ReadReply.Failed(code, detail);
    }
    if (!(answer instanceof Answer.Stat(var attributes))) {
      throw new FrameException("a read was answered with " + answer.getClass().getSimpleName());
    }
    if (Chunks.crc32c(data) != done.getCrc32C()) {
      throw new FrameException("what a read answered arrived damaged (CRC32C differs)");
    }
    return new ReadReply.Data(new Content(attributes, data));
  }

  private static FrameException malformed(Header header, Exception e) {
    return new FrameException("a " + header.getBodyCase() + " frame: " + e.getMessage(), e);
  }

  private static ByteString wrap(byte[] array) {
    return UnsafeByteOperations.unsafeWrap(array);
  }
}
