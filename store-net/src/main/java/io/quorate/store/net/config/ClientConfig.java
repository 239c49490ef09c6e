package io.quorate.store.net.config;

import io.quorate.store.net.transport.ClusterIdentity;
import io.quorate.store.net.transport.Endpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How a client reaches a cluster: the addresses of peers and the cluster's key. Read from the
 * {@code client.conf} that {@link ClusterInit} writes (fields {@code peers} and {@code
 * cluster.key}), or put together from a key file and addresses.
 *
 * @param peers in the order in which they are tried
 */
public record ClientConfig(ClusterIdentity cluster, List<Endpoint> peers) {

  public ClientConfig {
    peers = List.copyOf(peers);
    if (peers.isEmpty()) {
      throw new IllegalArgumentException("a client needs the address of at least one peer");
    }
  }

  /**
   * Reads a client's configuration file.
   *
   * @throws ConfigException on the first mistake, with file and line
   */
  public static ClientConfig read(Path path) throws IOException {
    ConfigFile file = ConfigFile.read(path, List.of("peers", "cluster.key"), name -> false);
    ConfigFile.Setting peers =
        file.require("peers", "it lists addresses of peers, separated by commas");
    ConfigFile.Setting key = file.require("cluster.key", "it names the cluster's key file");
    List<Endpoint> endpoints = new ArrayList<>();
    for (String address : peers.value().split(",", -1)) {
      try {
        endpoints.add(Endpoint.parse(address.strip()));
      } catch (IllegalArgumentException e) {
        throw file.problem(peers, String.valueOf(e.getMessage()));
      }
    }
    return new ClientConfig(KeyFile.read(file.resolve(key)), endpoints);
  }

  /** The key file that a client's configuration file names. */
  static Path keyFile(Path path) throws IOException {
    ConfigFile file = ConfigFile.read(path, List.of("peers", "cluster.key"), name -> false);
    return file.resolve(file.require("cluster.key", "it names the cluster's key file"));
  }

  /**
   * Puts one together.
   *
   * @param addresses each as host:port
   * @throws IllegalArgumentException if one is not an address
   */
  public static ClientConfig of(Path clusterKey, List<String> addresses) throws IOException {
    return new ClientConfig(
        KeyFile.read(clusterKey), addresses.stream().map(Endpoint::parse).toList());
  }
}
