package io.quorate.store.nio;

import io.quorate.store.StoreOptions;
import io.quorate.store.conformance.Face;
import io.quorate.store.conformance.FileSystemConformance;
import io.quorate.store.file.SoloGateway;
import io.quorate.store.world.RealWorld;
import java.nio.file.Path;

/** The suite over the provider, on a cluster of one in memory that two stores use. */
class SoloStoreTest extends FileSystemConformance {

  @Override
  protected Face openFace() {
    RealWorld world = RealWorld.create();
    SoloGateway gateway = new SoloGateway(world);
    GatewayStore here = GatewayStore.over(world, gateway, StoreOptions.defaults());
    GatewayStore there = GatewayStore.over(world, gateway, StoreOptions.defaults());
    return new Face() {
      @Override
      public Path root() {
        return here.path("/");
      }

      @Override
      public Path elsewhere() {
        return there.path("/");
      }

      @Override
      public void close() {
        here.close();
        there.close();
        world.close();
      }
    };
  }
}
