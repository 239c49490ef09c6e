package io.quorate.store.net.config;

import java.util.Arrays;
import java.util.List;

/**
 * The fields of a peer's configuration that have a fixed name, with the paragraph that `init`
 * writes above each. The lines {@code peer.N.address} are the only others.
 */
enum Field {
  PEER_ID(
      "peer.id",
      "",
      "Which of the peers listed here this one is. Every peer has its own; it never changes, and no"
          + " two machines may run the same."),
  JOINS(
      "peer.joins",
      "false",
      "Whether this peer came into a cluster that was there already: true as quorate init --join"
          + " writes it, else false. If true, the peers listed are those at which it finds the"
          + " cluster; who the members are, the cluster says."),
  KEY(
      "cluster.key",
      "",
      "File with the cluster's id, name and secret key, the same on every peer and client. Relative"
          + " to this file. Its mode must be 0600."),
  DATA(
      "data.directory",
      "",
      "Directory of this peer's journal and databases, relative to this file. It is made when it does"
          + " not exist, and locked while the peer runs. Give it a disk of its own if you can."),
  LISTEN(
      "listen",
      "",
      "Address to listen at, for peers and clients, if it is not the peer's own address below: for"
          + " example 0.0.0.0:7400 or [::]:7400 for all interfaces."),
  DURABILITY(
      "durability",
      "fsync",
      "What an acknowledged write has survived. fsync: it is on stable storage on a quorum and"
          + " survives power loss. memory: it is in the page cache of a quorum; faster, survives the"
          + " death of all peer processes, but not of a quorum of machines."),
  SEGMENT(
      "journal.segmentBytes",
      "64 MiB",
      "Size of a journal file, 2 MiB to 1 GiB. Larger means fewer files; space is taken two segments"
          + " ahead of need."),
  RESERVE(
      "journal.reserveBytes",
      "64 MiB",
      "Free disk space below which new content is refused, so that deleting still works. 0 to 1 PiB;"
          + " larger keeps more back."),
  QUEUE(
      "journal.queueBytes",
      "16 MiB",
      "Content taken but not yet written to disk, beyond which this peer stops reading from its"
          + " connections. 1 MiB to 1 TiB; larger smooths bursts and costs memory."),
  LOG_FLUSH(
      "log.flushBytes",
      "256 MiB",
      "The databases are flushed at least every so many bytes of the journal: about that much is read"
          + " again when the peer starts after a crash. 64 KiB to 1 TiB; smaller starts sooner and"
          + " costs more writes."),
  LOG_FLUSH_ENTRIES(
      "log.flushEntries",
      "100000",
      "The same in entries of the log, which are applied again, 1 to 100000000."),
  LOG_TAIL(
      "log.tailEntries",
      "20000",
      "How many entries of the log stay when they are flushed, for peers that were away for a moment,"
          + " 0 to 100000000. Each costs 12 bytes of memory."),
  SCRUB_RATE(
      "scrub.bytesPerSecond",
      "8 MiB",
      "How fast this peer looks over what it has stored, to find and mend damage before anybody needs"
          + " it, 0 to 1 TiB. Faster finds it sooner and takes more of the disk from everybody else; 0"
          + " for never."),
  SCRUB_INTERVAL(
      "scrub.intervalMinutes",
      "10080",
      "From the end of one such pass until the next begins, 1 to 100000. Default: a week."),
  COMPACTION_LIVE(
      "compaction.livePercent",
      "50",
      "A segment of the journal is rewritten, to get its space back, when less of it than this is"
          + " still needed, 0 to 95. Higher keeps the disk emptier and copies more: at 50 each byte"
          + " given back costs at most one that is copied, at 90 nine. 0 rewrites nothing."),
  COMPACTION_RATE(
      "compaction.bytesPerSecond",
      "32 MiB",
      "How fast content is copied for that, 64 KiB to 1 TiB. Faster gives space back sooner and takes"
          + " more of the disk from everybody else. A disk that is nearly full is emptied without"
          + " limit."),
  READERS(
      "reader.threads",
      "2",
      "Threads that answer queries and read content, 1 to 256. More help when reads wait for a disk."),
  HEARTBEAT(
      "heartbeat.millis",
      "50",
      "How often the leader shows that it lives, 5 to 10000. Lower finds a dead leader sooner and"
          + " costs idle traffic. The same on all peers."),
  ELECTION(
      "election.millis",
      "400",
      "How long a follower waits for the leader before it asks for votes, at least 4 heartbeats. When"
          + " a leader dies writes pause about this long; too short, and a busy machine's pauses cause"
          + " elections."),
  REQUEST(
      "request.millis",
      "5000",
      "A request that this peer could not finish by then is answered with an error, 10 to 600000."),
  NET_THREADS(
      "net.threads",
      "1",
      "Threads that serve connections, 1 to 64. One suffices for four peers on a small machine; more"
          + " help a machine with many cores and clients."),
  CHUNK_QUEUE(
      "link.chunkQueueBytes",
      "16 MiB",
      "Content waiting to be sent to one peer. Beyond it content for that peer is dropped, and it"
          + " fetches it later: a slow peer costs the others no more memory than this. 1 MiB to 16"
          + " GiB."),
  LINK_QUEUE(
      "link.queueBytes",
      "64 MiB",
      "Everything waiting to be sent to one peer; beyond it even messages of the log are dropped, and"
          + " repeated later. At least link.chunkQueueBytes, at most 32 GiB."),
  CONNECT(
      "link.connectMillis",
      "500",
      "How long a TCP connection may take, 50 to 60000. Longer than your network's round trip, and"
          + " shorter than the second after which TCP itself tries again: a link that comes back is"
          + " noticed the sooner."),
  RECONNECT(
      "link.reconnectMillis",
      "250",
      "Longest pause between two attempts to reach a peer, 50 to 60000. Together with"
          + " link.connectMillis it bounds how long a link that is back goes unnoticed."),
  PING(
      "link.pingMillis",
      "200",
      "A connection that was quiet for this long carries a ping, 10 to 60000."),
  SILENT(
      "link.silentMillis",
      "700",
      "A connection on which nothing arrived for this long is taken for dead, 30 to 600000, at least"
          + " three pings. Shorter notices a dead link sooner; too short breaks live ones when a"
          + " machine is busy."),
  STALL(
      "link.stallMillis",
      "30000",
      "A connection that takes none of the bytes that wait for it for this long is closed, 1000 to"
          + " 600000."),
  CLIENT_MAX("client.max", "1000", "Clients that this peer serves at a time, 1 to 100000."),
  CLIENT_MEMORY(
      "client.memoryBytes",
      "16 MiB",
      "Memory that one client's requests and unread answers may take, 4 MiB to 16 GiB; beyond it that"
          + " client waits. Times client.max, this is what clients can cost at worst."),
  HANDSHAKE_MAX(
      "handshake.max",
      "64",
      "Connections at a time that have not yet proved that they hold the cluster key, 1 to 10000."),
  HANDSHAKE_MILLIS("handshake.millis", "3000", "How long they may take for that, 100 to 60000."),
  ADMIN(
      "admin.listen",
      "",
      "Address of the admin HTTP server, host:port, with /metrics for Prometheus and /health. It has no"
          + " authentication, and changes nothing: use a loopback address. Without this line there is"
          + " none.");

  private final String fieldName;
  private final String initially;
  private final String paragraph;

  Field(String fieldName, String initially, String paragraph) {
    this.fieldName = fieldName;
    this.initially = initially;
    this.paragraph = paragraph;
  }

  String fieldName() {
    return fieldName;
  }

  /** The value when no line sets it; empty if there is none. */
  String initially() {
    return initially;
  }

  String paragraph() {
    return paragraph;
  }

  /** The default as a number, in bytes where it is a size. */
  long number() {
    String digits = initially.replaceAll("[^0-9]", "");
    return Long.parseLong(digits) << (initially.endsWith("MiB") ? 20 : 0);
  }

  static List<String> names() {
    return Arrays.stream(values()).map(Field::fieldName).toList();
  }
}
