package io.quorate.store.net.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.quorate.store.consensus.ConsensusMessage;
import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import io.quorate.store.net.proto.AppendEntries;
import io.quorate.store.net.proto.AppendReply;
import io.quorate.store.net.proto.Header;
import io.quorate.store.net.proto.ReadIndexReply;
import io.quorate.store.net.proto.ReadIndexRequest;
import io.quorate.store.net.proto.RequestVote;
import io.quorate.store.net.proto.TimeoutNow;
import io.quorate.store.net.proto.VoteReply;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Messages of the log as headers. */
final class ConsensusCodec {
  private ConsensusCodec() {}

  static Header.Builder encode(ConsensusMessage message) {
    Header.Builder header = Header.newBuilder();
    return switch (message) {
      case ConsensusMessage.RequestVote m ->
          header.setRequestVote(
              RequestVote.newBuilder()
                  .setTerm(m.term())
                  .setIncarnation(m.incarnation())
                  .setPreVote(m.preVote())
                  .setTransfer(m.transfer())
                  .setLastIndex(m.lastIndex())
                  .setLastTerm(m.lastTerm())
                  .setCommitIndex(m.commitIndex())
                  .setForced(m.forced()));
      case ConsensusMessage.VoteReply m ->
          header.setVoteReply(
              VoteReply.newBuilder()
                  .setTerm(m.term())
                  .setIncarnation(m.incarnation())
                  .setElector(m.elector())
                  .setPreVote(m.preVote())
                  .setGranted(m.granted())
                  .setCommitIndex(m.commitIndex())
                  .setStoodNanosAgo(m.stoodNanosAgo()));
      case ConsensusMessage.AppendEntries m -> header.setAppendEntries(append(m));
      case ConsensusMessage.AppendReply m ->
          header.setAppendReply(
              AppendReply.newBuilder()
                  .setTerm(m.term())
                  .setIncarnation(m.incarnation())
                  .setAccepted(m.accepted())
                  .setIndex(m.index())
                  .setCommitIndex(m.commitIndex())
                  .setRound(m.round())
                  .setUsableBytes(m.usableBytes())
                  .setLeaseAsked(m.leaseAsked())
                  .setCalledBack(m.calledBack())
                  .setPatient(!m.eager()));
      case ConsensusMessage.ReadIndexRequest m ->
          header.setReadIndexRequest(
              ReadIndexRequest.newBuilder()
                  .setTerm(m.term())
                  .setIncarnation(m.incarnation())
                  .setTicket(m.ticket()));
      case ConsensusMessage.ReadIndexReply m ->
          header.setReadIndexReply(
              ReadIndexReply.newBuilder()
                  .setTerm(m.term())
                  .setIncarnation(m.incarnation())
                  .setTicket(m.ticket())
                  .setIndex(m.index()));
      case ConsensusMessage.TimeoutNow m ->
          header.setTimeoutNow(
              TimeoutNow.newBuilder().setTerm(m.term()).setIncarnation(m.incarnation()));
    };
  }

  /** Returns null for a header that is no message of the log. */
  static @Nullable ConsensusMessage decode(Header header) throws FrameException {
    return switch (header.getBodyCase()) {
      case REQUEST_VOTE -> {
        RequestVote m = header.getRequestVote();
        yield new ConsensusMessage.RequestVote(
            m.getTerm(),
            m.getIncarnation(),
            m.getPreVote(),
            m.getTransfer(),
            m.getLastIndex(),
            m.getLastTerm(),
            m.getCommitIndex(),
            m.getForced());
      }
      case VOTE_REPLY -> {
        VoteReply m = header.getVoteReply();
        yield new ConsensusMessage.VoteReply(
            m.getTerm(),
            m.getIncarnation(),
            m.getElector(),
            m.getPreVote(),
            m.getGranted(),
            m.getCommitIndex(),
            m.getStoodNanosAgo());
      }
      case APPEND_ENTRIES -> append(header.getAppendEntries());
      case APPEND_REPLY -> {
        AppendReply m = header.getAppendReply();
        yield new ConsensusMessage.AppendReply(
            m.getTerm(),
            m.getIncarnation(),
            m.getAccepted(),
            m.getIndex(),
            m.getCommitIndex(),
            m.getRound(),
            m.getUsableBytes(),
            m.getLeaseAsked(),
            m.getCalledBack(),
            !m.getPatient());
      }
      case READ_INDEX_REQUEST -> {
        ReadIndexRequest m = header.getReadIndexRequest();
        yield new ConsensusMessage.ReadIndexRequest(m.getTerm(), m.getIncarnation(), m.getTicket());
      }
      case READ_INDEX_REPLY -> {
        ReadIndexReply m = header.getReadIndexReply();
        yield new ConsensusMessage.ReadIndexReply(
            m.getTerm(), m.getIncarnation(), m.getTicket(), m.getIndex());
      }
      case TIMEOUT_NOW ->
          new ConsensusMessage.TimeoutNow(
              header.getTimeoutNow().getTerm(), header.getTimeoutNow().getIncarnation());
      default -> null;
    };
  }

  private static AppendEntries append(ConsensusMessage.AppendEntries message) {
    AppendEntries.Builder append =
        AppendEntries.newBuilder()
            .setTerm(message.term())
            .setIncarnation(message.incarnation())
            .setPreviousIndex(message.prevIndex())
            .setPreviousTerm(message.prevTerm())
            .setCommitIndex(message.commitIndex())
            .setRound(message.round())
            .setWritable(message.writable())
            .setForced(message.forced())
            .setLease(message.lease())
            .setCalledBack(message.calledBack())
            .setDurableIndex(message.durableIndex());
    for (Entry entry : message.entries()) {
      append.addEntries(
          io.quorate.store.net.proto.Entry.newBuilder()
              .setIndex(entry.index())
              .setTerm(entry.term())
              .setStampNanos(entry.stampNanos())
              .setKind(entry.kind().code())
              .addAllChunks(Chunks.encode(entry.chunks()))
              .setBody(wrap(entry.body())));
    }
    return append.build();
  }

  private static ConsensusMessage.AppendEntries append(AppendEntries message)
      throws FrameException {
    List<Entry> entries = new ArrayList<>(message.getEntriesCount());
    long index = message.getPreviousIndex();
    for (io.quorate.store.net.proto.Entry entry : message.getEntriesList()) {
      index++;
      if (entry.getIndex() != index) {
        throw new FrameException(
            "an append has entry " + entry.getIndex() + " where " + index + " belongs");
      }
      entries.add(
          new Entry(
              entry.getIndex(),
              entry.getTerm(),
              entry.getStampNanos(),
              EntryKind.ofCode(entry.getKind()),
              Chunks.decode(entry.getChunksList()),
              entry.getBody().toByteArray()));
    }
    return new ConsensusMessage.AppendEntries(
        message.getTerm(),
        message.getIncarnation(),
        message.getPreviousIndex(),
        message.getPreviousTerm(),
        entries,
        message.getCommitIndex(),
        message.getRound(),
        message.getWritable(),
        message.getForced(),
        message.getLease(),
        message.getCalledBack(),
        message.getDurableIndex());
  }

  /** Arrays in messages never change, so that they need no copy. */
  static ByteString wrap(byte[] array) {
    return UnsafeByteOperations.unsafeWrap(array);
  }
}
