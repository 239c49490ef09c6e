package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.ClusterMembers;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.gateway.MemberCall;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.journal.JournalOptions;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Membership;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Caller;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.Extent;
import io.quorate.store.metadata.MetadataTable;
import io.quorate.store.metadata.Result;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.sim.SimDisk;
import io.quorate.store.sim.SimNetwork;
import io.quorate.store.sim.SimNode;
import io.quorate.store.sim.SimWorld;
import io.quorate.store.sim.Simulation;
import io.quorate.store.table.MemoryDatabase;
import io.quorate.store.table.MemoryTables;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;

/** A small cluster of whole peers in the simulator, for tests that act on single peers. */
final class PeerCluster {
  static final Path DIRECTORY = Path.of("/data");
  static final int SEGMENT_BYTES = 1 << 17;

  final Simulation simulation;
  final Membership members;
  final SimNetwork<PeerMessage> network;
  final SortedMap<Integer, SimNode> nodes = new TreeMap<>();
  final SortedMap<Integer, Peer> peers = new TreeMap<>();
  final SortedMap<Integer, MemoryDatabase> metadata = new TreeMap<>();
  final SortedMap<Integer, MemoryTables> indexes = new TreeMap<>();

  /** What peers said when they could not go on; empty unless a test lets them fail. */
  final List<Throwable> failures = new ArrayList<>();

  private final long reserveBytes;
  private UnaryOperator<PeerOptions> change = options -> options;
  private boolean mayFail;

  PeerCluster(Simulation simulation, int size) throws Exception {
    this(simulation, size, 0);
  }

  PeerCluster(Simulation simulation, int size, long reserveBytes) throws Exception {
    this.simulation = simulation;
    this.reserveBytes = reserveBytes;
    SortedMap<Integer, Long> voters = new TreeMap<>();
    for (int id = 1; id <= size; id++) {
      voters.put(id, 1L);
    }
    this.members = new Membership(0, voters, new TreeMap<>());
    this.network = new SimNetwork<>(simulation, SimNetwork.Mode.STREAM);
    for (int id = 1; id <= size; id++) {
      nodes.put(id, simulation.node(id));
      metadata.put(id, emptyMetadata());
      indexes.put(id, new MemoryTables(ChunkStore.Index.values()));
      start(id);
    }
  }

  /** Changes the options of peers that are started from now on. */
  void options(UnaryOperator<PeerOptions> newChange) {
    change = newChange;
  }

  /** Starts all anew, one after the other. */
  void restartAll() throws Exception {
    for (int id : List.copyOf(peers.keySet())) {
      kill(id);
      start(id);
    }
  }

  static MemoryDatabase emptyMetadata() {
    return new MemoryDatabase(
        "metadata",
        MetadataTable.values(),
        new MemoryTables(MetadataTable.values()),
        CheckpointManifest.FILE_NAME);
  }

  /** From now on a peer may say that it can not go on. */
  void expectFailures() {
    mayFail = true;
  }

  /** Boots a machine and starts its peer. */
  Peer start(int id) throws Exception {
    SimWorld world = nodes.get(id).boot();
    JournalOptions journal =
        JournalOptions.of(new UUID(1, 1), error -> {}).withSegmentBytes(SEGMENT_BYTES);
    Peer peer =
        Peer.start(
            world,
            change.apply(PeerOptions.of(id, "test", members).withLimits(reserveBytes, 16 << 20, 2)),
            new PeerStorage(world.openDisk(DIRECTORY), journal, metadata.get(id), indexes.get(id)),
            new SimTransport(network, world, id, members.voters().keySet()),
            this::failed);
    peers.put(id, peer);
    return peer;
  }

  /** Boots a machine with an empty disk that is in nobody's membership yet. */
  Peer startNew(int id) throws Exception {
    nodes.put(id, simulation.node(id));
    metadata.put(id, emptyMetadata());
    indexes.put(id, new MemoryTables(ChunkStore.Index.values()));
    return start(id);
  }

  /** Asks a peer about the members. */
  ClusterMembers members(int asked, MemberCall call) throws Exception {
    return gateway(asked).members(call).get();
  }

  private void failed(Throwable error) {
    failures.add(error);
    if (!mayFail) {
      simulation.fail(error);
    }
  }

  /** Kill -9: files keep what was written, the databases revert to their last flush. */
  void kill(int id) {
    nodes.get(id).kill();
    peers.remove(id);
    metadata.get(id).revertToLastFlush();
    indexes.put(id, indexes.get(id).revertToLastFlush());
  }

  void closeAll() {
    peers.values().forEach(Peer::close);
  }

  Peer peer(int id) {
    return peers.get(id);
  }

  Gateway gateway(int id) {
    return peers.get(id).gateway();
  }

  SimDisk disk(int id) {
    return nodes.get(id).disk(DIRECTORY);
  }

  /** Damages about every record of the journal of peer {@code id}. */
  void rot(int id) {
    for (String name : disk(id).fileNames()) {
      if (name.startsWith("journal-")) {
        disk(id).damage().rot(name, 8_192, SEGMENT_BYTES, 10_000);
      }
    }
  }

  /** The id of whoever leads, as {@code asked} sees it; waits until there is one. */
  int leader(int asked) throws Exception {
    while (true) {
      int leader = gateway(asked).status().get().leader();
      if (leader != 0) {
        return leader;
      }
      simulation.sleep(20_000_000);
    }
  }

  /** Proposes until it is answered. */
  Result propose(int peer, SessionCommand command, Chunk... chunks) throws Exception {
    while (true) {
      try {
        return gateway(peer).propose(command, List.of(chunks)).get();
      } catch (ExecutionException e) {
        simulation.trace("retry after " + e.getCause());
        if (e.getCause() instanceof UnavailableException) {
          simulation.sleep(10_000_000);
        }
      }
    }
  }

  long openSession(int peer) throws Exception {
    return openSession(peer, 30_000);
  }

  long openSession(int peer, long timeoutMillis) throws Exception {
    Command open = new Command.OpenSession("t", timeoutMillis);
    Result result = propose(peer, new SessionCommand(0, 99 + peer, 0, open));
    return assertInstanceOf(Result.Opened.class, result).session();
  }

  /** Puts a file of one chunk, as command {@code number} of the session. */
  Result put(int peer, long session, long number, String path, int lengthBytes) throws Exception {
    Chunk chunk = chunk(session, number, lengthBytes);
    return propose(peer, new SessionCommand(session, number, number, put(path, chunk)), chunk);
  }

  ReadReply read(int peer, String path, int lengthBytes) throws Exception {
    return gateway(peer).read(At.path(Bytes.utf8(path), true), 0, 0, lengthBytes).get();
  }

  static Chunk chunk(long session, long number, int lengthBytes) {
    byte[] content = new byte[lengthBytes];
    java.util.Arrays.fill(content, (byte) number);
    CRC32C crc = new CRC32C();
    crc.update(content);
    return new Chunk(
        new ChunkRef(new ChunkId(session, number), lengthBytes, (int) crc.getValue()),
        ByteBuffer.wrap(content));
  }

  static Command put(String path, Chunk chunk) {
    return new Command.Put(
        At.path(Bytes.utf8(path), true),
        0644,
        Caller.ROOT,
        List.of(new Extent(0, chunk.ref(), 0, chunk.ref().lengthBytes())),
        chunk.ref().lengthBytes(),
        AttributeChange.NOW,
        Command.PutCondition.ALWAYS);
  }
}
