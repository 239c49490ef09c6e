/**
 * The client under the simulator: failover, connections, handshake and frames as they ship, on
 * Netty's pipeline and event loop, in one thread on simulated time.
 *
 * <p>{@link io.quorate.store.net.sim.SimSockets} is the event loop of a process and its sockets,
 * {@link io.quorate.store.net.sim.SimTcp} what is between them: bytes in order, cut into pieces
 * anywhere, held back by links that are cut in one direction or both, and ended by resets. {@link
 * io.quorate.store.net.sim.NetClients} puts the client's gateway and the peers' client service on
 * them, in the cluster simulation of store-core, and {@link io.quorate.store.net.sim.CallChecks}
 * judges what goes in and comes out between the two.
 */
@NullMarked
package io.quorate.store.net.sim;

import org.jspecify.annotations.NullMarked;
