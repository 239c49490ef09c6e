/**
 * Immutable chunks of content: which of them this peer holds and where, and the gate that lets a
 * log entry in only behind the chunks that it names.
 */
@NullMarked
package io.quorate.store.chunk;

import org.jspecify.annotations.NullMarked;
