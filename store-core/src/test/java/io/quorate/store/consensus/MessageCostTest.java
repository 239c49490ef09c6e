package io.quorate.store.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quorate.store.consensus.Effects.Outbound;
import io.quorate.store.log.EntryKind;
import io.quorate.store.log.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How many messages things cost with four peers. */
class MessageCostTest {
  private record Letter(int from, int to, ConsensusMessage message) {}

  private final TreeMap<Integer, ModelPeer> peers = new TreeMap<>();
  private final List<Letter> mail = new ArrayList<>();
  private long now;
  private int sent;

  @BeforeEach
  void elect() {
    TreeMap<Integer, Long> voters = new TreeMap<>();
    for (int id = 1; id <= 4; id++) {
      voters.put(id, 100L + id);
    }
    Membership base = new Membership(0, voters, new TreeMap<>());
    for (int id = 1; id <= 4; id++) {
      peers.put(id, new ModelPeer(ConsensusOptions.of(id, 100L + id, id), base, new Rules(), now));
    }
    for (int i = 0; i < 100; i++) {
      now += 10_000_000;
      step(1, List.of(new Input.Tick()));
      settle();
    }
    assertEquals(Role.LEADER, peers.get(1).consensus().role());
    sent = 0;
  }

  @Test
  void batchAloneCostsTwoMessagesPerFollower() {
    step(1, List.of(propose(100)));
    settle();
    // Entries, acknowledgement.
    assertEquals(6, sent);
    assertEquals(101, peers.get(1).knownCommit());
    assertEquals(List.of(1L, 1L, 1L), knownByFollowers());
  }

  @Test
  void whereNobodyWaitsACommitIsKnownAfterTheNextHeartbeat() {
    step(1, List.of(propose(100)));
    settle();
    int before = sent;
    assertEquals(Map.of(1, 1), ticksIn(50));
    assertEquals(List.of(101L, 101L, 101L), knownByFollowers());
    assertEquals(6, sent - before);
    // Nobody has to be watched for that meanwhile.
    step(1, List.of(propose(100)));
    settle();
    assertEquals(Map.of(1, 20), ticksIn(1_000));
  }

  @Test
  void whereSomebodyWaitsACommitIsToldAtOnce() {
    step(4, List.of(new Input.Awaits(true)));
    assertEquals(0, sent);
    step(1, List.of(propose(100)));
    settle();
    assertEquals(7, sent);
    assertEquals(List.of(1L, 1L, 101L), knownByFollowers());
  }

  @Test
  void whoBeginsToWaitForWhatIsHereIsToldAtOnce() {
    step(1, List.of(propose(100)));
    settle();
    sent = 0;
    step(4, List.of(new Input.Awaits(true)));
    settle();
    assertEquals(2, sent);
    assertEquals(List.of(1L, 1L, 101L), knownByFollowers());
  }

  @Test
  void whoWaitedIsToldForTwoHeartbeatsMore() {
    step(4, List.of(new Input.Awaits(true)));
    ticksIn(200);
    step(4, List.of(new Input.Awaits(false)));
    ticksIn(99);
    sent = 0;
    step(1, List.of(propose(1)));
    settle();
    assertEquals(7, sent);
    // The answer to a heartbeat says that nobody waits.
    ticksIn(50);
    sent = 0;
    step(1, List.of(propose(1)));
    settle();
    assertEquals(6, sent);
  }

  private List<Long> knownByFollowers() {
    return List.of(2, 3, 4).stream().map(id -> peers.get(id).knownCommit()).toList();
  }

  @Test
  void batchThatFollowsAnotherCostsTwoMessagesPerFollower() {
    step(1, List.of(propose(100)));
    int batches = 50;
    for (int batch = 0; batch < batches; batch++) {
      followersAnswer();
      List<Input> inputs = new ArrayList<>();
      for (Letter letter : take()) {
        inputs.add(new Input.Received(letter.from, letter.message));
      }
      // What arrives and what is proposed meanwhile is one step, so the commit goes with the
      // entries.
      inputs.add(propose(100));
      step(1, inputs);
      sync(1);
    }
    assertEquals(3 + 6 * batches, sent);
    assertEquals(1 + 100 * (batches - 1), peers.get(4).knownCommit());
  }

