package io.quorate.store.metadata;

import io.quorate.store.metadata.Command.LockFamily;
import io.quorate.store.metadata.Command.LockType;
import io.quorate.store.table.Cursor;
import io.quorate.store.table.TableReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Advisory locks. One row holds all locks of an inode in one family, ordered by start; an index by
 * session finds them when it ends. Locks of ended sessions do not count from the moment of their
 * end, whenever their rows are purged.
 *
 * <pre>
 * row = (session owner:count type:byte start end:count)*
 * </pre>
 */
final class Locks {
  private static final int MAX_LOCKS_OF_AN_INODE = 4096;
  private static final LockType[] TYPES = LockType.values();
  private static final LockFamily[] FAMILIES = LockFamily.values();

  private final Transaction tx;

  Locks(Transaction tx) {
    this.tx = tx;
  }

  private record Held(long session, long owner, LockType type, long start, long end) {
    boolean isOf(long ofSession, long ofOwner) {
      return session == ofSession && owner == ofOwner;
    }

    boolean meets(long from, long to) {
      return start <= to && from <= end;
    }

    Held part(long from, long to) {
      return new Held(session, owner, type, from, to);
    }
  }

  private static byte[] key(long inode, LockFamily family) {
    return Keys.tagged('i', inode, family.ordinal());
  }

  private static List<Held> load(
      TableReader rows, long inode, LockFamily family, LongPredicate isLive) {
    List<Held> locks = new ArrayList<>();
    byte[] row = rows.get(MetadataTable.LOCKS, key(inode, family));
    if (row == null) {
      return locks;
    }
    Decoder in = new Decoder(row);
    try {
      while (in.remaining() > 0) {
        Held lock =
            new Held(
                in.readCount("session"),
                in.readCount("owner"),
                in.readEnum(TYPES, "type"),
                in.readCount("start"),
                in.readCount("end"));
        if (isLive.test(lock.session())) {
          locks.add(lock);
        }
      }
    } catch (MalformedCommandException e) {
      throw new IllegalStateException("the row of locks of inode " + inode + " is damaged", e);
    }
    return locks;
  }

  private void save(long inode, LockFamily family, List<Held> locks) {
    if (locks.isEmpty()) {
      tx.draft.delete(MetadataTable.LOCKS, key(inode, family));
      return;
    }
    Encoder out = new Encoder(24 * locks.size());
    for (Held lock : locks) {
      out.putCount(lock.session()).putCount(lock.owner()).putByte(lock.type().ordinal());
      out.putCount(lock.start()).putCount(lock.end());
    }
    tx.draft.put(MetadataTable.LOCKS, key(inode, family), out.toArray());
  }

  static void checkRange(LockFamily family, long start, long end) {
    if (family == LockFamily.FCNTL && (start < 0 || end < start)) {
      throw new Refused(ErrorCode.INVALID, "a lock cannot cover " + start + " to " + end);
    }
  }

  /** The first lock of somebody else in the way, or null. */
  private static @Nullable Held conflict(
      List<Held> locks, long session, long owner, LockType type, long start, long end) {
    for (Held lock : locks) {
      if (!lock.isOf(session, owner)
          && lock.meets(start, end)
          && (type == LockType.WRITE || lock.type() == LockType.WRITE)) {
        return lock;
      }
    }
    return null;
  }

  private static Result.LockConflict told(Held lock) {
    return new Result.LockConflict(
        lock.session(), lock.owner(), lock.type(), lock.start(), lock.end());
  }

  Result apply(Command.Lock command) {
    Session session = tx.session;
    if (session == null) {
      throw new Refused(ErrorCode.INVALID, "a lock belongs to a session");
    }
    checkRange(command.family(), command.startByte(), command.endByte());
    tx.view.need(command.inode());
    boolean whole = command.family() == LockFamily.FLOCK;
    long start = whole ? 0 : command.startByte();
    long end = whole ? Long.MAX_VALUE : command.endByte();
    List<Held> locks =
        load(tx.draft, command.inode(), command.family(), id -> tx.sessions.live(id) != null);
    if (command.type() != LockType.UNLOCK) {
      Held other = conflict(locks, session.id, command.owner(), command.type(), start, end);
      if (other != null) {
        return told(other);
      }
    }
    Held wanted = new Held(session.id, command.owner(), command.type(), start, end);
    List<Held> after = lay(locks, wanted);
    if (after.size() > MAX_LOCKS_OF_AN_INODE && after.size() > locks.size()) {
      throw new Refused(
          ErrorCode.NO_LOCKS, "an inode has at most " + MAX_LOCKS_OF_AN_INODE + " locks");
    }
    save(command.inode(), command.family(), after);
    index(command.inode(), command.family(), session.id, after);
    return new Result.Done();
  }

