/**
 * A small HTTP server for monitoring, beside the peer: whether it is well, and its numbers. It can
 * change nothing and has no authentication, so it belongs on a loopback address.
 */
@NullMarked
package io.quorate.store.net.admin;

import org.jspecify.annotations.NullMarked;
