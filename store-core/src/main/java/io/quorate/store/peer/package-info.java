/**
 * A peer: the shell around the protocol core. It turns messages, ticks and proposals into steps of
 * consensus, carries out their effects on journal and transport, applies what is committed, moves
 * chunks, and answers the {@link io.quorate.store.gateway.Gateway} of its process and its clients.
 */
@NullMarked
package io.quorate.store.peer;

import org.jspecify.annotations.NullMarked;
