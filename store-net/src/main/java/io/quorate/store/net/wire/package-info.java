/**
 * Bytes on a connection. Peers and clients speak in frames: a fixed head, a Protobuf header that
 * says what the frame is, and a raw payload that is never part of a Protobuf message, so that
 * content is copied once between the socket and the buffer that the core owns.
 *
 * <pre>
 *   each direction of a connection begins with 8 bytes: "QUORATE" and a line feed (0x0A)
 *
 *   frame, all numbers unsigned big-endian:
 *     0   4   length of what follows this field: 8 + h + p
 *     4   4   h, length of the header
 *     8   4   CRC32C of the header
 *     12  h   header: a quorate.Header of quorate.proto
 *     12+h p  payload: content, in the order of the chunk references in the header
 * </pre>
 *
 * The payload has no checksum of its own: each chunk in it has its CRC32C in the header, and so has
 * what a read answers.
 */
@NullMarked
package io.quorate.store.net.wire;

import org.jspecify.annotations.NullMarked;
