package io.quorate.store.net.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Tags;
import io.quorate.store.peer.Peer;
import io.quorate.store.world.World;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The {@link PeerNumbers} of a peer in this process as meters, for as long as it runs. Who reads
 * them reads many at a time, so the peer is asked once a second at most.
 */
final class PeerMeters implements AutoCloseable {
  private static final long FRESH_NANOS = 1_000_000_000L;

  private record Key(String name, String tagValue) {
    static Key of(PeerNumbers.Number number) {
      return new Key(number.name(), number.tagValue());
    }
  }

  private final World world;
  private final Peer peer;
  private final MeterRegistry registry;
  private final List<Meter> meters = new ArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private Map<Key, Double> values = new HashMap<>();
  private long takenNanos;

  PeerMeters(World world, Peer peer, String cluster, int id, MeterRegistry registry)
      throws InterruptedException {
    this.world = world;
    this.peer = peer;
    this.registry = registry;
    Tags own = Tags.of("cluster", cluster, "id", Integer.toString(id));
    for (PeerNumbers.Number number : PeerNumbers.of(peer)) {
      Tags tags = number.tag().isEmpty() ? own : own.and(number.tag(), number.tagValue());
      Key key = Key.of(number);
      String name = "quorate." + number.name();
      meters.add(
          number.counter()
              ? FunctionCounter.builder(name, this, self -> self.value(key))
                  .description(number.help())
                  .tags(tags)
                  .register(registry)
              : Gauge.builder(name, this, self -> self.value(key))
                  .description(number.help())
                  .tags(tags)
                  .register(registry));
    }
  }

  static AutoCloseable inGlobalRegistry(World world, Peer peer, String cluster, int id)
      throws InterruptedException {
    return new PeerMeters(world, peer, cluster, id, Metrics.globalRegistry);
  }

  /** NaN if the peer does not tell. */
  private double value(Key key) {
    lock.lock();
    try {
      long now = world.nanoTime();
      if (values.isEmpty() || now - takenNanos >= FRESH_NANOS) {
        Map<Key, Double> fresh = new HashMap<>();
        PeerNumbers.of(peer).forEach(number -> fresh.put(Key.of(number), number.value()));
        values = fresh;
        takenNanos = now;
      }
      return values.getOrDefault(key, Double.NaN);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Double.NaN;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    meters.forEach(registry::remove);
  }
}
