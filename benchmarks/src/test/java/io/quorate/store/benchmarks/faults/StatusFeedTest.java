package io.quorate.store.benchmarks.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.ClusterStatus.PeerStatus;
import io.quorate.store.gateway.ClusterStatus.State;
import io.quorate.store.gateway.Features;
import io.quorate.store.gateway.Upkeep;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a peer counts as having all that it missed. */
class StatusFeedTest {
  private static StatusFeed.Answer answer(int leader, long lag, long missing, boolean searching) {
    Upkeep upkeep =
        new Upkeep(
            new Upkeep.Content(searching, missing, missing * 10, 0, 0),
            Upkeep.Checkpoint.NONE,
            Upkeep.UNKNOWN.scrub(),
            Upkeep.Space.UNKNOWN);
    PeerStatus other = new PeerStatus(1, "", State.LEADER, 9, 9, 1, 1, "", 0, "", Upkeep.UNKNOWN);
    PeerStatus self = new PeerStatus(2, "", State.FOLLOWER, 7, lag, 1, 1, "", 0, "", upkeep);
    StatusFeed.Answer answer =
        StatusFeed.Answer.of(
            new ClusterStatus(
                "c", 2, leader, 1, 9, true, true, List.of(other, self), List.of(), Features.FIRST));
    assertEquals(answer, StatusFeed.Answer.parse(answer.line()));
    return answer;
  }

  @Test
  void contentCountsToo() {
    assertTrue(answer(1, 0, 0, false).isComplete());
    assertFalse(answer(1, 0, 3, false).isComplete());
    assertFalse(answer(1, 0, 0, true).isComplete());
    assertFalse(answer(1, 1, 0, false).isComplete());
    assertFalse(answer(0, 0, 0, false).isComplete());
    assertEquals(7, answer(1, 0, 0, false).appliedIndex());
  }
}
