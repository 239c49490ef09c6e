package io.quorate.store.net.config;

import io.quorate.store.journal.Durability;
import io.quorate.store.net.transport.ClusterIdentity;
import io.quorate.store.net.transport.Endpoint;
import io.quorate.store.net.transport.TransportOptions;
import io.quorate.store.peer.CompactionOptions;
import io.quorate.store.peer.LogOptions;
import io.quorate.store.peer.ScrubOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One peer's configuration, checked. The fields, their trade-offs and defaults are in the file that
 * {@link ClusterInit} writes ({@code peer.conf} among this class's resources).
 *
 * @param file where it was read
 * @param cluster from the key file
 * @param peerId this peer
 * @param peers where each peer is reached, this one included
 * @param listen where this peer listens
 * @param dataDirectory its journal and databases
 * @param durability what an acknowledged write has survived
 * @param segmentBytes size of a journal segment
 * @param reserveBytes free space below which content is refused
 * @param queueBytes content taken but not yet written, beyond which writers wait
 * @param log bounds of the log
 * @param scrub how stored content is looked over
 * @param compaction how space is given back
 * @param readerThreads threads that answer queries and reads
 * @param heartbeatMillis how often the leader shows that it lives
 * @param electionMillis how long a follower waits for the leader
 * @param requestMillis how long a request may take
 * @param transport bounds and times of connections
 * @param admin where the admin HTTP server listens; empty for none
 * @param joins whether it was added to a cluster that was there already
 */
public record PeerConfig(
    Path file,
    ClusterIdentity cluster,
    int peerId,
    SortedMap<Integer, Endpoint> peers,
    Endpoint listen,
    Path dataDirectory,
    Durability durability,
    int segmentBytes,
    long reserveBytes,
    long queueBytes,
    LogOptions log,
    ScrubOptions scrub,
    CompactionOptions compaction,
    int readerThreads,
    int heartbeatMillis,
    int electionMillis,
    int requestMillis,
    TransportOptions transport,
    Optional<Endpoint> admin,
    boolean joins) {

  /** Most peers that a cluster may have. */
  public static final int MAX_PEERS = 15;

  private static final Pattern PEER = Pattern.compile("peer\\.(\\d{1,9})\\.address");

  public PeerConfig {
    peers = Collections.unmodifiableSortedMap(new TreeMap<>(peers));
  }

  /**
   * Reads and checks a configuration file, and the key file that it names.
   *
   * @throws ConfigException on the first mistake, with file and line
   */
  public static PeerConfig read(Path path) throws IOException {
    ConfigFile file = ConfigFile.read(path, Field.names(), n -> PEER.matcher(n).matches());
    ConfigFile.Setting id = file.require("peer.id", "it says which of the peers below this one is");
    SortedMap<Integer, Endpoint> peers = peers(file);
    int self = (int) file.number("peer.id", 1, Integer.MAX_VALUE, 0);
    Endpoint own = peers.get(self);
    if (own == null) {
      throw file.problem(
          id, "there is no peer." + self + ".address; the peers listed are " + peers.keySet());
    }
    ConfigFile.Setting key = file.require("cluster.key", "it names the cluster's key file");
    ConfigFile.Setting data = file.require("data.directory", "it names where this peer stores");
    Endpoint listen = own;
    ConfigFile.Setting listenAt = file.find("listen");
    if (listenAt != null) {
      listen = endpoint(file, listenAt);
    }
    int heartbeat = file(file, Field.HEARTBEAT, 5, 10_000);
    int election = file(file, Field.ELECTION, 20, 600_000);
    if (election < 4 * heartbeat) {
      throw new ConfigException(
          path,
          file.line(Field.ELECTION.fieldName()),
          Field.ELECTION.fieldName()
              + " is "
              + election
              + "; with a heartbeat of "
              + heartbeat
              + " ms it must be at least "
              + 4 * heartbeat);
    }
    return new PeerConfig(
        path.toAbsolutePath().normalize(),
        cluster(file, key),
        self,
        peers,
        listen,
        dataDirectory(file, data),
        durability(file),
        (int) file.bytes(Field.SEGMENT.fieldName(), 2 << 20, 1 << 30, Field.SEGMENT.number()),
        file.bytes(Field.RESERVE.fieldName(), 0, 1L << 50, Field.RESERVE.number()),
        file.bytes(Field.QUEUE.fieldName(), 1 << 20, 1L << 40, Field.QUEUE.number()),
        log(file),
        scrub(file),
        compaction(file),
        file(file, Field.READERS, 1, 256),
        heartbeat,
        election,
        file(file, Field.REQUEST, 10, 600_000),
        transport(file),
        admin(file),
        joins(file));
  }

  private static boolean joins(ConfigFile file) throws ConfigException {
    ConfigFile.@Nullable Setting setting = file.find(Field.JOINS.fieldName());
    if (setting == null || setting.value().equals("false")) {
      return false;
    }
    if (!setting.value().equals("true")) {
      throw file.problem(setting, "allowed are true and false");
    }
    return true;
  }

  private static LogOptions log(ConfigFile file) throws ConfigException {
    return new LogOptions(
        file.bytes(Field.LOG_FLUSH.fieldName(), 64 << 10, 1L << 40, Field.LOG_FLUSH.number()),
        file(file, Field.LOG_FLUSH_ENTRIES, 1, 100_000_000),
        file(file, Field.LOG_TAIL, 0, 100_000_000));
  }

  private static ScrubOptions scrub(ConfigFile file) throws ConfigException {
    return new ScrubOptions(
        file.bytes(Field.SCRUB_RATE.fieldName(), 0, 1L << 40, Field.SCRUB_RATE.number()),
        60_000L * file(file, Field.SCRUB_INTERVAL, 1, 100_000));
  }

  private static CompactionOptions compaction(ConfigFile file) throws ConfigException {
    return new CompactionOptions(
        file(file, Field.COMPACTION_LIVE, 0, 95) / 100.0,
        file.bytes(
            Field.COMPACTION_RATE.fieldName(), 64 << 10, 1L << 40, Field.COMPACTION_RATE.number()),
        CompactionOptions.DEFAULT.intervalMillis(),
        CompactionOptions.DEFAULT.countMillis());
  }

  private static int file(ConfigFile file, Field field, long least, long most)
      throws ConfigException {
    return (int) file.number(field.fieldName(), least, most, field.number());
  }

  private static SortedMap<Integer, Endpoint> peers(ConfigFile file) throws ConfigException {
    SortedMap<Integer, Endpoint> peers = new TreeMap<>();
    Map<String, ConfigFile.Setting> byAddress = new LinkedHashMap<>();
    for (ConfigFile.Setting setting : file.all()) {
      var name = PEER.matcher(setting.name());
      if (!name.matches()) {
        continue;
      }
      int id = Integer.parseInt(name.group(1));
      if (id < 1 || !setting.name().equals("peer." + id + ".address")) {
        throw file.problem(setting, "peers are numbered from 1, without leading zeros");
      }
      Endpoint endpoint = endpoint(file, setting);
      ConfigFile.Setting other =
          byAddress.putIfAbsent(endpoint.toString().toLowerCase(Locale.ROOT), setting);
      if (other != null) {
        throw file.problem(
            setting,
            other.name()
                + " has the same address (line "
                + other.line()
                + "); each peer needs its own");
      }
      peers.put(id, endpoint);
    }
    if (peers.isEmpty()) {
      throw new ConfigException(
          file.path(), 0, "no peer is listed; write a line peer.N.address = host:port for each");
    }
    if (peers.size() > MAX_PEERS) {
      throw new ConfigException(
          file.path(), 0, peers.size() + " peers are listed; a cluster has at most " + MAX_PEERS);
    }
    return peers;
  }

  private static Endpoint endpoint(ConfigFile file, ConfigFile.Setting setting)
      throws ConfigException {
    try {
      Endpoint endpoint = Endpoint.parse(setting.value());
      if (endpoint.port() == 0) {
        throw file.problem(setting, "port 0 is out of range; use 1 to 65535");
      }
      return endpoint;
    } catch (IllegalArgumentException e) {
      throw file.problem(setting, String.valueOf(e.getMessage()));
    }
  }

  private static ClusterIdentity cluster(ConfigFile file, ConfigFile.Setting key)
      throws IOException {
    Path path = file.resolve(key);
    if (!Files.exists(path)) {
      throw file.problem(
          key, "there is no file " + path + "; copy the key file that `quorate init` wrote");
    }
    return KeyFile.read(path);
  }

  private static Path dataDirectory(ConfigFile file, ConfigFile.Setting data)
      throws ConfigException {
    Path path = file.resolve(data);
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw file.problem(data, path + " is not a directory");
    }
    return path;
  }

  private static Durability durability(ConfigFile file) throws ConfigException {
    ConfigFile.Setting setting = file.find("durability");
    if (setting == null) {
      return Durability.FSYNC;
    }
    return switch (setting.value()) {
      case "fsync" -> Durability.FSYNC;
      case "memory" -> Durability.MEMORY;
      default -> throw file.problem(setting, "allowed are fsync and memory");
    };
  }

  private static Optional<Endpoint> admin(ConfigFile file) throws ConfigException {
    ConfigFile.@Nullable Setting setting = file.find("admin.listen");
    return setting == null ? Optional.empty() : Optional.of(endpoint(file, setting));
  }

  private static TransportOptions transport(ConfigFile file) throws ConfigException {
    TransportOptions defaults = TransportOptions.DEFAULTS;
    long chunkQueue =
        file.bytes("link.chunkQueueBytes", 1 << 20, 1L << 34, defaults.chunkQueueBytes());
    long linkQueue = file.bytes("link.queueBytes", 1 << 20, 1L << 35, defaults.linkQueueBytes());
    if (linkQueue < chunkQueue) {
      throw new ConfigException(
          file.path(),
          Math.max(file.line("link.queueBytes"), file.line("link.chunkQueueBytes")),
          "link.queueBytes is "
              + linkQueue
              + "; it must be at least link.chunkQueueBytes, which is "
              + chunkQueue);
    }
    int ping = (int) file.number("link.pingMillis", 10, 60_000, defaults.pingMillis());
    int silent = (int) file.number("link.silentMillis", 30, 600_000, defaults.silentMillis());
    if (silent < 3 * ping) {
      throw new ConfigException(
          file.path(),
          Math.max(file.line("link.silentMillis"), file.line("link.pingMillis")),
          "link.silentMillis is "
              + silent
              + "; with link.pingMillis of "
              + ping
              + " it must be at least "
              + 3 * ping);
    }
    return new TransportOptions(
        (int) file.number("net.threads", 1, 64, defaults.threads()),
        defaults.frame(),
        chunkQueue,
        linkQueue,
        file.bytes("client.memoryBytes", 4 << 20, 1L << 34, defaults.clientBytes()),
        (int) file.number("client.max", 1, 100_000, defaults.maxClients()),
        (int) file.number("handshake.max", 1, 10_000, defaults.maxHandshakes()),
        (int) file.number("handshake.millis", 100, 60_000, defaults.handshakeMillis()),
        (int) file.number("link.connectMillis", 50, 60_000, defaults.connectMillis()),
        defaults.reconnectMinMillis(),
        (int) file.number("link.reconnectMillis", 50, 60_000, defaults.reconnectMaxMillis()),
        ping,
        silent,
        (int) file.number("link.stallMillis", 1_000, 600_000, defaults.stallMillis()));
  }

  /** The cluster's id as the journal has it. */
  public UUID clusterId() {
    return UUID.fromString(cluster.id());
  }
}
