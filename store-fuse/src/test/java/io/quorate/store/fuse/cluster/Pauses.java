package io.quorate.store.fuse.cluster;

import java.util.ArrayList;
import java.util.List;

/** How long nothing was acknowledged, and how long calls took, in a period of time. */
final class Pauses {
  private final List<Long> callNanos = new ArrayList<>();
  private long lastNanos;
  private long longestPauseNanos;

  synchronized void begin(long nowNanos) {
    callNanos.clear();
    longestPauseNanos = 0;
    lastNanos = nowNanos;
  }

  synchronized void acknowledged(long beganNanos, long nowNanos) {
    callNanos.add(nowNanos - beganNanos);
    longestPauseNanos = Math.max(longestPauseNanos, nowNanos - lastNanos);
    lastNanos = Math.max(lastNanos, nowNanos);
  }

  synchronized String describe(long nowNanos) {
    List<Long> sorted = callNanos.stream().sorted().toList();
    if (sorted.isEmpty()) {
      return "nothing was acknowledged";
    }
    return String.format(
        "%d calls, longest pause %d ms, call p50 %d ms, p99 %d ms, longest %d ms",
        sorted.size(),
        Math.max(longestPauseNanos, nowNanos - lastNanos) / 1_000_000,
        sorted.get(sorted.size() / 2) / 1_000_000,
        sorted.get(sorted.size() * 99 / 100) / 1_000_000,
        sorted.getLast() / 1_000_000);
  }
}
