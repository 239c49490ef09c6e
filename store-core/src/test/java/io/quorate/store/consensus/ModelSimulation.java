package io.quorate.store.consensus;

import io.quorate.store.consensus.Effects.Outbound;
import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import io.quorate.store.log.Membership;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A whole cluster of {@link Consensus} in one thread, from one seed: simulated network, disks and
 * clocks, with faults. First faults reign, then all is mended and the cluster must come to rest.
 */
final class ModelSimulation {
  private static final long MILLI = 1_000_000;
  private static final long FAULTS_END = 2_000 * MILLI;
  private static final long ALL_ENDS = 12_000 * MILLI;

  final ModelChecker checker = new ModelChecker();
  final TreeMap<Integer, ModelPeer> peers = new TreeMap<>();
  final SplitMix random;
  final ModelNetwork network;
  private final Rules rules;
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final Map<Integer, Clock> clocks = new TreeMap<>();
  private final Map<Long, Long> readStarts = new TreeMap<>();
  private final Map<Integer, Long> pausedUntil = new TreeMap<>();
  private final Map<Integer, Integer> boots = new TreeMap<>();
  private final ModelNemesis nemesis;
  private final boolean turbulent;
  private final boolean sparesTicks;
  private final long tickNanos;
  private long now;
  private long sequence;
  private long tickets;
  private long readsAnswered;
  private boolean mended;

