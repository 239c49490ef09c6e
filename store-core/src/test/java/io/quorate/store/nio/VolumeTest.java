package io.quorate.store.nio;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quorate.store.StoreOptions;
import io.quorate.store.file.SoloGateway;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.ClusterStatus.PeerStatus;
import io.quorate.store.gateway.ClusterStatus.State;
import io.quorate.store.gateway.Features;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.gateway.Upkeep;
import io.quorate.store.world.RealWorld;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The space of a store is what a majority has, as far as peers are known. */
class VolumeTest {
  private final RealWorld world = RealWorld.create();
  private final List<GatewayStore> stores = new ArrayList<>();

  @AfterEach
  void close() {
    stores.forEach(GatewayStore::close);
    world.close();
  }

  private FileStore volume(long... totals) throws IOException {
    List<PeerStatus> peers = new ArrayList<>();
    for (int i = 0; i < totals.length; i++) {
      peers.add(
          new PeerStatus(
              i + 1,
              "",
              State.FOLLOWER,
              0,
              0,
              totals[i] / 2,
              totals[i],
              "",
              0,
              "",
              Upkeep.UNKNOWN));
    }
    ClusterStatus status =
        new ClusterStatus("c", 1, 1, 1, 0, true, true, peers, List.of(), Features.FIRST);
    Gateway solo = new SoloGateway(world);
    InvocationHandler handler =
        (proxy, method, arguments) ->
            method.getName().equals("status")
                ? CompletableFuture.completedFuture(status)
                : method.invoke(solo, arguments);
    Gateway gateway =
        (Gateway)
            Proxy.newProxyInstance(
                Gateway.class.getClassLoader(), new Class<?>[] {Gateway.class}, handler);
    GatewayStore store = GatewayStore.over(world, gateway, StoreOptions.defaults());
    stores.add(store);
    return Files.getFileStore(store.path("/"));
  }

  @Test
  void isThatOfAMajority() throws IOException {
    assertEquals(20, volume(10, 40, 30, 20).getTotalSpace());
    assertEquals(10, volume(10, 40, 30, 20).getUsableSpace());
    assertEquals(30, volume(0, 30, 40, 50).getTotalSpace());
  }

  @Test
  void peersThatWereNotHeardAreLeftOut() throws IOException {
    assertEquals(10, volume(10, 0, 0, 0).getTotalSpace());
    assertEquals(10, volume(10, 30, 0, 0).getTotalSpace());
    assertEquals(0, volume(0, 0, 0).getTotalSpace());
  }
}
