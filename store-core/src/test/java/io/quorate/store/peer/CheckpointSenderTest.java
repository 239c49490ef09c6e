package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.quorate.store.consensus.FollowerStatus;
import io.quorate.store.log.Membership;
import io.quorate.store.metadata.Genesis;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.sim.SimWorld;
import io.quorate.store.sim.Simulation;
import io.quorate.store.table.MemoryDatabase;
import io.quorate.store.world.Disk;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CheckpointSenderTest {
  private static final FollowerStatus BEHIND =
      new FollowerStatus(2, 1, true, FollowerStatus.State.PROBE, 0, 1, 0, 0, 0);

  /** Keeps what is offered. */
  private static final class Offers implements Transport {
    @Override
    public void reach(java.util.SortedMap<Integer, String> members) {}

    private final List<Long> ids = new ArrayList<>();

    @Override
    public void send(int peer, PeerMessage message) {
      ids.add(((PeerMessage.CheckpointOffer) message).manifest().id());
    }

    @Override
    public void start(Receiver receiver) {}

    @Override
    public Set<Integer> connected() {
      return Set.of();
    }

    @Override
    public long queuedBytes(int peer) {
      return 0;
    }

    @Override
    public void close() {}
  }

  /**
   * A leader that was itself caught up since: its log begins beyond the checkpoint that it made,
   * and whoever had more than that was offered it for ever.
   */
  @Test
  void aCheckpointFromBeforeTheLogGivesWayToAnother() {
    Simulation.run(
        1,
        simulation -> {
          SimWorld world = simulation.node(1).boot();
          Offers offers = new Offers();
          PeerLoop loop = new PeerLoop(null, simulation::fail);
          CheckpointSender sender = new CheckpointSender(parts(simulation, world, offers, loop));
          loop.start(world, "loop", () -> Long.MAX_VALUE, () -> {});
          assertEquals(1, offered(simulation, world, loop, sender, offers));
          long first = offers.ids.getFirst();
          loop.execute(() -> sender.tick(world.nanoTime(), 50, List.of(BEHIND)));
          assertEquals(2, offered(simulation, world, loop, sender, offers));
          assertNotEquals(first, offers.ids.getLast());
        });
  }

  /** Ticks until one more offer is sent; how many there are then. */
  private static int offered(
      Simulation simulation,
      SimWorld world,
      PeerLoop loop,
      CheckpointSender sender,
      Offers offers) {
    int before = offers.ids.size();
    for (int i = 0; i < 100 && offers.ids.size() == before; i++) {
      loop.execute(() -> sender.tick(world.nanoTime(), 0, List.of(BEHIND)));
      simulation.sleep(100_000_000);
    }
    return offers.ids.size();
  }

  private static Protocol.Parts parts(
      Simulation simulation, SimWorld world, Transport transport, PeerLoop loop) throws Exception {
    MemoryDatabase database = PeerCluster.emptyMetadata();
    Disk disk = world.openDisk(PeerCluster.DIRECTORY);
    return new Protocol.Parts(
        world,
        PeerOptions.of(1, "test", new Membership(0, new TreeMap<>(Map.of(1, 1L)), new TreeMap<>())),
        new PeerStorage(disk, null, database, null),
        null,
        null,
        Metadata.open(database.tables(), Genesis.DEFAULT),
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        transport,
        loop,
        new Worker(world, "worker", simulation::fail),
        null,
        simulation::fail);
  }
}
