package io.quorate.store.benchmarks.site;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.HdrHistogram.Histogram;

/** All requests so far, in the order of their ends. */
final class RequestLog {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition more = lock.newCondition();
  private final List<Request> requests = new ArrayList<>();

  void add(Request request) {
    lock.lock();
    try {
      requests.add(request);
      more.signalAll();
    } finally {
      lock.unlock();
    }
  }

  List<Request> all() {
    lock.lock();
    try {
      return List.copyOf(requests);
    } finally {
      lock.unlock();
    }
  }

  /** Returns when so many requests that were due at or after then have good answers. */
  void awaitGoodSince(long nanos, int count) throws InterruptedException {
    lock.lock();
    try {
      int seen = 0;
      int good = 0;
      while (good < count) {
        while (seen == requests.size()) {
          more.await();
        }
        Request request = requests.get(seen++);
        good += request.dueNanos() - nanos >= 0 && request.outcome().isGood() ? 1 : 0;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Those that were due in a time. */
  static List<Request> due(List<Request> requests, long fromNanos, long toNanos) {
    return requests.stream()
        .filter(each -> each.dueNanos() - fromNanos >= 0 && each.dueNanos() - toNanos < 0)
        .toList();
  }

  /**
   * The longest time without a good answer, of which a part at least is between two moments.
   *
   * @param requests in the order of their ends
   */
  static long longestGapNanos(List<Request> requests, long fromNanos, long toNanos) {
    long longest = 0;
    long last = fromNanos;
    for (Request request : requests) {
      long end = request.endNanos();
      if (request.outcome().isGood() && end - fromNanos >= 0 && last - toNanos < 0) {
        longest = Math.max(longest, end - last);
        last = end;
      }
    }
    return Math.max(longest, toNanos - last);
  }

  /** How some requests went. */
  record Summary(
      long count,
      long retried,
      long failed,
      long wrong,
      long bytes,
      Map<Request.Kind, Histogram> took) {
    long good() {
      return count - failed - wrong;
    }

    static Summary of(List<Request> requests) {
      Map<Request.Kind, Histogram> took = new EnumMap<>(Request.Kind.class);
      Map<Request.Outcome, Long> outcomes = new EnumMap<>(Request.Outcome.class);
      long bytes = 0;
      for (Request request : requests) {
        outcomes.merge(request.outcome(), 1L, Long::sum);
        if (request.outcome().isGood()) {
          bytes += request.bytes();
          took.computeIfAbsent(request.kind(), _ -> new Histogram(3))
              .recordValue(Math.max(0, request.nanos()));
        }
      }
      return new Summary(
          requests.size(),
          outcomes.getOrDefault(Request.Outcome.RETRIED, 0L),
          outcomes.getOrDefault(Request.Outcome.FAILED, 0L),
          outcomes.getOrDefault(Request.Outcome.WRONG, 0L),
          bytes,
          took);
    }
  }
}
