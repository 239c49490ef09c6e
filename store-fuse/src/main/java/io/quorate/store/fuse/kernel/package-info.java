/**
 * The protocol that the Linux kernel speaks over /dev/fuse, as in {@code linux/fuse.h}: requests
 * decoded to records, replies encoded, and the device itself. Knows nothing of what answers.
 *
 * <p>Numbers are in the machine's byte order, which on every machine that runs this is little
 * endian. Each request is a header of 40 bytes and a body by its opcode:
 *
 * <pre>
 *   length 4 · opcode 4 · unique 8 · node 8 · uid 4 · gid 4 · pid 4 · extension units 2 · 2
 * </pre>
 *
 * <p>and each reply one of 16 bytes and a body by the request's:
 *
 * <pre>
 *   length 4 · −errno 4 · unique 8
 * </pre>
 */
@NullMarked
package io.quorate.store.fuse.kernel;

import org.jspecify.annotations.NullMarked;
