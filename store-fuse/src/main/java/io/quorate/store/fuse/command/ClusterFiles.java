package io.quorate.store.fuse.command;

import io.quorate.store.net.transport.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Configurations of clusters of which all peers are on this machine. */
final class ClusterFiles {
  /** Beside the content, each peer takes room for segments ahead of need, its index and reserve. */
  static final long DEMO_SPARE_BYTES = 192L << 20;

  /** Settings for segments that suit a small tree. */
  static final Map<String, String> LITTLE_ROOM = Map.of("journal.segmentBytes", "16 MiB");

  private static final int FIRST_PORT = 7401;

  private ClusterFiles() {}

  /** Addresses on loopback, of ports that stay the same from start to start. */
  static List<Endpoint> onThisMachine(int peers) {
    List<Endpoint> addresses = new ArrayList<>();
    for (int i = 0; i < peers; i++) {
      addresses.add(new Endpoint("127.0.0.1", FIRST_PORT + i));
    }
    return addresses;
  }
}
