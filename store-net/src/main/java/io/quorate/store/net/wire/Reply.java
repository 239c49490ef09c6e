package io.quorate.store.net.wire;

import io.quorate.store.gateway.ChangeBatch;
import io.quorate.store.gateway.ClusterMembers;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.Result;

/** What a peer answers to a {@link Call}. */
public sealed interface Reply {

  record Proposed(Result result) implements Reply {}

  record Stored() implements Reply {}

  record Answered(Answer answer) implements Reply {}

  record ReadDone(ReadReply reply) implements Reply {}

  record ChangesDone(ChangeBatch batch) implements Reply {}

  record StatusDone(ClusterStatus status) implements Reply {}

  record ScrubTaken() implements Reply {}

  record MembersDone(ClusterMembers members) implements Reply {}

  /** As {@link io.quorate.store.gateway.UnavailableException}. */
  record Unavailable(String text) implements Reply {}

  /** As {@link io.quorate.store.gateway.OutcomeUnknownException}. */
  record OutcomeUnknown(String text) implements Reply {}
}