  @Test
  void followersReadsCostOneQuestionAndOneAnswer() {
    step(2, List.of(new Input.ReadIndex(1), new Input.ReadIndex(2), new Input.ReadIndex(3)));
    settle();
    assertEquals(2, sent);
  }

  @Test
  void leadersReadsShareOneRoundWithOneFollower() {
    step(1, List.of(new Input.ReadIndex(1), new Input.ReadIndex(2), new Input.ReadIndex(3)));
    settle();
    assertEquals(2, sent);
  }

  @Test
  void whileNothingHappensOnlyTheLeaderTicksForItsHeartbeats() {
    TreeMap<Integer, Integer> ticks = ticksIn(1_000);
    assertEquals(Map.of(1, 20), ticks);
    assertEquals(20 * 6, sent);
  }

  /** In short steps: a peer that was suspended itself must see so before it judges its leader. */
  @Test
  void whoMissesItsLeaderTicksEveryQuarterOfAHeartbeat() {
    ticksIn(1_000);
    peers.get(1).crash(0);
    TreeMap<Integer, Integer> ticks = ticksIn(400);
    // Heard 75 ms before; 12.5 ms each from 100 ms on, at whole milliseconds.
    assertEquals(Map.of(2, 25, 3, 25, 4, 25), ticks);
  }

  @Test
  void whileAFollowerLacksSomethingTheLeaderTicksEveryQuarterOfAHeartbeat() {
    ticksIn(1_000);
    peers.get(4).crash(0);
    TreeMap<Integer, Integer> ticks = ticksIn(400);
    assertEquals(Map.of(1, 27), ticks);
    // What is silent for long is not waited for.
    ticksIn(600);
    assertEquals(Map.of(1, 20), ticksIn(1_000));
  }

  /** Passes time, and ticks only what needs it; how often each did. */
  private TreeMap<Integer, Integer> ticksIn(int millis) {
    TreeMap<Integer, Integer> ticks = new TreeMap<>();
    for (int i = 0; i < millis; i++) {
      now += 1_000_000;
      for (ModelPeer peer : peers.values()) {
        if (peer.isRunning() && peer.isTickDue(now)) {
          ticks.merge(peer.id, 1, Integer::sum);
          step(peer.id, List.of(new Input.Tick()));
        }
      }
      settle();
    }
    return ticks;
  }

  private Input propose(int count) {
    List<Input.Proposal> proposals = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      proposals.add(new Input.Proposal(i, EntryKind.COMMAND, List.of(), new byte[100]));
    }
    return new Input.Propose(now, proposals);
  }

  private void step(int id, List<Input> inputs) {
    post(id, peers.get(id).step(inputs, now).send());
  }

  private void post(int from, List<Outbound> messages) {
    for (Outbound one : messages) {
      sent++;
      mail.add(new Letter(from, one.to(), one.message()));
    }
  }

  private List<Letter> take() {
    List<Letter> taken = List.copyOf(mail);
    mail.clear();
    return taken;
  }

  private void sync(int id) {
    ModelPeer peer = peers.get(id);
    if (peer.unsynced() > 0) {
      post(id, peer.sync(Integer.MAX_VALUE));
      step(id, List.of(new Input.Durable(peer.durableNumber())));
    }
  }

  private void followersAnswer() {
    for (Letter letter : take()) {
      if (peers.get(letter.to).isRunning()) {
        step(letter.to, List.of(new Input.Received(letter.from, letter.message)));
      }
    }
    peers.keySet().forEach(this::sync);
  }

  private void settle() {
    while (!mail.isEmpty() || peers.values().stream().anyMatch(peer -> peer.unsynced() > 0)) {
      followersAnswer();
    }
  }
}
