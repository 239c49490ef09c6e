package io.quorate.store.metadata;

import io.quorate.store.metadata.Metadata.SessionInfo;
import io.quorate.store.table.Cursor;
import io.quorate.store.table.TableReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All sessions, in memory for the thread that applies; each change is also written to its row. Not
 * undone when a command is refused, so commands change sessions last.
 */
final class Sessions {
  private static final int MAX_HELD = 65_536;
  private static final int MAX_OWNER_BYTES = 255;
  private static final long MAX_TIMEOUT_MILLIS = 24L * 3600 * 1000;

  private final TreeMap<Long, Session> sessions = new TreeMap<>();

  /** No orphan in the queue has a lower index. A hint: it only saves looking. */
  private long firstOrphan;

  Sessions(TableReader rows) {
    try (Cursor cursor = rows.scanPrefix(MetadataTable.SESSIONS, new byte[] {'s'})) {
      while (cursor.next()) {
        Session session = Session.decode(Keys.longAt(cursor.key(), 1), cursor.value());
        sessions.put(session.id, session);
        byte[] held = rows.get(MetadataTable.SESSIONS, Keys.tagged('h', session.id));
        if (held != null) {
          session.held = Session.decodeHeld(held);
        }
        try (Cursor results = rows.scanPrefix(MetadataTable.RESULTS, Keys.of(session.id))) {
          while (results.next()) {
            session.results.put(Keys.longAt(results.key(), 8), results.value());
          }
        }
      }
    }
  }

  @Nullable Session get(long id) {
    return sessions.get(id);
  }

  /** The session unless it has ended. */
  @Nullable Session live(long id) {
    Session session = sessions.get(id);
    return session == null || session.ended ? null : session;
  }

  Collection<Session> all() {
    return sessions.values();
  }

  void remove(long id) {
    sessions.remove(id);
  }

  List<SessionInfo> list() {
    List<SessionInfo> list = new ArrayList<>();
    for (Session session : sessions.values()) {
      if (!session.ended) {
        list.add(
            new SessionInfo(
                session.id, session.owner, session.timeoutMillis, session.lastCommandIndex));
      }
    }
    return List.copyOf(list);
  }

  void save(Transaction tx, Session session) {
    byte[] key = session.key();
    if (session.stored.length > 0) {
      tx.draft.know(MetadataTable.SESSIONS, key, session.stored);
    }
    session.stored = session.encode();
    tx.draft.put(MetadataTable.SESSIONS, key, session.stored);
  }

  Result open(Transaction tx, Command.OpenSession command) {
    if (command.timeoutMillis() < 1 || command.timeoutMillis() > MAX_TIMEOUT_MILLIS) {
      throw new Refused(
          ErrorCode.INVALID,
          "a session's timeout is 1 to "
              + MAX_TIMEOUT_MILLIS
              + " ms, not "
              + command.timeoutMillis());
    }
    if (Bytes.utf8(command.owner()).length() > MAX_OWNER_BYTES) {
      throw new Refused(
          ErrorCode.INVALID, "a session's owner takes at most " + MAX_OWNER_BYTES + " bytes");
    }
    Session session = new Session(tx.index, command.owner(), command.timeoutMillis());
    session.handlesAsOf = tx.index;
    session.lastCommandIndex = tx.index;
    sessions.put(session.id, session);
    save(tx, session);
    return new Result.Opened(session.id);
  }

  Result keepAlive(Transaction tx, Command.KeepAlive command) {
    Session session = tx.session;
    if (session == null) {
      throw new Refused(ErrorCode.INVALID, "a sign of life belongs to a session");
    }
    if (command.handlesAsOf() < 0 || command.handlesAsOf() > tx.index) {
      throw new Refused(
          ErrorCode.INVALID, "handles as of " + command.handlesAsOf() + ", which is yet to come");
    }
    if (command.held().size() > MAX_HELD) {
      throw new Refused(
          ErrorCode.INVALID,
          command.held().size() + " orphans are held; a session holds at most " + MAX_HELD);
    }
    if (command.chunkFloor() < 0) {
      throw new Refused(ErrorCode.INVALID, "a chunk floor cannot be negative");
    }
    if (command.handlesAsOf() >= session.handlesAsOf) {
      session.handlesAsOf = command.handlesAsOf();
      hold(tx, session, new TreeSet<>(command.held()));
    }
    session.chunkFloor = Math.max(session.chunkFloor, command.chunkFloor());
    return new Result.Done(); // The row is saved with the command's result.
  }

  private static void hold(Transaction tx, Session session, SortedSet<Long> held) {
    SortedSet<Long> before = session.held;
    if (before.equals(held)) {
      return;
    }
    session.held = held;
    byte[] key = Keys.tagged('h', session.id);
    if (held.isEmpty()) {
      tx.draft.delete(MetadataTable.SESSIONS, key);
    } else {
      tx.draft.put(MetadataTable.SESSIONS, key, Session.encodeHeld(held));
    }
    Orphans orphans = new Orphans(tx);
    for (long id : before) {
      if (!held.contains(id)) {
        orphans.unpark(id);
      }
    }
  }

  Result end(Transaction tx, Command.EndSession command) {
    Session session = live(command.session());
    if (session == null) {
      throw new Refused(
          ErrorCode.SESSION_ENDED, "session " + command.session() + " is unknown or has ended");
    }
    hold(tx, session, new TreeSet<>());
    session.ended = true;
    save(tx, session);
    return new Result.Done();
  }

  /** Forgets results below {@code lowest}, as the session has seen them. */
  void forget(Transaction tx, Session session, long lowest) {
    if (lowest <= session.lowest) {
      return;
    }
    var old = session.results.headMap(lowest);
    old.forEach(
        (sequence, result) -> {
          byte[] key = Keys.of(session.id, sequence);
          tx.draft.know(MetadataTable.RESULTS, key, result);
          tx.draft.delete(MetadataTable.RESULTS, key);
        });
    old.clear();
    session.lowest = lowest;
  }

  void keepResult(Transaction tx, Session session, long sequence, Result result) {
    byte[] bytes = ResultCodec.encode(result);
    session.results.put(sequence, bytes);
    tx.draft.putNew(MetadataTable.RESULTS, Keys.of(session.id, sequence), bytes);
  }

  /** Makes good the counts of dead chunks that a transaction changed. */
  void settleTombstones(Transaction tx) {
    tx.tombstones.forEach(
        (id, more) -> {
          Session session = sessions.get(id);
          if (session != null && more != 0) {
            session.tombstones += more;
            save(tx, session);
          }
        });
    tx.tombstones.clear();
  }

  void expectOrphan(long index) {
    firstOrphan = Math.min(firstOrphan, index);
  }

  void noOrphanBelow(long index) {
    firstOrphan = index;
  }

  long firstOrphan() {
    return firstOrphan;
  }

  /** Whether the next entry, whatever it is, would purge something. */
  boolean leavePurging(long index) {
    if (firstOrphan <= handlesFloor(index)) {
      return true;
    }
    for (Session session : sessions.values()) {
      if (session.ended || session.sweptFloor < session.chunkFloor) {
        return true;
      }
    }
    return false;
  }

  /** Orphans up to this index are known to all sessions, which have said what they hold of them. */
  long handlesFloor(long index) {
    long floor = index;
    for (Session session : sessions.values()) {
      if (!session.ended) {
        floor = Math.min(floor, session.handlesAsOf);
      }
    }
    return floor;
  }

  boolean isHeld(long id) {
    for (Session session : sessions.values()) {
      if (!session.ended && session.held.contains(id)) {
        return true;
      }
    }
    return false;
  }
}
