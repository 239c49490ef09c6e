/**
 * Measurements: what the store does per second, and what that costs.
 *
 * <p>{@link io.quorate.store.benchmarks.Spine} runs a cluster of real processes on this machine and
 * goes through its scenarios one by one. Each answers a {@link io.quorate.store.benchmarks.Figure}:
 * a number, the target that it is held against, and next to it what the number cost in processor
 * time and flushes of the disk, which is where to look when it is too low. What a scenario wrote it
 * reads back: speed without the content would mean nothing.
 */
@NullMarked
package io.quorate.store.benchmarks;

import org.jspecify.annotations.NullMarked;
