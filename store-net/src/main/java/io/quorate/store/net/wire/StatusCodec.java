package io.quorate.store.net.wire;

import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.LostContent;
import io.quorate.store.net.proto.Features;
import io.quorate.store.net.proto.PeerStatus;
import io.quorate.store.net.proto.StatusDone;
import java.util.ArrayList;
import java.util.List;

/** The cluster's state as a message. */
final class StatusCodec {
  private StatusCodec() {}

  static StatusDone encode(ClusterStatus status) {
    StatusDone.Builder done =
        StatusDone.newBuilder()
            .setCluster(status.cluster())
            .setReporter(status.reporter())
            .setLeader(status.leader())
            .setTerm(status.term())
            .setCommitIndex(status.commitIndex())
            .setWritable(status.writable())
            .setDigestsAgree(status.digestsAgree())
            .setFeatures(encode(status.features()));
    for (ClusterStatus.PeerStatus peer : status.peers()) {
      done.addPeers(
          PeerStatus.newBuilder()
              .setId(peer.id())
              .setAddress(peer.address())
              .setState(encode(peer.state()))
              .setAppliedIndex(peer.appliedIndex())
              .setLagEntries(peer.lagEntries())
              .setUsableBytes(peer.usableBytes())
              .setTotalBytes(peer.totalBytes())
              .setDigest(peer.digest())
              .setSilentMillis(peer.silentMillis())
              .setDetail(peer.detail())
              .setUpkeep(UpkeepCodec.encode(peer.upkeep())));
    }
    for (LostContent lost : status.lost()) {
      done.addLost(
          io.quorate.store.net.proto.LostContent.newBuilder()
              .setPath(lost.path())
              .setInode(lost.inode())
              .setOffset(lost.offset())
              .setLengthBytes(lost.lengthBytes())
              .setChunk(lost.chunk()));
    }
    return done.build();
  }

  static ClusterStatus decode(StatusDone done) throws FrameException {
    List<ClusterStatus.PeerStatus> peers = new ArrayList<>(done.getPeersCount());
    for (PeerStatus peer : done.getPeersList()) {
      peers.add(
          new ClusterStatus.PeerStatus(
              peer.getId(),
              peer.getAddress(),
              decode(peer.getState()),
              peer.getAppliedIndex(),
              peer.getLagEntries(),
              peer.getUsableBytes(),
              peer.getTotalBytes(),
              peer.getDigest(),
              peer.getSilentMillis(),
              peer.getDetail(),
              UpkeepCodec.decode(peer.hasUpkeep() ? peer.getUpkeep() : null)));
    }
    return new ClusterStatus(
        done.getCluster(),
        done.getReporter(),
        done.getLeader(),
        done.getTerm(),
        done.getCommitIndex(),
        done.getWritable(),
        done.getDigestsAgree(),
        peers,
        done.getLostList().stream()
            .map(
                lost ->
                    new LostContent(
                        lost.getPath(),
                        lost.getInode(),
                        lost.getOffset(),
                        lost.getLengthBytes(),
                        lost.getChunk()))
            .toList(),
        decode(done.getFeatures()));
  }

  static Features encode(io.quorate.store.gateway.Features features) {
    return Features.newBuilder().setInForce(features.inForce()).setKnown(features.known()).build();
  }

  static io.quorate.store.gateway.Features decode(Features features) {
    return new io.quorate.store.gateway.Features(features.getInForce(), features.getKnown());
  }

  private static PeerStatus.State encode(ClusterStatus.State state) {
    return switch (state) {
      case LEADER -> PeerStatus.State.LEADER;
      case FOLLOWER -> PeerStatus.State.FOLLOWER;
      case LEARNER -> PeerStatus.State.LEARNER;
      case CATCHING_UP -> PeerStatus.State.CATCHING_UP;
      case CANDIDATE -> PeerStatus.State.CANDIDATE;
      case UNREACHABLE -> PeerStatus.State.UNREACHABLE;
      case FULL -> PeerStatus.State.FULL;
      case SUSPECT -> PeerStatus.State.SUSPECT;
    };
  }

  private static ClusterStatus.State decode(PeerStatus.State state) throws FrameException {
    return switch (state) {
      case LEADER -> ClusterStatus.State.LEADER;
      case FOLLOWER -> ClusterStatus.State.FOLLOWER;
      case LEARNER -> ClusterStatus.State.LEARNER;
      case CATCHING_UP -> ClusterStatus.State.CATCHING_UP;
      case CANDIDATE -> ClusterStatus.State.CANDIDATE;
      case UNREACHABLE -> ClusterStatus.State.UNREACHABLE;
      case FULL -> ClusterStatus.State.FULL;
      case SUSPECT -> ClusterStatus.State.SUSPECT;
      case UNSPECIFIED, UNRECOGNIZED ->
          throw new FrameException("a status gives an unknown state of a peer");
    };
  }
}
