package io.quorate.store.net.sim;

import io.quorate.store.gateway.Gateway;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Query;
import io.quorate.store.sim.SimRandom;
import io.quorate.store.sim.SimWorld;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Asks on and on beside a client's other calls, several questions at a time, so that answers come
 * in any order and late ones meet new questions. What it is told is judged by {@link CallChecks}.
 */
final class Bystander {
  private static final List<String> PATHS =
      List.of("", "tree0", "tree0/a", "tree0/d", "tree0/log0");
  private static final int MOST_AT_A_TIME = 5;
  private static final long LONGEST_PAUSE_NANOS = 1_500_000_000;

  private final SimRandom random;

  Bystander(SimRandom random) {
    this.random = random;
  }

  /** Goes on until the process ends or the gateway is closed. */
  void ask(SimWorld world, Gateway gateway, SimSockets sockets) {
    try {
      while (!sockets.isClosed()) {
        world.sleep(random.between(1_000_000, LONGEST_PAUSE_NANOS));
        for (int i = random.below(MOST_AT_A_TIME + 1); i > 0; i--) {
          CompletableFuture<?> _ = ask(gateway);
        }
      }
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts it", e);
    }
  }

  private CompletableFuture<?> ask(Gateway gateway) {
    At at = At.path(Bytes.utf8(random.pick(PATHS)), false);
    return switch (random.below(6)) {
      case 0 -> gateway.ask(new Query.Totals());
      case 1 -> gateway.ask(new Query.ListDirectory(at, Bytes.EMPTY, 100, random.chance(0.5)));
      case 2 -> gateway.read(at, 0, 0, 100);
      case 3 -> gateway.status();
      case 4 -> gateway.changes(random.between(0, 100));
      default -> gateway.ask(new Query.Stat(at));
    };
  }
}
