package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quorate.store.consensus.Role;
import io.quorate.store.gateway.ClusterStatus.State;
import io.quorate.store.gateway.Features;
import io.quorate.store.gateway.Upkeep;
import io.quorate.store.log.Membership;
import io.quorate.store.peer.PeerMessage.Report;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Who is in step, of peers under load. */
final class PeersTest {
  private static final long SECOND = 1_000_000_000L;
  private static final int SELF = 1;
  private static final int OTHER = 2;
  private static final int LEADER = 3;

  private final Membership members =
      new Membership(0, new TreeMap<>(Map.of(SELF, 1L, OTHER, 1L, LEADER, 1L)), new TreeMap<>());
  private final Peers peers = new Peers(PeerOptions.of(SELF, "test", members), () -> members, 0);
  private long now;
  private long commitIndex;

  /** A second with 1,000 commits, at whose end both report to be that far behind. */
  private void secondPasses(long behind) {
    now += SECOND;
    commitIndex += 1_000;
    for (int peer : List.of(SELF, OTHER)) {
      peers.reported(peer, report(commitIndex - behind), commitIndex, now);
    }
  }

  private static Report report(long appliedIndex) {
    return new Report(
        1,
        appliedIndex,
        appliedIndex,
        0,
        0,
        0,
        1L << 40,
        1L << 41,
        false,
        false,
        "",
        Upkeep.UNKNOWN,
        Features.FIRST);
  }

  private State state(int peer) {
    return peers
        .status(Role.FOLLOWER, LEADER, 1, commitIndex, true, now, List.of())
        .peers()
        .get(peer - 1)
        .state();
  }

  @Test
  void aMomentBehindIsInStep() {
    for (int second = 0; second < 5; second++) {
      secondPasses(60);
      assertEquals(State.FOLLOWER, state(SELF), "itself");
      assertEquals(State.FOLLOWER, state(OTHER), "another");
    }
  }

  @Test
  void secondsBehindIsCatchingUp() {
    for (int second = 0; second < 5; second++) {
      secondPasses(60);
    }
    secondPasses(2_500);
    assertEquals(State.CATCHING_UP, state(SELF), "itself");
    assertEquals(State.CATCHING_UP, state(OTHER), "another");
  }

  /** A link that comes up brings reports in quick succession. */
  @Test
  void reportsInQuickSuccessionAskNoMore() {
    for (int second = 0; second < 5; second++) {
      secondPasses(60);
    }
    for (int more = 0; more < 3; more++) {
      now += SECOND / 100;
      commitIndex += 10;
      peers.reported(OTHER, report(commitIndex - 60), commitIndex, now);
      assertEquals(State.FOLLOWER, state(OTHER));
    }
  }
}
