package io.quorate.store.net.server;

import io.quorate.store.gateway.Gateway;
import io.quorate.store.net.client.RemoteGateway;
import io.quorate.store.net.client.RemoteOptions;
import io.quorate.store.net.config.ClientConfig;
import io.quorate.store.net.config.ClusterInit;
import io.quorate.store.net.config.PeerConfig;
import io.quorate.store.net.transport.Endpoint;
import io.quorate.store.world.World;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A whole cluster in this process: real peers that speak TCP over loopback and store in a
 * directory. For tests and for trying out; a real cluster has a machine for each peer.
 */
public final class LocalCluster implements AutoCloseable {
  private final Path directory;
  private final boolean temporary;
  private final ClusterInit.Written files;
  private final Map<Integer, PeerServer> running = new TreeMap<>();

  private LocalCluster(Path directory, boolean temporary, ClusterInit.Written files) {
    this.directory = directory;
    this.temporary = temporary;
    this.files = files;
  }

  /** Starts a new cluster of {@code peers} in a temporary directory, deleted on close. */
  public static LocalCluster start(int peers) throws IOException {
    return start(Files.createTempDirectory("quorate-"), true, peers);
  }

  /** Starts a new cluster of {@code peers} in {@code directory}, which stays. */
  public static LocalCluster start(Path directory, int peers) throws IOException {
    return start(directory, false, peers);
  }

  private static LocalCluster start(Path directory, boolean temporary, int peers)
      throws IOException {
    ClusterInit.Written files = ClusterInit.write(directory, "local", freeEndpoints(peers));
    LocalCluster cluster = new LocalCluster(directory, temporary, files);
    boolean started = false;
    try {
      for (int id = 1; id <= peers; id++) {
        cluster.startPeer(id);
      }
      started = true;
      return cluster;
    } finally {
      if (!started) {
        cluster.close();
      }
    }
  }

  /** Loopback addresses whose ports nobody listens at now. */
  public static List<Endpoint> freeEndpoints(int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    List<Endpoint> endpoints = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        sockets.add(socket);
        endpoints.add(new Endpoint("127.0.0.1", socket.getLocalPort()));
      }
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
    return endpoints;
  }

  /** Starts a peer that is stopped, on the data that it has. */
  public void startPeer(int id) throws IOException {
    if (running.containsKey(id)) {
      throw new IllegalStateException("peer " + id + " runs already");
    }
    running.put(id, PeerServer.start(PeerConfig.read(files.peers().get(id - 1))));
  }

  /** Stops a peer; the others go on. */
  public void stopPeer(int id) {
    PeerServer server = running.remove(id);
    if (server != null) {
      server.close();
    }
  }

  /** A running peer. */
  public PeerServer peer(int id) {
    @Nullable PeerServer server = running.get(id);
    if (server == null) {
      throw new IllegalStateException("peer " + id + " does not run");
    }
    return server;
  }

  /** Files of the cluster: configurations and key. */
  public ClusterInit.Written files() {
    return files;
  }

  /** A client of these peers in that order, all of them if none is named. */
  public Gateway connect(World world, int... ids) throws IOException {
    ClientConfig client = ClientConfig.read(files.client());
    List<Endpoint> peers = client.peers();
    if (ids.length > 0) {
      peers = new ArrayList<>();
      for (int id : ids) {
        peers.add(client.peers().get(id - 1));
      }
    }
    return RemoteGateway.open(world, client.cluster(), peers, RemoteOptions.DEFAULTS);
  }

  /** Stops all peers, and deletes the directory if it is a temporary one. */
  @Override
  public void close() {
    List.copyOf(running.keySet()).forEach(this::stopPeer);
    if (temporary) {
      deleteTree(directory);
    }
  }

  static void deleteTree(Path root) {
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the temporary directory " + root + " is left behind", e);
    }
  }
}
