package io.quorate.store.sim;

import io.quorate.store.StoreOptions;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.peer.Peer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * How the client processes of a run reach its peers: as objects ({@link DirectClients}), or by what
 * another module adds, with faults of its own.
 */
public interface ClientNetwork {

  /** Makes one for each run. */
  @FunctionalInterface
  interface Factory {
    /**
     * @param peers ids of all peers
     * @param calm whether it is to do no harm
     */
    ClientNetwork create(Simulation simulation, List<Integer> peers, boolean calm);
  }

  /** Whether all clients must be processes, rather than threads that call a peer's methods. */
  boolean needsProcesses();

  /** A peer's process has begun, and does not serve yet; on a thread of it. */
  void booted(int peer, SimWorld world) throws IOException;

  /** It serves from now on, for as long as the process lives. */
  void serves(int peer, Peer running);

  /** The way into the cluster of a client's process; fails as unavailable if there is none. */
  CompletableFuture<Gateway> connect(SimWorld world, StoreOptions options, SimRandom random);

  /** A client that is no process would rather talk to {@code peer} from now on. */
  void moveTo(Gateway gateway, int peer);

  void startFaults();

  /** Ends the faults, but for one that must not keep any client from being served. */
  void stopFaults();

  /** All has ended: checks what the run has shown of it. */
  void judge();
}