  /**
   * {@code locks} with {@code wanted} laid over those of the same owner, merged where they touch.
   */
  private static List<Held> lay(List<Held> locks, Held wanted) {
    List<Held> after = new ArrayList<>();
    Held merged = wanted;
    for (Held lock : locks) {
      if (!lock.isOf(wanted.session(), wanted.owner())) {
        after.add(lock);
      } else if (lock.type() == wanted.type() && touches(lock, wanted)) {
        merged =
            merged.part(Math.min(merged.start(), lock.start()), Math.max(merged.end(), lock.end()));
      } else {
        if (lock.start() < wanted.start()) {
          after.add(lock.part(lock.start(), Math.min(lock.end(), wanted.start() - 1)));
        }
        if (lock.end() > wanted.end()) {
          after.add(lock.part(Math.max(lock.start(), wanted.end() + 1), lock.end()));
        }
      }
    }
    if (wanted.type() != LockType.UNLOCK) {
      after.add(merged);
    }
    after.sort(
        Comparator.comparingLong(Held::start)
            .thenComparingLong(Held::session)
            .thenComparingLong(Held::owner));
    return after;
  }

  private static boolean touches(Held lock, Held wanted) {
    return lock.meets(Math.max(0, wanted.start() - 1), wanted.end())
        || (wanted.end() != Long.MAX_VALUE && lock.meets(wanted.start(), wanted.end() + 1));
  }

  private void index(long inode, LockFamily family, long session, List<Held> locks) {
    byte[] key = Keys.tagged('s', session, inode, family.ordinal());
    if (locks.stream().anyMatch(lock -> lock.session() == session)) {
      tx.draft.put(MetadataTable.LOCKS, key, new byte[0]);
    } else {
      tx.draft.delete(MetadataTable.LOCKS, key);
    }
  }

  /** Removes up to {@code budget} rows of an ended session's locks; answers how many it took. */
  int purge(long session, int budget) {
    int purged = 0;
    try (Cursor cursor = tx.draft.scanPrefix(MetadataTable.LOCKS, Keys.tagged('s', session))) {
      while (purged < budget && cursor.next()) {
        purged++;
        long inode = Keys.longAt(cursor.key(), 9);
        LockFamily family = FAMILIES[(int) Keys.longAt(cursor.key(), 17)];
        tx.draft.delete(MetadataTable.LOCKS, cursor.key());
        if (tx.draft.get(MetadataTable.LOCKS, key(inode, family)) != null) {
          save(inode, family, load(tx.draft, inode, family, id -> tx.sessions.live(id) != null));
        }
      }
    }
    return purged;
  }

  /** Removes all locks of an inode that is being purged. */
  void forget(long inode) {
    for (LockFamily family : FAMILIES) {
      for (Held lock : load(tx.draft, inode, family, id -> true)) {
        tx.draft.delete(
            MetadataTable.LOCKS, Keys.tagged('s', lock.session(), inode, family.ordinal()));
      }
      tx.draft.delete(MetadataTable.LOCKS, key(inode, family));
    }
  }

  static Answer test(View view, Query.TestLock query) {
    checkRange(query.family(), query.startByte(), query.endByte());
    view.need(query.inode());
    boolean whole = query.family() == LockFamily.FLOCK;
    List<Held> locks =
        load(view.rows(), query.inode(), query.family(), session -> isLive(view, session));
    Held other =
        conflict(
            locks,
            query.session(),
            query.owner(),
            query.type(),
            whole ? 0 : query.startByte(),
            whole ? Long.MAX_VALUE : query.endByte());
    return other == null || query.type() == LockType.UNLOCK
        ? new Answer.Unlocked()
        : new Answer.Locked(told(other));
  }

  private static boolean isLive(View view, long session) {
    byte[] row = view.rows().get(MetadataTable.SESSIONS, Keys.tagged('s', session));
    return row != null && !Session.decode(session, row).ended;
  }
}
