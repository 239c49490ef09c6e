/**
 * A gateway at the other end of a connection, and the way from one peer to the next when that
 * connection fails.
 */
@NullMarked
package io.quorate.store.net.client;

import org.jspecify.annotations.NullMarked;
