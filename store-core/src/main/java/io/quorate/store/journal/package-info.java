/**
 * One append-only journal for everything a peer must not lose: chunks of content, log entries, term
 * and vote. One fdatasync covers all that came before it, so an entry and the chunks it names
 * become durable together.
 *
 * <p>The interesting half is what happens after a crash. A record that can not be read is one of
 * three things, and a peer may vote again after two of them only:
 *
 * <ul>
 *   <li><b>Torn</b>: the crash cut it short before it was durable, so nobody was told of it. It is
 *       dropped. On segments that start out as zeros a missing sector shows as zeros.
 *   <li><b>Damaged</b>: it was durable, and a later record says so. Headers have checksums of their
 *       own and sealed segments repeat them in a footer, so it is known what was lost and can be
 *       had from other peers.
 *   <li><b>Rotten at the very end</b>: it may have been durable and acknowledged, and nothing can
 *       tell. The peer is suspect.
 * </ul>
 *
 * <p>{@link io.quorate.store.journal.RecordFormat} draws the bytes, {@code JournalRecovery} tells
 * how a start goes, {@code JournalWriter} what it relies on.
 */
@NullMarked
package io.quorate.store.journal;

import org.jspecify.annotations.NullMarked;
