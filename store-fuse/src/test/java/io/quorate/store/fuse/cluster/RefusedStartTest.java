package io.quorate.store.fuse.cluster;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.net.config.PeerConfig;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Peers that can not start say why in one line, and end. */
final class RefusedStartTest extends FaultCase {

  @Test
  void portInUse() throws Exception {
    try (ProcessCluster cluster = ProcessCluster.create(settings());
        ServerSocket taken = new ServerSocket()) {
      ProcessPeer peer = cluster.peer(1);
      int port = PeerConfig.read(peer.configuration()).listen().port();
      taken.bind(new InetSocketAddress("127.0.0.1", port));
      peer.start();
      assertRefused(peer, "in use", Integer.toString(port));
    }
  }

  @Test
  void dataOfAnotherCluster() throws Exception {
    try (ProcessCluster owner = ProcessCluster.create(settings());
        ProcessCluster other =
            ProcessCluster.create(
                ProcessCluster.Settings.of("other", PEERS, directory.resolve("other")))) {
      owner.start();
      owner.peer(1).kill();
      Files.move(owner.peer(1).data(), other.peer(1).data());
      other.peer(1).start();
      assertRefused(other.peer(1), "cluster", other.peer(1).data().toString());
    }
  }

  @Test
  void directoryInUse() throws Exception {
    try (ProcessCluster cluster = ProcessCluster.create(settings())) {
      ProcessPeer second = cluster.peer(2);
      cluster.start();
      second.kill();
      String configuration = Files.readString(second.configuration());
      assertTrue(configuration.contains("data-2"));
      Files.writeString(second.configuration(), configuration.replace("data-2", "data-1"));
      second.start();
      assertRefused(second, "in use", cluster.peer(1).data().toString());
    }
  }

  private static void assertRefused(ProcessPeer peer, String... words) throws Exception {
    assertNotEquals(0, peer.awaitEnd());
    String log = peer.tail(100);
    String last = peer.tail(1);
    for (String word : words) {
      assertTrue(last.toLowerCase(Locale.ROOT).contains(word.toLowerCase(Locale.ROOT)), log);
    }
    assertFalse(log.contains("\tat "), () -> "a stack trace is for programmers: " + log);
  }
}
