package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quorate.store.peer.PeerMessage.ProposedCommand;
import io.quorate.store.sim.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** When proposals go to the leader, and that they do not go twice. */
class RouterTest {
  private final Proposals proposals = new Proposals();
  private final List<Proposals.Outstanding> fresh = new ArrayList<>();
  private final List<PeerMessage> sent = new ArrayList<>();

  private final Transport transport =
      new Transport() {
        @Override
        public void reach(java.util.SortedMap<Integer, String> members) {}

        @Override
        public void start(Receiver receiver) {}

        @Override
        public void send(int peer, PeerMessage message) {
          sent.add(message);
        }

        @Override
        public Set<Integer> connected() {
          return Set.of(2);
        }

        @Override
        public long queuedBytes(int peer) {
          return 0;
        }

        @Override
        public void close() {}
      };

  private void with(java.util.function.Consumer<Router> test) {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 3);
          Admission unused =
              new Admission(
                  simulation.node(9).boot(),
                  chunk -> false,
                  cluster.peer(1).exchange(),
                  (origin, ticket, commands, refusal) -> {},
                  input -> {},
                  () -> null,
                  () -> 0,
                  () -> false,
                  () -> 0,
                  () -> false,
                  0);
          proposals.add(
              new ProposedCommand(7, 1, false, List.of(), new byte[1]), Long.MAX_VALUE, fresh);
          test.accept(new Router(1, proposals, unused, transport, 0));
          cluster.closeAll();
        });
  }

  @Test
  void whatATickSentIsNotSentAgain() {
    with(
        router -> {
          router.leaderIs(2, 1);
          router.endOfTurn(0);
          assertEquals(1, sent.size(), "a new leader gets all that was never sent");
          router.add(fresh.getFirst());
          router.endOfTurn(1);
          assertEquals(1, sent.size());
        });
  }

  @Test
  void withoutALeaderItWaitsForOneWhateverTheClockSays() {
    with(
        router -> {
          router.add(fresh.getFirst());
          router.endOfTurn(-5_000);
          router.sendDue(-4_000);
          assertEquals(List.of(), sent);
          router.leaderIs(2, 1);
          router.endOfTurn(-3_000);
          assertEquals(1, sent.size());
        });
  }
}
