package io.quorate.store.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the simulated network does to messages. */
final class SimNetworkTest {

  private static List<Integer> sendHundred(long seed, SimNetwork.Mode mode, boolean faulty) {
    List<Integer> received = new ArrayList<>();
    Simulation.run(
        seed,
        simulation -> {
          SimNetwork<Integer> network = new SimNetwork<>(simulation, mode);
          if (faulty) {
            network.faults().lossChance = 0.05;
            network.faults().duplicateChance = 0.05;
            network.faults().lateChance = 0.05;
          }
          network.attach(1, simulation.node(1).boot(), (from, message) -> {});
          network.attach(2, simulation.node(2).boot(), (from, message) -> received.add(message));
          for (int i = 0; i < 100; i++) {
            network.send(1, 2, i);
            simulation.sleep(50_000);
          }
          simulation.sleep(1_000_000_000);
        });
    return received;
  }

  @Test
  void aHealthyStreamDeliversAllInOrder() {
    assertEquals(
        IntStream.range(0, 100).boxed().toList(), sendHundred(1, SimNetwork.Mode.STREAM, false));
  }

  @Test
  void aBrokenStreamLosesButNeverReordersOrRepeats() {
    for (long seed = 0; seed < 20; seed++) {
      List<Integer> received = sendHundred(seed, SimNetwork.Mode.STREAM, true);
      assertEquals(received.stream().sorted().distinct().toList(), received);
      assertTrue(received.size() < 100 && !received.isEmpty(), "received " + received.size());
    }
  }

  @Test
  void datagramsAreLostRepeatedAndOvertaken() {
    boolean lost = false;
    boolean repeated = false;
    boolean overtaken = false;
    for (long seed = 0; seed < 20; seed++) {
      List<Integer> received = sendHundred(seed, SimNetwork.Mode.DATAGRAM, true);
      Set<Integer> distinct = new HashSet<>(received);
      lost |= distinct.size() < 100;
      repeated |= distinct.size() < received.size();
      overtaken |= !received.stream().sorted().toList().equals(received);
    }
    assertTrue(lost && repeated && overtaken, lost + " " + repeated + " " + overtaken);
  }

  @Test
  void cutsHoldInTheirDirectionUntilHealed() {
    Simulation.run(
        1,
        simulation -> {
          SimNetwork<String> network = new SimNetwork<>(simulation, SimNetwork.Mode.STREAM);
          List<String> received = new ArrayList<>();
          for (int id = 1; id <= 3; id++) {
            int to = id;
            network.attach(
                id,
                simulation.node(id).boot(),
                (from, message) -> received.add(message + from + to));
          }
          network.cut(1, 2);
          sendAll(network, simulation);
          assertEquals(Set.of("m13", "m21", "m23", "m31", "m32"), new HashSet<>(received));
          network.heal();
          network.isolate(Set.of(3));
          received.clear();
          sendAll(network, simulation);
          assertEquals(Set.of("m12", "m21"), new HashSet<>(received));
          network.heal();
          received.clear();
          sendAll(network, simulation);
          assertEquals(6, received.size());
        });
  }

  private static void sendAll(SimNetwork<String> network, Simulation simulation) {
    for (int from = 1; from <= 3; from++) {
      for (int to = 1; to <= 3; to++) {
        if (from != to) {
          network.send(from, to, "m");
        }
      }
    }
    simulation.sleep(10_000_000);
  }

  @Test
  void nothingReachesACrashedNodeNorItsSuccessorFromBefore() {
    Simulation.run(
        1,
        simulation -> {
          SimNetwork<String> network = new SimNetwork<>(simulation, SimNetwork.Mode.STREAM);
          List<String> received = new ArrayList<>();
          SimNode node = simulation.node(2);
          network.attach(2, node.boot(), (from, message) -> received.add("first " + message));
          network.send(1, 2, "a");
          node.crash();
          network.send(1, 2, "b");
          network.attach(2, node.boot(), (from, message) -> received.add("second " + message));
          network.send(1, 2, "c");
          simulation.sleep(10_000_000);
          assertEquals(List.of("second c"), received);
        });
  }
}
