/**
 * The way from the API into the cluster. A face of the store (file handles, java.nio.file, a mount)
 * speaks to a {@link io.quorate.store.gateway.Gateway}, whether the peer is in this process or at
 * the other end of a connection.
 */
@NullMarked
package io.quorate.store.gateway;

import org.jspecify.annotations.NullMarked;
