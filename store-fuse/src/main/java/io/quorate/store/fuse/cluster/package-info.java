/**
 * A cluster of real peers on one machine, each in a process of its own: for trying out, for
 * measurements and for tests with real faults.
 *
 * <p>The processes are children, and live no longer than their parent: each watches the pipe that
 * is its standard input, which the kernel closes however the parent ends. Closing the cluster also
 * deletes what it wrote.
 */
@NullMarked
package io.quorate.store.fuse.cluster;

import org.jspecify.annotations.NullMarked;
