package io.quorate.store.consensus;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.consensus.Effects.Outbound;
import io.quorate.store.log.Membership;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How long four peers take to have a leader that commits again, after theirs died between two
 * messages. In simulated time: messages take up to 5 ms, the disk up to 20 ms.
 */
class FailoverTest {
  private static final long MILLI = 1_000_000;
  private static final int SEEDS = 300;

  private record Letter(long at, int from, int to, ConsensusMessage message) {}

  private final TreeMap<Integer, ModelPeer> peers = new TreeMap<>();
  private final TreeMap<Integer, Long> syncAt = new TreeMap<>();
  private final List<Letter> mail = new ArrayList<>();
  private SplitMix random = new SplitMix(0);
  private long now;
  private boolean sparesTicks;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void takesLessThanASecondAndAHalf(boolean ticksOnlyWhenDue) {
    sparesTicks = ticksOnlyWhenDue;
    long worst = 0;
    long sum = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      long took = failover(seed);
      worst = Math.max(worst, took);
      sum += took;
    }
    long mean = sum / SEEDS;
    assertTrue(
        worst < 1_500 * MILLI && mean < 900 * MILLI,
        "worst " + worst / MILLI + " ms, mean " + mean / MILLI + " ms");
  }

  private long failover(long seed) {
    random = new SplitMix(seed);
    peers.clear();
    mail.clear();
    syncAt.clear();
    TreeMap<Integer, Long> voters = new TreeMap<>();
    for (int id = 1; id <= 4; id++) {
      voters.put(id, 100L + id);
    }
    Membership base = new Membership(0, voters, new TreeMap<>());
    for (int id = 1; id <= 4; id++) {
      ConsensusOptions options = ConsensusOptions.of(id, 100L + id, random.next());
      peers.put(id, new ModelPeer(options, base, new Rules(), now));
    }
    ModelPeer first = awaitCommit(0);
    for (long left = random.between(200, 400); left > 0; left--) {
      pass();
    }
    long died = now;
    first.crash(0);
    awaitCommit(first.consensus().term());
    return now - died;
  }

  /** Waits for a leader of a term beyond {@code term} that has committed an entry of its own. */
  private ModelPeer awaitCommit(long term) {
    for (int i = 0; i < 20_000; i++) {
      pass();
      for (ModelPeer peer : peers.values()) {
        if (peer.isRunning()
            && peer.consensus().role() == Role.LEADER
            && peer.consensus().term() > term
            && peer.knownCommit() == peer.log().size()) {
          return peer;
        }
      }
    }
    throw new AssertionError("no leader");
  }

  private void pass() {
    now += MILLI;
    for (ModelPeer peer : peers.values()) {
      if (!peer.isRunning()) {
        continue;
      }
      if (sparesTicks ? peer.isTickDue(now) : (now / MILLI + peer.id * 3L) % 12 == 0) {
        step(peer, new Input.Tick());
      }
      if (peer.unsynced() > 0 && syncAt.getOrDefault(peer.id, Long.MAX_VALUE) <= now) {
        syncAt.remove(peer.id);
        post(peer, peer.sync(Integer.MAX_VALUE));
        step(peer, new Input.Durable(peer.durableNumber()));
      }
    }
    List<Letter> due = new ArrayList<>();
    for (Iterator<Letter> each = mail.iterator(); each.hasNext(); ) {
      Letter letter = each.next();
      if (letter.at <= now) {
        due.add(letter);
        each.remove();
      }
    }
    for (Letter letter : due) {
      ModelPeer peer = peers.get(letter.to);
      if (peer.isRunning()) {
        step(peer, new Input.Received(letter.from, letter.message));
      }
    }
  }

  private void step(ModelPeer peer, Input input) {
    Effects effects = peer.step(List.of(input), now);
    post(peer, effects.send());
    if (peer.unsynced() > 0) {
      syncAt.putIfAbsent(peer.id, now + random.between(1, 20) * MILLI);
    }
  }

  private void post(ModelPeer peer, List<Outbound> messages) {
    for (Outbound one : messages) {
      mail.add(new Letter(now + random.between(0, 5) * MILLI, peer.id, one.to(), one.message()));
    }
  }
}
