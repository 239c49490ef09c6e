/**
 * The simulator's twin: the same checks of clients' histories over real processes, on a real
 * network that is cut, with real disks that are full.
 *
 * <p>{@link io.quorate.store.fuse.twin.Hosts} are network namespaces, one for each peer. In each of
 * them a {@link io.quorate.store.fuse.twin.TwinClient} works on a few shared names and writes down
 * what it asked and was answered, and when, by the clock that all processes of a machine share.
 * {@link io.quorate.store.fuse.twin.FaultInjector} does harm meanwhile. Then all harm ends, the
 * peers must converge, and {@link io.quorate.store.fuse.twin.TwinHistory} has the simulator's
 * checker judge what the clients saw.
 *
 * <p>What is drawn from the seed is what is tried, not what happens: these are real machines, so a
 * run can not be replayed. What is found here is to be reproduced in the simulator.
 */
@NullMarked
package io.quorate.store.fuse.twin;

import org.jspecify.annotations.NullMarked;
