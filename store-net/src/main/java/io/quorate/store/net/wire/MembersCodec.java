package io.quorate.store.net.wire;

import com.google.protobuf.ByteString;
import io.quorate.store.gateway.ClusterMembers;
import io.quorate.store.gateway.ClusterMembers.Member;
import io.quorate.store.gateway.ClusterMembers.Standing;
import io.quorate.store.gateway.MemberCall;
import io.quorate.store.log.Membership;
import io.quorate.store.net.proto.MemberChange;
import io.quorate.store.net.proto.MemberEntry;
import io.quorate.store.net.proto.MemberList;
import io.quorate.store.net.proto.MembersDone;
import java.util.ArrayList;
import java.util.List;

/** The members of the cluster, and wishes about them, as messages. */
final class MembersCodec {
  private MembersCodec() {}

  static MemberChange encode(MemberCall call) {
    MemberChange.Builder change = MemberChange.newBuilder();
    return switch (call) {
      case MemberCall.Show() -> change.setKind(MemberChange.Kind.SHOW).build();
      case MemberCall.Add(int peer, String address) ->
          change.setKind(MemberChange.Kind.ADD).setPeer(peer).setAddress(address).build();
      case MemberCall.Remove(int peer) ->
          change.setKind(MemberChange.Kind.REMOVE).setPeer(peer).build();
      case MemberCall.Replace(int old, int peer, String address) ->
          change
              .setKind(MemberChange.Kind.REPLACE)
              .setPeer(peer)
              .setOld(old)
              .setAddress(address)
              .build();
    };
  }

  static MemberCall decode(MemberChange change) throws FrameException {
    return switch (change.getKind()) {
      case SHOW -> new MemberCall.Show();
      case ADD -> new MemberCall.Add(change.getPeer(), change.getAddress());
      case REMOVE -> new MemberCall.Remove(change.getPeer());
      case REPLACE ->
          new MemberCall.Replace(change.getOld(), change.getPeer(), change.getAddress());
      case UNSPECIFIED, UNRECOGNIZED ->
          throw new FrameException("a change of the members is of an unknown kind");
    };
  }

  static MemberList encode(Membership members) {
    return MemberList.newBuilder()
        .setIndex(members.index())
        .setBody(ByteString.copyFrom(members.encode()))
        .build();
  }

  /**
   * Reads what {@link #encode(Membership)} wrote.
   *
   * @throws IllegalArgumentException if it is not a membership
   */
  static Membership decode(MemberList list) {
    return Membership.decode(list.getIndex(), list.getBody().toByteArray());
  }

  static MembersDone encode(ClusterMembers members) {
    MembersDone.Builder done =
        MembersDone.newBuilder()
            .setIndex(members.index())
            .setRefusal(members.refusal())
            .setAudit(members.audit());
    for (Member member : members.members()) {
      done.addMembers(
          MemberEntry.newBuilder()
              .setId(member.id())
              .setAddress(member.address())
              .setStanding(encode(member.standing()))
              .setReplaces(member.replaces()));
    }
    return done.build();
  }

  static ClusterMembers decode(MembersDone done) throws FrameException {
    List<Member> members = new ArrayList<>(done.getMembersCount());
    for (MemberEntry member : done.getMembersList()) {
      members.add(
          new Member(
              member.getId(),
              member.getAddress(),
              decode(member.getStanding()),
              member.getReplaces()));
    }
    return new ClusterMembers(done.getIndex(), members, done.getRefusal(), done.getAudit());
  }

  private static MemberEntry.Standing encode(Standing standing) {
    return switch (standing) {
      case VOTER -> MemberEntry.Standing.VOTER;
      case LEARNER -> MemberEntry.Standing.LEARNER;
      case AWAITED -> MemberEntry.Standing.AWAITED;
    };
  }

  private static Standing decode(MemberEntry.Standing standing) throws FrameException {
    return switch (standing) {
      case VOTER -> Standing.VOTER;
      case LEARNER -> Standing.LEARNER;
      case AWAITED -> Standing.AWAITED;
      case UNSPECIFIED, UNRECOGNIZED ->
          throw new FrameException("a member is of an unknown standing");
    };
  }
}
