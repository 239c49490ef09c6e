/**
 * How long writers wait while something fails, and how soon what was missed is back: Quorate and
 * GlusterFS under the same faults, each on four hosts that are network namespaces.
 *
 * <p>A {@link io.quorate.store.benchmarks.faults.Site} is a cluster with its faults. {@link
 * io.quorate.store.benchmarks.faults.FileLoop} writes, in a process on one host, and tells when
 * each file was begun and done; {@link io.quorate.store.benchmarks.faults.WriteTimes} are the
 * pauses and percentiles of that.
 */
@NullMarked
package io.quorate.store.benchmarks.faults;

import org.jspecify.annotations.NullMarked;
