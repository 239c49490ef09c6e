package io.quorate.store.net.sim;

import io.quorate.store.sim.SimulationMain;

/**
 * Runs the simulation with real clients by hand; with the options of {@link SimulationMain}, and
 * {@code --mutations} for {@link ClientMutation}.
 */
public final class ClientSimulationMain {
  private ClientSimulationMain() {}

  public static void main(String[] args) throws InterruptedException {
    SimulationMain.run(args, ClientSimulation::run, ClientMutation::run);
  }
}
