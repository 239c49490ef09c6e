package io.quorate.store.fuse.command;

import io.quorate.store.net.config.ClusterInit;
import io.quorate.store.net.server.LocalCluster;
import io.quorate.store.net.transport.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Configurations of clusters of which all peers are on this machine. */
final class ClusterFiles {
  /** Beside the content, each peer takes room for segments ahead of need, its index and reserve. */
  static final long DEMO_SPARE_BYTES = 192L << 20;

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

  /** Writes those of a cluster on ports that are free now, in segments that suit a small tree. */
  static ClusterInit.Written forDemo(Path directory, int peers) throws IOException {
    ClusterInit.Written written =
        ClusterInit.write(directory, "demo", LocalCluster.freeEndpoints(peers));
    for (Path peer : written.peers()) {
      Files.writeString(
          peer,
          """

          # A demonstration takes little room.
          journal.segmentBytes = 16 MiB
          """,
          StandardOpenOption.APPEND);
    }
    return written;
  }
}
