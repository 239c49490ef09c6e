/**
 * Whether what a peer takes stays the same while it works: memory of every kind, threads, files.
 *
 * <p>{@link io.quorate.store.benchmarks.soak.Soak} runs four peers, each on a host of its own with
 * a mount. On each host {@link io.quorate.store.benchmarks.soak.SoakHost} uses the mount as the
 * servers of an upload site do, {@link io.quorate.store.benchmarks.soak.Mix}, with as many files at
 * the end as at the beginning, and looks at the peer, {@link
 * io.quorate.store.benchmarks.soak.PeerProbe}. A {@link io.quorate.store.benchmarks.soak.Trend} is
 * what became of one {@link io.quorate.store.benchmarks.soak.Quantity} of one peer.
 */
@NullMarked
package io.quorate.store.benchmarks.soak;

import org.jspecify.annotations.NullMarked;
