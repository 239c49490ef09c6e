package io.quorate.store.consensus;

import io.quorate.store.consensus.Effects.Outbound;
import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import io.quorate.store.log.Membership;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is left of a cluster whose other peers are lost for good: each has some of what they were
 * sent. An operator forces a quorum on one after the other, and they crash at whatever step. In the
 * end they must go on, and have what the one had that had most.
 */
final class ForcedSurvivors {
  private static final long MILLI = 1_000_000;
  private static final int STEPS = 20_000;
  private static final long OLD_TERM = 3;

  private final SplitMix random;
  private final Membership before;
  private final Membership forced;
  private final SortedMap<Integer, ModelPeer> peers = new TreeMap<>();
  private final Set<Integer> unforced = new TreeSet<>();
  private final Deque<Sent> underWay = new ArrayDeque<>();
  private final List<Entry> history = new ArrayList<>();
  private int longest;
  private int crashes;
  private long now;

  private record Sent(int from, int to, ConsensusMessage message) {}

  ForcedSurvivors(int all, int left, long seed, Rules rules) {
    random = new SplitMix(seed);
    SortedMap<Integer, Long> voters = new TreeMap<>();
    for (int peer = 1; peer <= all; peer++) {
      voters.put(peer, 100L + peer);
      if (peer <= left) {
        unforced.add(peer);
      }
    }
    before = new Membership(0, voters, new TreeMap<>());
    forced = before.forcedOnto(unforced, "by an operator");
    crashes = (int) random.between(0, 20);
    byte[] awaiting = before.awaiting(9, "e:7400").encode();
    int changedAt = (int) random.between(1, 20);
    for (int index = 1; index <= 8; index++) {
      EntryKind kind = index == changedAt ? EntryKind.MEMBERSHIP : EntryKind.COMMAND;
      byte[] body = index == changedAt ? awaiting : new byte[] {(byte) index};
      history.add(new Entry(index, OLD_TERM, 10 * index, kind, List.of(), body));
    }
    for (int peer : unforced) {
      ConsensusOptions options =
          ConsensusOptions.of(peer, 100L + peer, random.next())
              .withTiming(50 * MILLI, 500 * MILLI, 900 * MILLI);
      peers.put(peer, new ModelPeer(options, before, rules, now));
      takeFromLost(peers.get(peer), all);
    }
  }

  private void takeFromLost(ModelPeer peer, int leader) {
    int taken = (int) random.between(0, history.size());
    longest = Math.max(longest, taken);
    List<Entry> entries = history.subList(0, taken);
    long commit = random.between(0, taken);
    step(
        peer,
        new Input.Received(
            leader,
            new ConsensusMessage.AppendEntries(
                OLD_TERM, 100L + leader, 0, 0, entries, commit, 1, true, 0, 0, false, 0)));
    sync(peer);
    peer.crash(peer.unsynced());
  }

  /** Runs until all agree; throws if they do not, or something is missing. */
  void run() {
    for (int step = 0; step < STEPS; step++) {
      now += 5 * MILLI;
      if (crashes > 0 || !unforced.isEmpty()) {
        harm();
      } else {
        peers.values().stream().filter(peer -> !peer.isRunning()).forEach(this::restart);
      }
      deliver();
      for (ModelPeer peer : peers.values()) {
        if (peer.isRunning()) {
          step(peer, new Input.Tick());
          sync(peer);
        }
      }
      if (crashes == 0 && unforced.isEmpty() && agree()) {
        check();
        return;
      }
    }
    throw new AssertionError("they do not go on: " + describe());
  }

  private void harm() {
    ModelPeer victim = peers.get((int) random.between(1, peers.size()));
    if (victim.isRunning()) {
      if (random.between(1, 100) <= 2) {
        crashes = Math.max(0, crashes - 1);
        victim.crash((int) random.between(0, victim.unsynced()));
      }
    } else if (unforced.contains(victim.id) && random.between(1, 100) <= 20) {
      unforced.remove(victim.id);
      victim.force(forced);
    } else if (random.between(1, 100) <= 10) {
      restart(victim);
    }
  }

  private void restart(ModelPeer peer) {
    peer.restart(random.next(), random.between(0, peer.knownCommit()), now);
  }

  private void deliver() {
    for (int left = underWay.size(); left > 0; left--) {
      Sent next = underWay.removeFirst();
      ModelPeer to = peers.get(next.to);
      if (to != null && to.isRunning() && random.between(1, 100) > 3) {
        step(to, new Input.Received(next.from, next.message));
      }
    }
  }

  private void step(ModelPeer peer, Input input) {
    Effects effects = peer.step(List.of(input), now);
    send(peer, effects.send());
    for (Effects.LogRead read : effects.logReads()) {
      step(peer, new Input.LogEntries(read.forPeer(), peer.read(read)));
    }
  }

  private void sync(ModelPeer peer) {
    if (peer.unsynced() > 0 && random.between(1, 100) <= 70) {
      send(peer, peer.sync(peer.unsynced()));
      step(peer, new Input.Durable(peer.durableNumber()));
    }
  }

  private void send(ModelPeer peer, List<Outbound> messages) {
    messages.forEach(each -> underWay.add(new Sent(peer.id, each.to(), each.message())));
  }

  private boolean agree() {
    for (ModelPeer peer : peers.values()) {
      Consensus consensus = peer.consensus();
      if (!peer.isRunning()
          || consensus.leader() == 0
          || consensus.committedMembership().index() == 0
          || consensus.committedMembership().forced() != 1
          || !consensus.writable()
          || peer.log().size() != peers.get(1).log().size()) {
        return false;
      }
    }
    return true;
  }

  private void check() {
    for (ModelPeer peer : peers.values()) {
      if (peer.log().size() < longest
          || !terms(peer.log().subList(0, longest)).equals(terms(history.subList(0, longest)))) {
        throw new AssertionError("the first " + longest + " entries are lost: " + describe());
      }
      if (!terms(peer.log()).equals(terms(peers.get(1).log()))
          || !peer.consensus().membership().voters().equals(forced.voters())) {
        throw new AssertionError("they do not agree: " + describe());
      }
    }
  }

  private static List<Long> terms(List<Entry> entries) {
    return entries.stream().map(Entry::term).toList();
  }

  private String describe() {
    StringBuilder text = new StringBuilder();
    for (ModelPeer peer : peers.values()) {
      Consensus consensus = peer.consensus();
      text.append(
          String.format(
              "%n  peer %d %s %s in term %d, leader %d, log %s, committed %d of %s",
              peer.id,
              peer.isRunning() ? "up" : "down",
              consensus.role(),
              consensus.term(),
              consensus.leader(),
              terms(peer.log()),
              consensus.commitIndex(),
              consensus.membershipsInForce()));
    }
    return text.toString();
  }
}
