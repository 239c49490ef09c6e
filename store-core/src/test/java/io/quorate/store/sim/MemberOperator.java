package io.quorate.store.sim;

import io.quorate.store.gateway.ClusterMembers;
import io.quorate.store.gateway.MemberCall;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.log.Membership;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Query;
import io.quorate.store.peer.Peer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who adds, removes and replaces peers while clients work and faults happen. Machines that
 * no longer belong to the cluster mostly run on: they must serve nothing, and say why.
 */
final class MemberOperator {
  private static final long ANSWER_NANOS = 2_500_000_000L;
  private static final long SETTLE_NANOS = 90_000_000_000L;
  private static final String REMOVED = "no member of the cluster any more";
  private static final String NEVER_CAME = "waits to be added";
  private static final long EXPELLED_NANOS = 20_000_000_000L;

  private final Simulation simulation;
  private final List<SimPeer> peers;
  private final SimRandom random;
  private final Set<Integer> gone = new TreeSet<>();

  /** Who has been asked to come, ever. */
  private final Set<Integer> known = new TreeSet<>();

  private boolean stopped;
  private boolean ended = true;

  MemberOperator(Simulation simulation, List<SimPeer> peers, SimRandom random) {
    this.simulation = simulation;
    this.peers = peers;
    this.random = random;
  }

  /** A number: looking up a name would be work outside the simulation. */
  static String address(int peer) {
    return "10.0.0." + peer + ":7400";
  }

  /** These are members from the beginning. */
  void knows(List<SimPeer> founders) {
    founders.forEach(founder -> known.add(founder.id()));
  }

  /** Changes something now and then. */
  void start() {
    ended = false;
    simulation.start(
        "operator",
        same -> {
          while (!stopped) {
            simulation.sleep(random.between(20_000_000, 1_500_000_000));
            Membership known = newest();
            if (known != null && !stopped) {
              change(known);
            }
          }
          ended = true;
        });
  }

  /** Changes nothing more, once what is under way has an end. */
  void stop() {
    stopped = true;
  }

  /** The newest membership that a running peer knows to be agreed on. */
  @Nullable Membership newest() {
    Membership newest = null;
    for (SimPeer peer : peers) {
      Peer running = peer.running();
      if (running != null && (newest == null || running.members().index() > newest.index())) {
        newest = running.members();
      }
    }
    return newest;
  }

  private void change(Membership known) {
    List<Integer> members = List.copyOf(known.members());
    SimPeer spare = spare(known);
    int one = random.pick(members);
    switch (random.below(7)) {
      case 0, 1 -> {
        if (spare != null) {
          expect(new MemberCall.Add(spare.id(), address(spare.id())), spare, "peer added");
        }
      }
      case 2, 3 -> expect(new MemberCall.Remove(one), null, "peer removed");
      case 4, 5 -> {
        if (spare != null) {
          expect(
              new MemberCall.Replace(one, spare.id(), address(spare.id())), spare, "peer replaced");
        }
      }
      default -> {
        if (spare != null) {
          int other = random.pick(members);
          mustBeRefused(other, address(spare.id()));
        }
      }
    }
  }

  /** A machine that is in nobody's membership. */
  private @Nullable SimPeer spare(Membership known) {
    List<SimPeer> spares = new ArrayList<>();
    for (SimPeer peer : peers) {
      if (!known.contains(peer.id())) {
        spares.add(peer);
      }
    }
    return spares.isEmpty() ? null : random.pick(spares);
  }

  /** Asks for that until it is answered, and starts whoever is to come. */
  void expect(MemberCall call, @Nullable SimPeer comes, String done) {
    boolean early = random.chance(0.5);
    if (comes != null) {
      gone.remove(comes.id());
      if (!known.add(comes.id())) {
        simulation.count("former member comes back");
        comes.comesBack();
      }
      if (early) {
        comes.start();
      }
    }
    ClusterMembers answer = ask(call);
    if (answer == null) {
      simulation.count("member change without answer");
    } else if (answer.refusal().isEmpty()) {
      simulation.count(done);
      switch (call) {
        case MemberCall.Remove(int peer) -> gone.add(peer);
        case MemberCall.Add _, MemberCall.Replace _, MemberCall.Show _ -> {}
      }
    } else {
      simulation.trace("refused: " + call + ": " + answer.refusal());
      simulation.count("member change refused");
    }
    if (comes != null) {
      comes.start();
    }
  }

  private void mustBeRefused(int member, String address) {
    // Unless it has left meanwhile.
    peers.get(member - 1).comesBack();
    ClusterMembers answer = ask(new MemberCall.Add(member, address));
    if (answer != null && answer.refusal().contains("is a member already")) {
      simulation.count("wrong member change refused");
    }
  }

  /** Asks one peer after the other until one answers; null if none does for long. */
  @Nullable ClusterMembers ask(MemberCall call) {
    for (int tries = 0; tries < 12; tries++) {
      ClusterMembers answer = askOne(random.pick(peers), call);
      if (answer != null) {
        return answer;
      }
      simulation.sleep(random.between(1_000_000, 400_000_000));
    }
    return null;
  }

