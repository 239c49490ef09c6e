/**
 * The peer process: what its configuration describes, put together and taken apart in order, and
 * the service that lets clients use its gateway.
 */
@NullMarked
package io.quorate.store.net.server;

import org.jspecify.annotations.NullMarked;
