/**
 * The simulator: machines, clocks, disks, networks and threads of a whole cluster inside one
 * thread, all decided by one seed.
 *
 * <p>{@link io.quorate.store.sim.Simulation} runs virtual threads on an executor of its own, one
 * step at a time, and picks the next step by its seed, so that code which blocks on locks, queues
 * and futures meets interleavings at random and yet the same ones whenever the seed is the same.
 * Time moves only between steps. {@link io.quorate.store.sim.SimNode} is a machine that can crash,
 * pause and have a bad clock; {@link io.quorate.store.sim.SimWorld} is one process on it; {@link
 * io.quorate.store.sim.SimDisk} forgets what was not synced; {@link
 * io.quorate.store.sim.SimNetwork} loses, repeats, delays and reorders messages.
 *
 * <p>A run that fails is replayed from its seed. The hash over all that was decided ({@link
 * io.quorate.store.sim.Simulation.Result#traceHash}) proves that the replay was the same run.
 */
@NullMarked
package io.quorate.store.sim;

import org.jspecify.annotations.NullMarked;
