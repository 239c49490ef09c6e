package io.quorate.store.net.server;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.journal.JournalOptions;
import io.quorate.store.log.Membership;
import io.quorate.store.metadata.MetadataTable;
import io.quorate.store.net.admin.AdminServer;
import io.quorate.store.net.config.PeerConfig;
import io.quorate.store.net.metrics.Metering;
import io.quorate.store.net.transport.Endpoint;
import io.quorate.store.net.transport.NettyNetwork;
import io.quorate.store.net.transport.PeerTransport;
import io.quorate.store.peer.Peer;
import io.quorate.store.peer.PeerOptions;
import io.quorate.store.peer.PeerStorage;
import io.quorate.store.table.RocksDatabase;
import io.quorate.store.table.RocksSettings;
import io.quorate.store.table.RocksTables;
import io.quorate.store.table.TableException;
import io.quorate.store.world.Disk;
import io.quorate.store.world.RealWorld;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running peer: what its configuration describes, from the port down to the disk.
 *
 * <p>It starts from the outside in, so that a mistake is found before anything is changed: port,
 * lock on the data directory, whose data it is, recovery, clients. It stops in the opposite order.
 */
public final class PeerServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PeerServer.class);

  /** Exit status of a peer that could not go on, for {@link #run}. */
  public static final int EXIT_FATAL = 70;

  private final PeerConfig config;
  private final RealWorld world = RealWorld.create();
  private final CompletableFuture<Throwable> fatal = new CompletableFuture<>();
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final PeerTransport transport;
  private final Peer peer;
  private final @Nullable AdminServer admin;

  private PeerServer(PeerConfig config, boolean rejoins) throws IOException {
    this.config = config;
    opened.push(world);
    boolean started = false;
    try {
      NettyNetwork network =
          NettyNetwork.start(Integer.toString(config.peerId()), config.transport().threads());
      opened.push(network);
      AtomicReference<Peer> running = new AtomicReference<>();
      transport = open(network, running);
      opened.push(transport);
      Optional<Endpoint> at = config.admin();
      admin = at.isPresent() ? AdminServer.bind(at.get(), config.peerId()) : null;
      if (admin != null) {
        opened.push(admin);
      }
      Disk disk = world.openDisk(config.dataDirectory());
      opened.push(disk::close);
      DataOwner.claim(disk.directory(), config);
      PeerStorage storage = storage(disk);
      peer =
          rejoins
              ? Peer.rejoin(world, options(), storage, transport, fatal::complete)
              : Peer.start(world, options(), storage, transport, fatal::complete);
      // From here on the peer closes its transport and its storage.
      opened.clear();
      opened.push(world);
      opened.push(network);
      opened.push(peer);
      running.set(peer);
      opened.push(meters());
      if (admin != null) {
        opened.push(admin);
        admin.serve(peer);
      }
      transport.serveClients(
          new ClientService(transport, peer.clientGateway(), config.transport()));
      started = true;
    } catch (TableException e) {
      throw new IOException(
          "peer " + config.peerId() + " can not open its data: " + e.getMessage(), e);
    } finally {
      if (!started) {
        closeAll();
      }
    }
  }

  /**
   * Starts the peer; it serves as soon as a quorum is there.
   *
   * @throws IOException if it can not: the port is in use, the data directory is another's, is held
   *     by another process, or is damaged; the message says which and what to do
   */
  public static PeerServer start(PeerConfig config) throws IOException {
    return new PeerServer(config, false);
  }

  /**
   * As {@link #start}, on a new disk in place of one that is lost for good.
   *
   * @throws IOException also if there is data in the directory
   */
  public static PeerServer rejoin(PeerConfig config) throws IOException {
    return new PeerServer(config, true);
  }

  /**
   * Runs the peer of a configuration file until the process is told to stop (SIGTERM, SIGINT), or
   * until the peer can not go on. This is all that {@code quorate serve} does.
   *
   * @return exit status: 0, or {@link #EXIT_FATAL} if the peer could not go on
   */
  public static int run(Path configuration) throws IOException {
    PeerServer server = start(PeerConfig.read(configuration));
    CompletableFuture<Integer> end = new CompletableFuture<>();
    Thread hook =
        Thread.ofPlatform()
            .name("quorate-stop")
            .unstarted(
                () -> {
                  end.complete(0);
                  server.close();
                });
    Runtime.getRuntime().addShutdownHook(hook);
    server.fatal.thenAccept(
        error -> {
          LOG.error(
              "peer {} stops: {}. It lost nothing that it acknowledged; mend the cause and start it"
                  + " again",
              server.config.peerId(),
              String.valueOf(error));
          end.complete(EXIT_FATAL);
        });
    return end.join();
  }

  private AutoCloseable meters() throws IOException {
    try {
      return Metering.of(world, peer, config.cluster().name(), config.peerId());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the peer was started", e);
    }
  }

  private PeerTransport open(NettyNetwork network, AtomicReference<Peer> running)
      throws IOException {
    try {
      return PeerTransport.open(
          network,
          world,
          config.cluster(),
          config.peerId(),
          config.peers(),
          config.listen(),
          config.transport(),
          () -> {
            Peer behind = running.get();
            return behind != null && behind.queuedBytes() > config.queueBytes();
          });
    } catch (IOException e) {
      throw new IOException(
          config.file()
              + ": peer "
              + config.peerId()
              + " "
              + e.getMessage()
              + "; is it running already? Otherwise give it another address",
          e);
    }
  }

  private PeerStorage storage(Disk disk) {
    RocksDatabase metadata =
        new RocksDatabase(DataDirectory.METADATA, MetadataTable.values(), RocksSettings.SMALL);
    RocksTables index =
        RocksTables.open(
            disk.directory().resolve(DataDirectory.INDEX),
            ChunkStore.Index.values(),
            RocksSettings.SMALL);
    opened.push(index::close);
    JournalOptions journal =
        JournalOptions.of(config.clusterId(), fatal::complete)
            .withSegmentBytes(config.segmentBytes())
            .withDurability(config.durability());
    return new PeerStorage(disk, journal, metadata, index);
  }

  private PeerOptions options() {
    SortedMap<Integer, Long> voters = new TreeMap<>();
    SortedMap<Integer, String> addresses = new TreeMap<>();
    config
        .peers()
        .forEach(
            (id, endpoint) -> {
              if (id != config.peerId() || !config.joins()) {
                voters.put(id, 1L);
              }
              addresses.put(id, endpoint.toString());
            });
    return PeerOptions.of(
            config.peerId(),
            config.cluster().name(),
            new Membership(0, voters, new TreeMap<>()).reachedAt(addresses))
        .withAddresses(addresses)
        .withTimings(config.heartbeatMillis(), config.electionMillis(), config.requestMillis())
        .withLimits(config.reserveBytes(), config.queueBytes(), config.readerThreads())
        .withLog(config.log())
        .withScrub(config.scrub())
        .withCompaction(config.compaction());
  }

  public PeerConfig config() {
    return config;
  }

  /** The way in for faces of the store in this process. Closing it does not stop the peer. */
  public Gateway gateway() {
    return peer.gateway();
  }

  /** The running peer, for metrics and tests. */
  public Peer peer() {
    return peer;
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return transport.address();
  }

  /** Where its admin HTTP server listens, if it has one. */
  public Optional<InetSocketAddress> adminAddress() {
    return Optional.ofNullable(admin).map(AdminServer::address);
  }

  /** The world that it runs in. */
  public RealWorld world() {
    return world;
  }

  /** Completes if the peer can not go on; whoever runs it should close it and end. */
  public CompletableFuture<Throwable> fatal() {
    return fatal;
  }

  /** Stops: no more clients, links down, journal written out, databases closed, threads ended. */
  @Override
  public synchronized void close() {
    if (!opened.isEmpty()) {
      LOG.info("peer {} of cluster {} stops", config.peerId(), config.cluster().name());
      closeAll();
    }
  }

  private void closeAll() {
    while (!opened.isEmpty()) {
      AutoCloseable next = opened.pop();
      try {
        next.close();
      } catch (IOException | UncheckedIOException e) {
        LOG.warn("peer {}: closing failed", config.peerId(), e);
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new AssertionError("closing throws nothing else", e);
      }
    }
  }
}
