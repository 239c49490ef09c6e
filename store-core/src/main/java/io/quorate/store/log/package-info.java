/**
 * The vocabulary that consensus, journal and metadata share: log entries, hard state, membership
 * and the names of chunks. Values only; no behaviour beyond validation.
 */
@NullMarked
package io.quorate.store.log;

import org.jspecify.annotations.NullMarked;
