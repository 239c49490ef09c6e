package io.quorate.store.benchmarks.soak;

import io.quorate.store.benchmarks.duel.Contender;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** All that was read in a run, in the order of time. */
final class Course {
  private static final double SECONDS_PER_HOUR = 3600;

  private final List<Look> looks = new ArrayList<>();

  /**
   * What was read at one time.
   *
   * @param seconds since the beginning of the run
   * @param peers of each peer
   */
  record Look(double seconds, List<Reading> peers) {
    long operations() {
      return peers.stream().mapToLong(Reading::operations).sum();
    }
  }

  void add(Look look) {
    looks.add(look);
  }

  boolean isEmpty() {
    return looks.isEmpty();
  }

  Look last() {
    return looks.getLast();
  }

  /** Of a peer, from 1. */
  List<Trend.Point> points(Quantity quantity, int peer) {
    List<Trend.Point> points = new ArrayList<>();
    for (Look look : looks) {
      Double value = look.peers.get(peer - 1).values().get(quantity);
      if (value != null) {
        points.add(new Trend.Point(look.seconds / SECONDS_PER_HOUR, value));
      }
    }
    return points;
  }

  /** Of the peer, without what is not known of it. */
  Map<Quantity, Trend> trends(int peer, double tolerance) {
    Map<Quantity, Trend> trends = new EnumMap<>(Quantity.class);
    for (Quantity quantity : Quantity.values()) {
      List<Trend.Point> points = points(quantity, peer);
      if (!points.isEmpty()) {
        double hours = last().seconds / SECONDS_PER_HOUR;
        trends.put(quantity, Trend.of(quantity, points, hours, tolerance));
      }
    }
    return trends;
  }

  static List<Integer> peers() {
    return IntStream.rangeClosed(1, Contender.HOSTS).boxed().toList();
  }

  /** For JSON. */
  List<Map<String, Object>> figures() {
    List<Map<String, Object>> all = new ArrayList<>();
    for (Look look : looks) {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("seconds", look.seconds);
      map.put("operations", look.operations());
      map.put("peers", look.peers.stream().map(Course::figures).toList());
      all.add(map);
    }
    return all;
  }

  private static Map<String, Object> figures(Reading reading) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (Quantity quantity : Quantity.values()) {
      Double value = reading.values().get(quantity);
      if (value != null) {
        map.put(quantity.key(), value);
      }
    }
    return map;
  }
}
