package io.quorate.store.net.sim;

import io.quorate.store.sim.ClusterSimulation;
import io.quorate.store.sim.RunSettings;
import io.quorate.store.sim.Simulation;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** One run of a cluster whose clients are the client that ships. */
final class ClientSimulation {
  private ClientSimulation() {}

  /** Runs {@code seed}; throws {@link io.quorate.store.sim.SimulationError} if it went wrong. */
  static Simulation.Result run(long seed, @Nullable PrintStream trace, RunSettings settings) {
    return ClusterSimulation.run(seed, trace, settings, NetClients::new);
  }
}
