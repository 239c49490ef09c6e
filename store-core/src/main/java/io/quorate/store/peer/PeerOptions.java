package io.quorate.store.peer;

import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Membership;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a peer must be told, and how far it may go. A wrong value is refused when the record is
 * made, with the field's name and the range allowed.
 *
 * @param id this peer's id; one that is no voter of {@code genesis} was added later
 * @param incarnation which life of this id the data directory belongs to; a replaced disk gets
 *     another
 * @param cluster the cluster's name, for people
 * @param genesis the membership that `init` wrote
 * @param addresses id → host:port, for status
 * @param heartbeatMillis how often the leader shows that it lives. Lower finds a dead leader sooner
 *     and costs idle traffic.
 * @param electionTimeoutMillis how long a follower waits for the leader before it asks for votes;
 *     the pause of writes when a leader dies is about this long. At least 4 heartbeats.
 * @param requestTimeoutMillis after this long a gateway call ends with "unavailable" or "unknown"
 * @param reserveBytes free space below which content is refused, so that deleting still works
 * @param maxQueuedBytes content taken but not yet written, and content queued for one peer, beyond
 *     which writers wait
 * @param readerThreads threads that answer queries and read content
 * @param log bounds of the log
 * @param scrub how stored content is looked over
 * @param compaction how space is given back
 */
public record PeerOptions(
    int id,
    long incarnation,
    String cluster,
    Membership genesis,
    SortedMap<Integer, String> addresses,
    int heartbeatMillis,
    int electionTimeoutMillis,
    int requestTimeoutMillis,
    long reserveBytes,
    long maxQueuedBytes,
    int readerThreads,
    LogOptions log,
    ScrubOptions scrub,
    CompactionOptions compaction) {

  public PeerOptions {
    addresses = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(addresses));
    checkRange("id", id, 1, Integer.MAX_VALUE);
    checkRange("heartbeatMillis", heartbeatMillis, 5, 10_000);
    checkRange("electionTimeoutMillis", electionTimeoutMillis, 4L * heartbeatMillis, 600_000);
    checkRange("requestTimeoutMillis", requestTimeoutMillis, 10, 600_000);
    checkRange("reserveBytes", reserveBytes, 0, Long.MAX_VALUE);
    checkRange("maxQueuedBytes", maxQueuedBytes, 1 << 20, 1L << 40);
    checkRange("readerThreads", readerThreads, 1, 256);
  }

  /** Free space with which a peer counts as having room for content: for one chunk at least. */
  long roomForContentBytes() {
    return Math.max(reserveBytes, ChunkRef.MAX_BYTES);
  }

  /** Part of the reserve that is for the log alone: not even content that it names may take it. */
  long reserveForLogBytes() {
    return reserveBytes / 4;
  }

  /** Options with the defaults for a machine on a local network. */
  public static PeerOptions of(int id, String cluster, Membership genesis) {
    SortedMap<Integer, String> addresses = new TreeMap<>();
    genesis.voters().keySet().forEach(peer -> addresses.put(peer, ""));
    long incarnation = genesis.voters().getOrDefault(id, 1L);
    return new PeerOptions(
        id,
        incarnation,
        cluster,
        genesis,
        addresses,
        50,
        500,
        5_000,
        64L << 20,
        16L << 20,
        2,
        LogOptions.DEFAULT,
        ScrubOptions.DEFAULT,
        CompactionOptions.DEFAULT);
  }

  public PeerOptions withAddresses(SortedMap<Integer, String> value) {
    return new PeerOptions(
        id,
        incarnation,
        cluster,
        genesis,
        value,
        heartbeatMillis,
        electionTimeoutMillis,
        requestTimeoutMillis,
        reserveBytes,
        maxQueuedBytes,
        readerThreads,
        log,
        scrub,
        compaction);
  }

  public PeerOptions withTimings(
      int heartbeatMillis, int electionTimeoutMillis, int requestTimeoutMillis) {
    return new PeerOptions(
        id,
        incarnation,
        cluster,
        genesis,
        addresses,
        heartbeatMillis,
        electionTimeoutMillis,
        requestTimeoutMillis,
        reserveBytes,
        maxQueuedBytes,
        readerThreads,
        log,
        scrub,
        compaction);
  }

  public PeerOptions withLimits(long reserveBytes, long maxQueuedBytes, int readerThreads) {
    return new PeerOptions(
        id,
        incarnation,
        cluster,
        genesis,
        addresses,
        heartbeatMillis,
        electionTimeoutMillis,
        requestTimeoutMillis,
        reserveBytes,
        maxQueuedBytes,
        readerThreads,
        log,
        scrub,
        compaction);
  }

  public PeerOptions withLog(LogOptions value) {
    return new PeerOptions(
        id,
        incarnation,
        cluster,
        genesis,
        addresses,
        heartbeatMillis,
        electionTimeoutMillis,
        requestTimeoutMillis,
        reserveBytes,
        maxQueuedBytes,
        readerThreads,
        value,
        scrub,
        compaction);
  }

  public PeerOptions withScrub(ScrubOptions value) {
    return new PeerOptions(
        id,
        incarnation,
        cluster,
        genesis,
        addresses,
        heartbeatMillis,
        electionTimeoutMillis,
        requestTimeoutMillis,
        reserveBytes,
        maxQueuedBytes,
        readerThreads,
        log,
        value,
        compaction);
  }

  public PeerOptions withCompaction(CompactionOptions value) {
    return new PeerOptions(
        id,
        incarnation,
        cluster,
        genesis,
        addresses,
        heartbeatMillis,
        electionTimeoutMillis,
        requestTimeoutMillis,
        reserveBytes,
        maxQueuedBytes,
        readerThreads,
        log,
        scrub,
        value);
  }

  static void checkRange(String field, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          field + " is " + value + "; allowed are " + least + " to " + most);
    }
  }
}
