/**
 * The only seam to the outside: clock, timers, threads, randomness, disk.
 *
 * <p>Everything above this package asks a {@link io.quorate.store.world.World} for time, threads
 * and storage and so runs unchanged on real machines and in the simulator, where one thread and one
 * seed decide every interleaving. Locks and queues of {@code java.util.concurrent} may be used
 * freely as long as no wait carries a timeout; a wait that must end is a future completed by {@link
 * io.quorate.store.world.World#schedule}.
 */
@NullMarked
package io.quorate.store.world;

import org.jspecify.annotations.NullMarked;
