package io.quorate.store.fuse.command;

import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.ClusterStatus.PeerStatus;
import io.quorate.store.gateway.ClusterStatus.State;
import io.quorate.store.gateway.Upkeep.Space;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** What the peers' journals use their space for, each and in all. */
final class ClusterSpace {
  private final ClusterStatus status;

  ClusterSpace(ClusterStatus status) {
    this.status = status;
  }

  /** Peers that do not say now; what they said last is not counted. */
  List<PeerStatus> silent() {
    return status.peers().stream().filter(peer -> !isKnown(peer)).toList();
  }

  private static boolean isKnown(PeerStatus peer) {
    return peer.state() != State.UNREACHABLE && peer.upkeep().space().liveBytes() >= 0;
  }

  private Space sum() {
    Space sum = new Space(0, 0, 0, 0, 0);
    for (PeerStatus peer : status.peers()) {
      if (isKnown(peer)) {
        Space one = peer.upkeep().space();
        sum =
            new Space(
                sum.liveBytes() + one.liveBytes(),
                sum.garbageBytes() + one.garbageBytes(),
                sum.logBytes() + one.logBytes(),
                sum.reservedBytes() + one.reservedBytes(),
                sum.freeBytes() + one.freeBytes());
      }
    }
    return sum;
  }

  /**
   * Prints a table.
   *
   * @param human sizes as 12.3 MiB
   */
  void print(PrintStream out, boolean human) {
    LongFunction<String> size = human ? Human::bytes : String::valueOf;
    Table table = new Table("<peer", ">live", ">garbage", ">log", ">reserved", ">free");
    for (PeerStatus peer : status.peers()) {
      if (isKnown(peer)) {
        row(table, String.valueOf(peer.id()), peer.upkeep().space(), size);
      } else {
        table.row(String.valueOf(peer.id()), "-", "-", "-", "-", "-");
      }
    }
    row(table, "all", sum(), size);
    table.print(out);
  }

  private static void row(Table table, String name, Space space, LongFunction<String> size) {
    table.row(
        name,
        size.apply(space.liveBytes()),
        size.apply(space.garbageBytes()),
        size.apply(space.logBytes()),
        size.apply(space.reservedBytes()),
        size.apply(space.freeBytes()));
  }

  Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> cluster = new LinkedHashMap<>();
    cluster.put("cluster", status.cluster());
    List<Object> peers = new ArrayList<>();
    for (PeerStatus peer : status.peers()) {
      Map<String, @Nullable Object> one = new LinkedHashMap<>();
      one.put("id", peer.id());
      one.putAll(UpkeepFacts.json(isKnown(peer) ? peer.upkeep().space() : Space.UNKNOWN));
      peers.add(one);
    }
    cluster.put("peers", peers);
    cluster.put("all", UpkeepFacts.json(sum()));
    return cluster;
  }
}
