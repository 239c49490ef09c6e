package io.quorate.store.sim;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.journal.JournalOptions;
import io.quorate.store.log.Membership;
import io.quorate.store.metadata.MetadataTable;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.peer.CheckpointManifest;
import io.quorate.store.peer.OlderDiskException;
import io.quorate.store.peer.Peer;
import io.quorate.store.peer.PeerMessage;
import io.quorate.store.peer.PeerOptions;
import io.quorate.store.peer.PeerStorage;
import io.quorate.store.peer.ScrubOptions;
import io.quorate.store.table.MemoryDatabase;
import io.quorate.store.table.MemoryTables;
import io.quorate.store.world.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** A machine with a peer on it that can be crashed and started again. */
final class SimPeer {
  static final Path DIRECTORY = Path.of("/data");
  static final JournalOptions JOURNAL =
      JournalOptions.of(new UUID(1, 2), error -> {}).withSegmentBytes(1 << 16);

  private final Simulation simulation;
  private final SimNode node;
  private final Membership members;
  private final SimNetwork<PeerMessage> network;
  private final ClusterPlan plan;
  private final ClusterMutation mutation;
  private final ClientNetwork clients;
  private final Map<Integer, SimTransport> transports;
  private final ScrubOptions scrub;
  private MemoryDatabase metadata;
  private MemoryTables index;
  private @Nullable Peer peer;
  private long diskErrorsAtBoot;
  private final SimRandom harm;
  private double checkpointDamageChance;
  private boolean damaged;
  private boolean wiped;
  private boolean cameBack;
  private boolean rejoins;
  private boolean held;
  private final Image blank;
  private boolean takesLateCopies = true;
  private Runnable onFlush = () -> {};
  private Runnable onIndexFlush = () -> {};

  SimPeer(
      Simulation simulation,
      int id,
      Membership members,
      SimNetwork<PeerMessage> network,
      ClusterPlan plan,
      ClusterMutation mutation,
      ClientNetwork clients,
      Map<Integer, SimTransport> transports) {
    this.transports = transports;
    this.simulation = simulation;
    this.node = simulation.node(id);
    this.members = members;
    this.network = network;
    this.plan = plan;
    this.mutation = mutation;
    this.clients = clients;
    disk().faults().syncNanos = plan.syncNanos();
    disk().faults().syncLies = mutation == ClusterMutation.LYING_SYNC;
    SimRandom random = simulation.random().fork();
    scrub = random.chance(0.3) ? new ScrubOptions(256 << 10, 2_000) : ScrubOptions.DEFAULT;
    metadata =
        new MemoryDatabase(
            "metadata",
            MetadataTable.values(),
            new MemoryTables(
                MetadataTable.values(),
                () -> random.chance(plan.metadataFlushChance()),
                () -> onFlush.run()),
            CheckpointManifest.FILE_NAME);
    harm = simulation.random().fork();
    index =
        new MemoryTables(
            ChunkStore.Index.values(),
            () -> random.chance(plan.indexFlushChance()),
            () -> onIndexFlush.run());
    blank = image();
  }

  int id() {
    return node.id();
  }

  SimNode node() {
    return node;
  }

  MemoryTables metadata() {
    return metadata.tables();
  }

  MemoryTables index() {
    return index;
  }

  /** Sets who is told when a peer has flushed its metadata. */
  void onFlush(Runnable listener) {
    onFlush = listener;
  }

  /** Sets who is told when a peer has flushed its index. */
  void onIndexFlush(Runnable listener) {
    onIndexFlush = listener;
  }

  SimDisk disk() {
    return node.disk(DIRECTORY);
  }

  boolean isUp() {
    return node.world() != null;
  }

  /** The running peer, or null while it is down or still recovering. */
  @Nullable Peer running() {
    return isUp() ? peer : null;
  }

  /**
   * From now on nobody starts it before {@link #release}: its operator works on it, or it is lost.
   */
  void hold() {
    held = true;
    peer = null;
  }

  /** Whoever likes may start it again. */
  void release() {
    held = false;
    start();
  }

  /**
   * Boots the machine and starts the peer on a thread of its own; does nothing if it is up or held.
   */
  void start() {
    if (held || isUp()) {
      return;
    }
    peer = null;
    diskErrorsAtBoot = disk().errors();
    SimWorld world = node.boot();
    world.spawn(
        "main",
        () -> {
          try {
            clients.booted(id(), world);
            Peer opened = open(world);
            if (opened.logStart() > 0) {
              simulation.count("log replayed from its start");
            }
            peer = opened;
            clients.serves(id(), opened);
          } catch (IOException | RuntimeException e) {
            failed(world, e);
          }
        });
  }

  private Peer open(SimWorld world) throws IOException {
    Disk disk = world.openDisk(DIRECTORY);
    PeerOptions options =
        PeerOptions.of(id(), "simulated", members)
            .withAddresses(members.addresses())
            .withTimings(80, 400, 1_500)
            .withLimits(1 << 20, 4 << 20, 2)
            .withLog(plan.log())
            .withScrub(scrub)
            .withCompaction(plan.compaction());
    return start(
        world,
        options,
        new PeerStorage(disk, JOURNAL, metadata, index),
        new SimTransport(network, world, id(), members.members(), this::rewrite, transports),
        error -> failed(world, error));
  }

  private Peer start(
      SimWorld world,
      PeerOptions options,
      PeerStorage storage,
      SimTransport transport,
      Consumer<Throwable> onFatal)
      throws IOException {
    if (!rejoins) {
      return Peer.start(world, options, storage, transport, onFatal);
    }
    try {
      return Peer.rejoin(world, options, storage, transport, onFatal);
    } catch (IOException e) {
      if (String.valueOf(e.getMessage()).contains("there is data in it")) {
        rejoins = false; // it was taken, and its operator starts it as before
      }
      throw e;
    }
  }

