/**
 * The mounts of Quorate and of other stores, head to head: the same work by turns, on four hosts
 * that are network namespaces of one machine and one disk.
 *
 * <p>A {@link io.quorate.store.benchmarks.duel.Contender} is a store with its processes. A {@link
 * io.quorate.store.benchmarks.duel.LoadGenerator} runs on a host as a program of its own and knows
 * nothing of stores: it does a {@link io.quorate.store.benchmarks.duel.Task} to files of a
 * directory. {@link io.quorate.store.benchmarks.duel.Rounds} lets the stores do all {@link
 * io.quorate.store.benchmarks.duel.Work} by turns, and {@link
 * io.quorate.store.benchmarks.duel.Report} sets side by side what that gave.
 */
@NullMarked
package io.quorate.store.benchmarks.duel;

import org.jspecify.annotations.NullMarked;
