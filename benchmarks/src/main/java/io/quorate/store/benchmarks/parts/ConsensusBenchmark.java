package io.quorate.store.benchmarks.parts;

import io.quorate.store.consensus.Consensus;
import io.quorate.store.consensus.ConsensusOptions;
import io.quorate.store.consensus.Effects;
import io.quorate.store.consensus.Input;
import io.quorate.store.consensus.Restored;
import io.quorate.store.consensus.Role;
import io.quorate.store.log.EntryKind;
import io.quorate.store.log.Membership;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The consensus of four peers, with a network and disks that take no time: all steps of all peers
 * until what was proposed is committed at the leader and nothing is left to be said.
 */
@State(Scope.Benchmark)
public class ConsensusBenchmark extends PartBenchmark {
  private static final int PEERS = 4;
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** A command that names one chunk. */
  private static final int BODY_BYTES = 128;

  /** That are proposed in one step. */
  @Param({"1", "16"})
  public int proposals;

  private final List<Consensus> peers = new ArrayList<>();
  private final Deque<Delivery> network = new ArrayDeque<>();
  private final byte[] body = new byte[BODY_BYTES];
  private long nowNanos;
  private long tickets;
  private int leader;
  private long committed;

  private record Delivery(int to, Input input) {}

  /** A leader is elected. */
  @Setup(Level.Iteration)
  public void elect() {
    peers.clear();
    network.clear();
    nowNanos = 0;
    leader = 0;
    committed = 0;
    TreeMap<Integer, Long> voters = new TreeMap<>();
    for (int peer = 1; peer <= PEERS; peer++) {
      voters.put(peer, 1L);
    }
    Membership membership = new Membership(0, voters, new TreeMap<>());
    for (int peer = 1; peer <= PEERS; peer++) {
      ConsensusOptions options = ConsensusOptions.of(peer, 1, peer);
      peers.add(new Consensus(options, Restored.builder(membership).build(), nowNanos));
    }
    for (int ticks = 0; leader == 0 || committed == 0; ticks++) {
      if (ticks > 10_000) {
        throw new IllegalStateException("no leader is elected");
      }
      tick();
    }
  }

  private void tick() {
    nowNanos += TICK_NANOS;
    for (int peer = 1; peer <= PEERS; peer++) {
      network.add(new Delivery(peer, new Input.Tick()));
    }
    deliverAll();
  }

  private void deliverAll() {
    for (Delivery next = network.poll(); next != null; next = network.poll()) {
      step(next.to, next.input);
    }
  }

  private void step(int peer, Input input) {
    Effects effects = peers.get(peer - 1).step(input, nowNanos);
    send(peer, effects.send());
    send(peer, effects.sendWhenDurable());
    if (effects.number() > 0) {
      network.add(new Delivery(peer, new Input.Durable(effects.number())));
    }
    if (effects.role() == Role.LEADER) {
      leader = peer;
      committed = effects.commitIndex();
    }
    if (!effects.refused().isEmpty()) {
      throw new IllegalStateException("a proposal was refused");
    }
  }

  private void send(int from, List<Effects.Outbound> messages) {
    for (Effects.Outbound message : messages) {
      network.add(new Delivery(message.to(), new Input.Received(from, message.message())));
    }
  }

  /** A round; the log is dropped behind it, as a peer does after a checkpoint. */
  @Benchmark
  public long commit() {
    List<Input.Proposal> all = new ArrayList<>(proposals);
    for (int i = 0; i < proposals; i++) {
      all.add(new Input.Proposal(++tickets, EntryKind.COMMAND, List.of(), body));
    }
    long before = committed;
    // As much time passes as such a round takes, so that nobody misses a heartbeat.
    nowNanos += TimeUnit.MICROSECONDS.toNanos(100);
    network.add(new Delivery(leader, new Input.Propose(nowNanos, all)));
    deliverAll();
    if (committed != before + proposals) {
      throw new IllegalStateException("it was not committed in one round");
    }
    if (tickets % 1024 < proposals) {
      tick();
    }
    return committed;
  }
}
