/**
 * The replicated state: a POSIX namespace as a deterministic state machine. Commands come in
 * through the log and are applied in its order on every peer; queries are answered from a snapshot
 * of what is applied. Nothing here depends on local time, randomness or configuration.
 */
@NullMarked
package io.quorate.store.metadata;

import org.jspecify.annotations.NullMarked;