  private @Nullable ClusterMembers askOne(SimPeer peer, MemberCall call) {
    Peer running = peer.running();
    SimWorld world = peer.node().world();
    if (running == null || world == null) {
      return null;
    }
    simulation.trace("operator asks peer " + peer.id() + ": " + call);
    CompletableFuture<ClusterMembers> future = new CompletableFuture<>();
    world.spawn(
        "operator's call",
        () ->
            running
                .gateway()
                .members(call)
                .whenComplete(
                    (@Nullable ClusterMembers value, @Nullable Throwable error) -> {
                      if (error != null) {
                        future.completeExceptionally(error);
                      } else {
                        future.complete(value);
                      }
                    }));
    long giveUpAt = simulation.now() + ANSWER_NANOS;
    while (!future.isDone() && simulation.now() < giveUpAt) {
      simulation.sleep(5_000_000);
    }
    return future.isDone() && !future.isCompletedExceptionally() ? future.join() : null;
  }

  /** These were members; whoever of them is none in the end must serve nothing. */
  void gaveUp(List<SimPeer> some) {
    some.forEach(peer -> gone.add(peer.id()));
  }

  /** Everybody who has been a member, or was about to be one. */
  List<SimPeer> known() {
    return peers.stream().filter(peer -> known.contains(peer.id())).toList();
  }

  /** Faults have ended: waits until what was begun is done, and answers who the members are. */
  List<SimPeer> settle() {
    stopped = true;
    Membership before = null;
    List<SimPeer> members = settleOnce();
    // A call that ended without an answer may be under way yet.
    while (!Objects.equals(before, newest())) {
      before = newest();
      simulation.sleep(1_000_000_000);
      members = settleOnce();
    }
    simulation.trace("members at the end: " + newest());
    return members;
  }

  private List<SimPeer> settleOnce() {
    long giveUpAt = simulation.now() + SETTLE_NANOS;
    while (!ended || !isSettled(newest(), false)) {
      for (SimPeer peer : known()) {
        Peer running = peer.running();
        if (running != null && running.isWiped()) {
          peer.rejoin();
        }
      }
      simulation.sleep(50_000_000);
      if (simulation.now() > giveUpAt) {
        if (ended && isSettled(newest(), true)) {
          break;
        }
        StringBuilder text = new StringBuilder("the members do not settle: ").append(newest());
        for (SimPeer peer : peers) {
          Peer running = peer.running();
          text.append("\n    ").append(peer.describe());
          text.append(running == null ? "" : ", incarnation " + running.incarnation());
          text.append(running == null ? "" : " of " + running.members());
        }
        throw new AssertionError(text.append(simulation.dump()).toString());
      }
    }
    Membership last = newest();
    List<SimPeer> members = new ArrayList<>();
    for (SimPeer peer : peers) {
      if (last != null && last.contains(peer.id())) {
        members.add(peer);
      }
    }
    return members;
  }

  /**
   * Whether all have their vote.
   *
   * @param late whether who is still down, with a damaged disk, is not waited for any longer: it is
   *     damaged beyond use, and would be replaced
   */
  private boolean isSettled(@Nullable Membership members, boolean late) {
    if (members == null) {
      return false;
    }
    for (SimPeer peer : peers) {
      Peer running = peer.running();
      if (!members.contains(peer.id()) || (late && running == null && peer.isDamaged())) {
        continue;
      }
      if (members.learners().containsKey(peer.id())
          || members.replacing().containsKey(peer.id())
          || running == null
          || !running.members().at(0).equals(members.at(0))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Who was removed and still runs serves nothing, and says why. One that had never come in waits
   * to be added again: for it there is no difference.
   */
  void judgeRemoved(List<SimPeer> members) {
    for (SimPeer peer : peers) {
      Peer running = peer.running();
      SimWorld world = peer.node().world();
      if (members.contains(peer) || running == null || world == null || !gone.contains(peer.id())) {
        continue;
      }
      long giveUpAt = simulation.now() + EXPELLED_NANOS;
      String said = "nothing";
      while (!said.contains(REMOVED) && !said.contains(NEVER_CAME)) {
        if (simulation.now() > giveUpAt) {
          throw new AssertionError("removed " + peer.describe() + " says: " + said);
        }
        simulation.sleep(50_000_000);
        said = whatItSays(world, running, peer);
      }
      simulation.count(
          said.contains(REMOVED) ? "removed peer says why" : "removed peer had never come in");
    }
  }

  private String whatItSays(SimWorld world, Peer running, SimPeer peer) {
    CompletableFuture<String> said = new CompletableFuture<>();
    world.spawn(
        "reader",
        () ->
            running
                .gateway()
                .ask(new Query.Stat(At.path(Bytes.utf8("/"), true)))
                .whenComplete(
                    (answer, error) -> {
                      if (answer != null) {
                        simulation.fail(
                            new AssertionError("removed " + peer.describe() + " serves a read"));
                      }
                      said.complete(
                          error instanceof UnavailableException ? error.getMessage() : "" + error);
                    }));
    long giveUpAt = simulation.now() + ANSWER_NANOS;
    while (!said.isDone() && simulation.now() < giveUpAt) {
      simulation.sleep(5_000_000);
    }
    return said.isDone() ? String.valueOf(said.join()) : "nothing";
  }
}