  private record Event(long at, long sequence, Runnable run) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
    }
  }

  /** Runs a little fast or slow, from an origin of its own. */
  private record Clock(long origin, double rate) {
    long at(long time) {
      return origin + (long) (time * rate);
    }
  }

  ModelSimulation(long seed, Rules rules) {
    this.random = new SplitMix(seed);
    this.rules = rules;
    // Now and then leaders hardly last longer than it takes to elect them.
    turbulent = chance(12);
    sparesTicks = seed % 2 == 0;
    long heartbeat = (turbulent ? 10 : 50) * MILLI;
    tickNanos = heartbeat / 4;
    int appendBytes = chance(50) ? 1 : 500;
    int voters = (int) random.between(3, 7);
    SortedMap<Integer, Long> members = new TreeMap<>();
    for (int peer = 1; peer <= voters; peer++) {
      members.put(peer, 100L + peer);
    }
    SortedMap<Integer, Long> learners = new TreeMap<>();
    if (chance(30)) {
      learners.put(voters + 1, 100L + voters + 1);
    }
    Membership base = new Membership(0, members, learners);
    network = new ModelNetwork(this);
    nemesis = new ModelNemesis(this);
    boolean tinyCache = chance(50);
    boolean leases = chance(80);
    for (int peer = 1; peer <= voters + learners.size(); peer++) {
      double drift = (random.between(0, 1000) - 500) / 10_000.0;
      clocks.put(peer, new Clock(random.between(0, 1_000_000 * MILLI), 1 + drift));
      ConsensusOptions options =
          ConsensusOptions.of(peer, 100L + peer, random.next())
              .withTiming(heartbeat, 10 * heartbeat, 18 * heartbeat)
              .withBounds(appendBytes, 2_000, tinyCache ? 300 : 1 << 20, 20_000)
              .withLease(leases ? 8 * heartbeat : 0);
      ModelPeer model = new ModelPeer(options, base, rules, localTime(peer));
      peers.put(peer, model);
      checker.started(model);
      scheduleTick(peer, 0);
    }
  }

  boolean chance(int percent) {
    return random.between(1, 100) <= percent;
  }

  long now() {
    return now;
  }

  boolean isTurbulent() {
    return turbulent;
  }

  long localTime(int peer) {
    return clocks.get(peer).at(now);
  }

  void after(long nanos, Runnable run) {
    events.add(new Event(now + nanos, sequence++, run));
  }

  /** Runs to the end, or throws what a checker or a peer found wrong. */
  void run() {
    after(0, this::client);
    after(random.between(100, 800) * MILLI, nemesis::strike);
    after(FAULTS_END, this::mend);
    while (!events.isEmpty()) {
      Event next = events.poll();
      now = next.at;
      next.run.run();
      if (mended && nemesis.isAtRest() && now > FAULTS_END + 100 * MILLI && settled()) {
        return;
      }
      if (now > ALL_ENDS) {
        throw new ModelChecker.Violation("liveness: not at rest " + describe());
      }
    }
  }

  private void mend() {
    network.heal();
    pausedUntil.clear();
    nemesis.mend();
    mended = true;
    for (ModelPeer peer : peers.values()) {
      if (!peer.isRunning()) {
        restart(peer);
      }
    }
    finalEntry();
  }

  private long finalIndex;
  private long finalTerm;
  private final TreeMap<Integer, Boolean> finalReads = new TreeMap<>();

  /** Proposes until one entry of the calm time is committed. */
  private void finalEntry() {
    ModelPeer leader = leader();
    if (leader != null && !holdsFinalEntry(leader)) {
      finalIndex = 0;
      propose(leader, 1);
    }
    for (ModelPeer peer : peers.values()) {
      if (!finalReads.containsKey(peer.id) && peer.isRunning()) {
        read(peer);
      }
    }
    after(200 * MILLI, this::finalEntry);
  }

  private boolean holdsFinalEntry(ModelPeer peer) {
    return finalIndex > 0
        && peer.log().size() >= finalIndex
        && peer.log().get((int) finalIndex - 1).term() == finalTerm;
  }

  private boolean settled() {
    if (finalIndex == 0) {
      return false;
    }
    for (ModelPeer peer : peers.values()) {
      if (peer.isRunning()
          && nemesis.isMember(peer)
          && (peer.knownCommit() < finalIndex
              || !holdsFinalEntry(peer)
              || !finalReads.containsKey(peer.id))) {
        return false;
      }
    }
    return true;
  }

  String describe() {
    StringBuilder text = new StringBuilder();
    for (ModelPeer peer : peers.values()) {
      Consensus consensus = peer.consensus();
      text.append(
          String.format(
              "%n  peer %d/%d %s %s term %d leader %d log %d durable %d commit %d read %s %s %s",
              peer.id,
              peer.incarnation(),
              peer.isRunning() ? "up" : "down",
              consensus.role(),
              consensus.term(),
              consensus.leader(),
              peer.log().size(),
              peer.durableLog().size(),
              peer.knownCommit(),
              finalReads.containsKey(peer.id),
              consensus.membership(),
              consensus.followers()));
    }
    return "final " + finalIndex + "/" + finalTerm + text;
  }

  ModelPeer leader() {
    ModelPeer found = null;
    for (ModelPeer peer : peers.values()) {
      if (peer.isRunning()
          && peer.consensus().role() == Role.LEADER
          && (found == null || found.consensus().term() < peer.consensus().term())) {
        found = peer;
      }
    }
    return found;
  }

  private void client() {
    if (mended) {
      return;
    }
    for (ModelPeer peer : peers.values()) {
      if (peer.isRunning() && peer.consensus().role() == Role.LEADER && chance(70)) {
        propose(peer, (int) random.between(1, 4));
      }
      if (peer.isRunning() && chance(30)) {
        read(peer);
      }
      if (peer.isRunning() && chance(10)) {
        step(peer, List.of(new Input.Awaits(chance(50))));
      }
    }
    after(random.between(1, 40) * MILLI, this::client);
  }

  private void propose(ModelPeer peer, int count) {
    List<Input.Proposal> proposals = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tickets++;
      byte[] body = ByteBuffer.allocate((int) random.between(8, 200)).putLong(tickets).array();
      proposals.add(new Input.Proposal(tickets, EntryKind.COMMAND, List.of(), body));
    }
    long wallClock = now + random.between(0, 100 * MILLI) - 50 * MILLI;
    step(peer, List.of(new Input.Propose(wallClock, proposals)));
  }

  void proposeMembership(ModelPeer leader, Membership membership) {
    tickets++;
    Input.Proposal proposal =
        new Input.Proposal(tickets, EntryKind.MEMBERSHIP, List.of(), membership.encode());
    step(leader, List.of(new Input.Propose(now, List.of(proposal))));
  }

  private void read(ModelPeer peer) {
    tickets++;
    readStarts.put(tickets, checker.committedIndex());
    step(peer, List.of(new Input.ReadIndex(tickets)));
  }

  private void scheduleTick(int peer, int boot) {
    boots.put(peer, boot);
    after(random.between(1, tickNanos), () -> tick(peer, boot));
  }

  private void tick(int id, int boot) {
    ModelPeer peer = peers.get(id);
    if (boots.get(id) != boot || !peer.isRunning()) {
      return;
    }
    // A shell may tick all the time, or only when it must.
    if (!isPaused(id) && (!sparesTicks || peer.isTickDue(localTime(id)))) {
      step(peer, List.of(new Input.Tick()));
    }
    after(tickNanos, () -> tick(id, boot));
  }

  boolean isPaused(int peer) {
    return pausedUntil.getOrDefault(peer, 0L) > now;
  }

  void pause(int peer, long nanos) {
    pausedUntil.put(peer, now + nanos);
  }

  /** A message arrives; it waits if the peer is paused. */
  void deliver(int from, int to, ConsensusMessage message) {
    ModelPeer peer = peers.get(to);
    if (!peer.isRunning()) {
      return;
    }
    if (isPaused(to)) {
      after(pausedUntil.get(to) - now, () -> deliver(from, to, message));
      return;
    }
    step(peer, List.of(new Input.Received(from, message)));
  }

  void step(ModelPeer peer, List<Input> inputs) {
    Effects effects = peer.step(inputs, localTime(peer.id));
    checker.stepped(peer, effects);
    send(peer, effects.send());
    for (Effects.Readable readable : effects.readable()) {
      readsAnswered++;
      checker.readable(peer, readable.index(), readStarts.get(readable.ticket()));
      if (mended) {
        finalReads.put(peer.id, true);
      }
    }
    if (mended && finalIndex == 0 && !effects.accepted().isEmpty()) {
      finalIndex = effects.accepted().getFirst().index();
      finalTerm = effects.accepted().getFirst().term();
    }
    int boot = boots.get(peer.id);
    for (Effects.LogRead read : effects.logReads()) {
      after(
          random.between(1, 10) * MILLI,
          () -> {
            if (boots.get(peer.id) == boot && peer.isRunning()) {
              step(peer, List.of(new Input.LogEntries(read.forPeer(), peer.read(read))));
            }
          });
    }
    if (effects.number() != 0) {
      scheduleSync(peer, boot);
    }
  }

  private void scheduleSync(ModelPeer peer, int boot) {
    long delay = chance(2) ? random.between(50, 400) * MILLI : random.between(100_000, 8 * MILLI);
    long number = peer.newestWrite();
    after(
        delay,
        () -> {
          if (boots.get(peer.id) == boot && peer.isRunning()) {
            sync(peer, number);
          }
        });
  }

  private void sync(ModelPeer peer, long number) {
    List<Outbound> released = peer.syncThrough(number);
    checker.synced(peer);
    send(peer, released);
    if (peer.durableNumber() > 0) {
      step(peer, List.of(new Input.Durable(peer.durableNumber())));
    }
  }

  private void send(ModelPeer peer, List<Outbound> messages) {
    for (Outbound outbound : messages) {
      checker.sent(peer, outbound.to(), outbound.message());
      network.send(peer.id, outbound.to(), outbound.message());
    }
  }

  void crash(ModelPeer peer) {
    peer.crash((int) random.between(0, peer.unsynced()));
    checker.synced(peer);
    boots.merge(peer.id, 1, Integer::sum);
  }

  void restart(ModelPeer peer) {
    long commit =
        chance(50) ? 0 : random.between(0, Math.min(peer.knownCommit(), peer.durableLog().size()));
    peer.restart(random.next(), commit, localTime(peer.id));
    checker.started(peer);
    scheduleTick(peer.id, boots.get(peer.id) + 1);
  }

  void restartEmpty(ModelPeer peer, long incarnation) {
    peer.restartEmpty(incarnation, random.next(), localTime(peer.id));
    checker.started(peer);
    scheduleTick(peer.id, boots.get(peer.id) + 1);
  }

  void restartWithout(ModelPeer peer, long incarnation, int kept, boolean votes) {
    peer.restartWithout(incarnation, kept, votes, random.next(), localTime(peer.id));
    checker.started(peer);
    scheduleTick(peer.id, boots.get(peer.id) + 1);
  }

  long readsAnswered() {
    return readsAnswered;
  }

  List<Entry> logOf(int peer) {
    return peers.get(peer).log();
  }
}
