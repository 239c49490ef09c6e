/**
 * Connections. One TCP port serves peers and clients; both begin with the same handshake, in which
 * each side proves that it holds the cluster key without showing it.
 *
 * <p>Every peer dials every other and sends only on the connection that it dialed, so there are two
 * connections for each pair and no race to settle when both dial at once: the connection that B
 * accepted from A is A's voice, and a newer one replaces it. Each side of a connection says
 * something at least every {@link io.quorate.store.net.transport.TransportOptions#pingMillis} and
 * gives the other up after {@link io.quorate.store.net.transport.TransportOptions#silentMillis} of
 * silence, so that a link dead in either direction is noticed by the end that no longer hears, and
 * through the close by the other.
 *
 * <p>All links out of a peer live on one event loop; their messages are encoded there and flushed
 * once per turn. Queues are bounded in bytes: what does not fit is dropped, and the protocol
 * repairs it.
 */
@NullMarked
package io.quorate.store.net.transport;

import org.jspecify.annotations.NullMarked;
