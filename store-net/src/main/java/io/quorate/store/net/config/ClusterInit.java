package io.quorate.store.net.config;

import io.quorate.store.net.transport.ClusterIdentity;
import io.quorate.store.net.transport.ClusterKey;
import io.quorate.store.net.transport.Endpoint;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Makes the files of a new cluster: its key, a configuration for each peer, and one for clients.
 */
public final class ClusterInit {
  private static final int COLUMNS = 96;

  private ClusterInit() {}

  /**
   * What was written.
   *
   * @param key the cluster key, to be copied to every peer and client
   * @param peers configuration of each peer, the first for peer 1
   * @param client configuration for clients
   */
  public record Written(Path key, List<Path> peers, Path client) {}

  /**
   * Writes a new cluster's files into {@code directory}, which is made if need be: {@code
   * cluster.key}, {@code peer-N.conf}, {@code client.conf}. Peer N stores in {@code data-N} beside
   * them.
   *
   * @param name the cluster's name, for people
   * @param addresses where each peer will be reached, the first for peer 1
   * @throws FileAlreadyExistsException if one of the files is there already; nothing was written
   * @throws IllegalArgumentException if the name or the addresses are not fit; the message says why
   */
  public static Written write(Path directory, String name, List<Endpoint> addresses)
      throws IOException {
    if (addresses.isEmpty() || addresses.size() > PeerConfig.MAX_PEERS) {
      throw new IllegalArgumentException(
          "a cluster has 1 to " + PeerConfig.MAX_PEERS + " peers, not " + addresses.size());
    }
    if (addresses.stream().distinct().count() < addresses.size()) {
      throw new IllegalArgumentException("two peers have the same address in " + addresses);
    }
    Files.createDirectories(directory);
    Path key = directory.resolve("cluster.key");
    Path client = directory.resolve("client.conf");
    List<Path> peers = new ArrayList<>();
    for (int id = 1; id <= addresses.size(); id++) {
      peers.add(directory.resolve("peer-" + id + ".conf"));
    }
    List<Path> all = new ArrayList<>(peers);
    all.add(key);
    all.add(client);
    for (Path file : all) {
      if (Files.exists(file)) {
        throw new FileAlreadyExistsException(
            file.toString(), null, "a cluster was made here before; choose another directory");
      }
    }
    KeyFile.checkName(key, 0, name);
    byte[] secret = new byte[ClusterKey.BYTES];
    new SecureRandom().nextBytes(secret);
    KeyFile.write(key, UUID.randomUUID().toString(), name, HexFormat.of().formatHex(secret));
    SortedMap<Integer, Endpoint> numbered = new TreeMap<>();
    for (int id = 1; id <= addresses.size(); id++) {
      numbered.put(id, addresses.get(id - 1));
    }
    for (int id = 1; id <= addresses.size(); id++) {
      Files.writeString(peers.get(id - 1), peer(id, name, numbered, false));
    }
    Files.writeString(client, client(name, addresses));
    return new Written(key, List.copyOf(peers), client);
  }

  /**
   * Writes what a peer needs that is to come into a cluster that is there already into {@code
   * directory}, which is made if need be: {@code peer-N.conf} and {@code cluster.key}.
   *
   * @param client configuration of a client of the cluster; the key that it names is copied
   * @param members where the present members are reached
   * @param id of the new peer
   * @param address where the new peer will be reached
   * @return the peer's configuration
   * @throws FileAlreadyExistsException if one of the files is there already; nothing was written
   */
  public static Path writeJoining(
      Path directory, Path client, int id, SortedMap<Integer, Endpoint> members, Endpoint address)
      throws IOException {
    ClusterIdentity cluster = ClientConfig.read(client).cluster();
    Files.createDirectories(directory);
    Path key = directory.resolve("cluster.key");
    Path file = directory.resolve("peer-" + id + ".conf");
    for (Path each : List.of(key, file)) {
      if (Files.exists(each)) {
        throw new FileAlreadyExistsException(
            each.toString(), null, "choose another directory, which is empty or does not exist");
      }
    }
    KeyFile.copy(ClientConfig.keyFile(client), key);
    SortedMap<Integer, Endpoint> all = new TreeMap<>(members);
    all.put(id, address);
    Files.writeString(file, peer(id, cluster.name(), all, true));
    return file;
  }

  private static String peer(
      int id, String name, SortedMap<Integer, Endpoint> addresses, boolean joins) {
    StringBuilder text = new StringBuilder();
    comment(
        text,
        "Peer "
            + id
            + " of the Quorate cluster "
            + name
            + ". Each line sets one field; what is commented out shows the default. Run this peer"
            + " with: quorate serve peer-"
            + id
            + ".conf");
    for (Field field : Field.values()) {
      text.append('\n');
      comment(text, field.paragraph());
      switch (field) {
        case PEER_ID -> {
          setting(text, field.fieldName(), Integer.toString(id));
          text.append('\n');
          comment(
              text,
              "Where each peer is reached, by peers and clients: host:port, or [address]:port for"
                  + " IPv6. The same lines in every peer's file. Once quorate peer has changed the"
                  + " members, they count only for a peer that knows no newer ones.");
          addresses.forEach(
              (peer, address) -> setting(text, "peer." + peer + ".address", address.toString()));
        }
        case JOINS ->
            setting(text, joins ? field.fieldName() : "#" + field.fieldName(), "" + joins);
        case KEY -> setting(text, field.fieldName(), "cluster.key");
        case DATA -> setting(text, field.fieldName(), "data-" + id);
        case LISTEN -> setting(text, "#" + field.fieldName(), String.valueOf(addresses.get(id)));
        case ADMIN -> setting(text, "#" + field.fieldName(), "127.0.0.1:" + (7480 + id));
        default -> setting(text, "#" + field.fieldName(), field.initially());
      }
    }
    return text.toString();
  }

  private static String client(String name, List<Endpoint> addresses) {
    StringBuilder text = new StringBuilder();
    comment(text, "How clients reach the Quorate cluster " + name + ".");
    text.append('\n');
    comment(
        text,
        "Addresses of peers, separated by commas, the preferred first; the next is tried when one"
            + " does not answer.");
    setting(text, "peers", String.join(",", addresses.stream().map(Endpoint::toString).toList()));
    text.append('\n');
    comment(
        text,
        "File with the cluster's id, name and secret key, relative to this file. Its mode must be"
            + " 0600.");
    setting(text, "cluster.key", "cluster.key");
    return text.toString();
  }

  private static void setting(StringBuilder text, String name, String value) {
    text.append(name).append(" = ").append(value).append('\n');
  }

  private static void comment(StringBuilder text, String paragraph) {
    StringBuilder line = new StringBuilder("#");
    for (String word : paragraph.split(" ")) {
      if (line.length() + 1 + word.length() > COLUMNS) {
        text.append(line).append('\n');
        line.setLength(1);
      }
      line.append(' ').append(word);
    }
    text.append(line).append('\n');
  }
}
