/**
 * One append-only journal for everything a peer must not lose: chunks of content, log entries, term
 * and vote. One fdatasync covers all that came before it, so an entry and the chunks it names become
 * durable together.
 */
@NullMarked
package io.quorate.store.journal;

import org.jspecify.annotations.NullMarked;
