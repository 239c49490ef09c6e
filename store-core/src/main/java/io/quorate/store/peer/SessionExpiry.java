package io.quorate.store.peer;

import io.quorate.store.metadata.Metadata;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The leader's watch over sessions: one that shows no sign of life in the log for its timeout is
 * ended. A new leader starts every timer afresh, so a change of leader never ends a session early.
 */
final class SessionExpiry {
  private record Seen(long signOfLife, long atNanos) {}

  private final Map<Long, Seen> seen = new LinkedHashMap<>();

  /** Forgets all timers: this peer has just become leader, or no longer is. */
  void reset() {
    seen.clear();
  }

  /** Sessions whose timeout has passed. */
  List<Long> expired(List<Metadata.SessionInfo> sessions, long nowNanos) {
    List<Long> expired = new ArrayList<>();
    Map<Long, Seen> still = new LinkedHashMap<>();
    for (Metadata.SessionInfo session : sessions) {
      Seen last = seen.get(session.id());
      if (last == null || last.signOfLife() != session.lastKeepAliveIndex()) {
        last = new Seen(session.lastKeepAliveIndex(), nowNanos);
      } else if (nowNanos - last.atNanos() >= session.timeoutMillis() * 1_000_000L) {
        expired.add(session.id());
      }
      still.put(session.id(), last);
    }
    seen.clear();
    seen.putAll(still);
    return expired;
  }
}
