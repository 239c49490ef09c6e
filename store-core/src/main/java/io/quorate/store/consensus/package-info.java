/**
 * Raft (Ongaro, 2014) without input or output: a message, a tick or a proposal goes in, {@link
 * io.quorate.store.consensus.Effects} come out, which say what to append, what must be durable
 * before what is sent, and what may be applied. There is no clock, thread, future, logger, socket
 * or file in this package, so the simulator can run every interleaving of it.
 */
@NullMarked
package io.quorate.store.consensus;

import org.jspecify.annotations.NullMarked;
