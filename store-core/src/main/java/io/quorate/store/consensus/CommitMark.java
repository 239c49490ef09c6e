package io.quorate.store.consensus;

import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import io.quorate.store.log.Membership;
import java.nio.ByteBuffer;

/**
 * What an entry tells about the commit of those before it. A commit index is otherwise kept in
 * memory only, and after a restart of all peers none may know whether the newest membership in its
 * log is committed; then a readmitted peer would count for nobody, and there might be no majority
 * without it.
 *
 * <ul>
 *   <li>A leader's empty entry carries the commit index that it knew (8 bytes, big-endian). Leaders
 *       append one at the beginning of their term, and one when a membership has been committed.
 *   <li>A membership is appended only when the one before it is committed; but for the one with
 *       which a leader begins its term whom all have elected, or which an operator has forced.
 * </ul>
 *
 * Both stay true even if the entry itself is superseded.
 */
final class CommitMark {
  private CommitMark() {}

  /** Body of a {@link EntryKind#NO_OP} entry. */
  static byte[] encode(long commitIndex) {
    return ByteBuffer.allocate(Long.BYTES).putLong(commitIndex).array();
  }

  /**
   * An index up to which everything was committed when {@code entry} was appended.
   *
   * @param newest the newest membership before the entry
   */
  static long of(Entry entry, Membership newest) {
    return switch (entry.kind()) {
      case NO_OP -> entry.body().length < Long.BYTES ? 0 : ByteBuffer.wrap(entry.body()).getLong();
      case MEMBERSHIP -> {
        Membership next = Membership.decode(entry.index(), entry.body());
        yield next.byAll() || next.forced() > newest.forced() ? 0 : newest.index();
      }
      case COMMAND -> 0;
    };
  }
}