  private PeerMessage rewrite(PeerMessage message) {
    return mutation.rewrite(
        message instanceof PeerMessage.CheckpointPart part && harm.chance(checkpointDamageChance)
            ? damaged(part)
            : message);
  }

  /** The part as its source reads it after damage: its CRC is that of what was read. */
  private PeerMessage damaged(PeerMessage.CheckpointPart part) {
    byte[] bytes = new byte[part.content().remaining()];
    part.content().duplicate().get(bytes);
    if (bytes.length == 0) {
      return part;
    }
    ByteBuffer content = ByteBuffer.wrap(bytes);
    int rows = bytes.length - Integer.BYTES;
    boolean wholeFile = rows > 0 && content.getInt(rows) == crc32c(bytes, rows);
    bytes[harm.below(wholeFile ? rows : bytes.length)] ^= (byte) (1 << harm.below(8));
    if (wholeFile && harm.chance(0.5)) {
      // It was wrong before it was written: nothing but the digest can tell.
      content.putInt(rows, crc32c(bytes, rows));
      simulation.count("checkpoint wrong from the beginning");
    }
    simulation.count("checkpoint damaged at its source");
    return new PeerMessage.CheckpointPart(
        part.id(), part.file(), part.offset(), crc32c(bytes, bytes.length), content);
  }

  private static int crc32c(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  /** Sets how often a part of a checkpoint that it sends is damaged. */
  void damageCheckpoints(double chance) {
    checkpointDamageChance = chance;
  }

  /** The peer says that it can not go on: its process ends. */
  private void failed(SimWorld world, Throwable error) {
    if (!world.isAlive()) {
      return;
    }
    // An outdated disk; or its operator says what is not so: that there is nothing on it.
    if (cameBack
        && (error instanceof OlderDiskException
            || String.valueOf(error.getMessage()).contains("there is data in it"))) {
      simulation.count("former member found its disk outdated");
      simulation.at(
          simulation.now() + 1,
          () -> {
            if (node.world() == world) {
              kill();
              simulation.at(simulation.now() + 10_000_000, this::start);
            }
          });
      return;
    }
    if (disk().errors() == diskErrorsAtBoot && !damaged) {
      simulation.fail(new IllegalStateException("peer " + id() + " gave up", error));
      return;
    }
    simulation.count("peer gave up after a disk error");
    simulation.at(
        simulation.now() + 1,
        () -> {
          if (node.world() == world) {
            kill();
          }
        });
  }

  /** Its disk lost or changed what it had kept: it may give up, but must not say what is wrong. */
  void damaged() {
    damaged = true;
  }

  boolean isDamaged() {
    return damaged;
  }

  /** A connection that had seemed dead brings a command after all, if the peer is up. */
  void deliverLate(SessionCommand command, List<Chunk> chunks) {
    Peer running = running();
    SimWorld world = node.world();
    if (takesLateCopies && running != null && world != null) {
      simulation.count("client request delivered late");
      world.spawn("call", () -> running.gateway().propose(command, chunks));
    }
  }

  /** From now on nothing comes but what is asked: the end is to be one state. */
  void takeNoMoreLateCopies() {
    takesLateCopies = false;
  }

  /** Power loss. */
  void crash() {
    node.crash();
    revertTables();
  }

  /** kill -9: what was written to files stays, what RocksDB held in memory goes. */
  void kill() {
    node.kill();
    revertTables();
  }

  /**
   * SIGTERM: the peer closes itself, which takes time in which anything may happen to it; {@code
   * ended} runs when it has.
   */
  void stop(Runnable ended) {
    Peer running = running();
    SimWorld world = node.world();
    if (running == null || world == null) {
      return;
    }
    simulation.count("orderly stop");
    peer = null; // for everybody else it is gone already
    world.spawn(
        "stop",
        () -> {
          running.close();
          // Not on a thread of the process that ends.
          simulation.at(
              simulation.now(),
              () -> {
                if (node.world() == world) {
                  node.exit();
                  network.closed(id());
                  revertTables();
                  ended.run();
                }
              });
        });
  }

  private void revertTables() {
    peer = null;
    metadata.revertToLastFlush();
    index = index.revertToLastFlush();
  }

  /** What is durable on this machine at one moment. */
  record Image(SimDirectory files, MemoryDatabase metadata, MemoryTables index) {}

  Image image() {
    return new Image(disk().image(), metadata.copyOfLastFlush(), index.copyOfLastFlush());
  }

  /** It gets a new disk, and its operator says so at each start until it is taken. Only once. */
  void wipe() {
    simulation.count("disk wiped");
    wiped = true;
    rejoins = true;
    putBack(blank);
  }

  /** It was a member once, and is to be one again: its disk has an older life on it. */
  void comesBack() {
    cameBack = true;
  }

  /** Its operator says that what is on the disk counts no more, and starts it anew. */
  void rejoin() {
    simulation.count("former member rejoins by its operator's word");
    kill();
    rejoins = true;
    start();
  }

  boolean wasWiped() {
    return wiped;
  }

  /** Its disk is put back to an older image. It must be down. */
  void putBack(Image image) {
    damaged = true;
    disk().putBack(image.files);
    metadata = image.metadata;
    index = image.index;
  }

  /** Where this peer is, for people. */
  String describe() {
    Peer running = running();
    return "peer "
        + id()
        + (running == null
            ? isUp() ? " recovering" : " down"
            : " applied "
                + running.metadata().appliedIndex()
                + " digest "
                + running.metadata().digest());
  }
}
