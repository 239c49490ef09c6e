/**
 * What a file costs a cluster: processor time, bytes sent, bytes written and syncs of each peer,
 * beside the least that is possible, and how that grows with what is stored and who writes.
 *
 * <p>A {@link io.quorate.store.benchmarks.cost.CostCluster} is peers on hosts that are network
 * namespaces, so that the kernel counts for each host what it sends. {@link
 * io.quorate.store.benchmarks.cost.CostClient} writes, in a process on one of them. {@link
 * io.quorate.store.benchmarks.cost.Usage} is what was used so far; two make a difference.
 */
@NullMarked
package io.quorate.store.benchmarks.cost;

import org.jspecify.annotations.NullMarked;
