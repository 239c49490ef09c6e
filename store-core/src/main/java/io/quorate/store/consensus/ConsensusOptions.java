package io.quorate.store.consensus;

/**
 * Identity, timing and bounds of one peer's consensus. Start from {@link #of} and change what
 * differs.
 *
 * @param peer this peer's id, 1 and up
 * @param incarnation this peer's incarnation; it votes and counts only while the committed
 *     membership names this very number
 * @param elector whether it may vote in an election that needs all (see {@link Election}) while the
 *     membership names another incarnation of it. Not so for a disk that holds nothing of what was
 *     there before
 * @param seed of the randomness of election timeouts and request numbers. Must differ between
 *     boots: an answer to a read that an earlier boot asked must not fit a question of this one
 * @param heartbeatNanos how often a leader that has nothing to say speaks. Shorter finds a dead
 *     peer sooner, at the price of N − 1 small messages each time
 * @param electionMinNanos a follower that has heard from its leader for less than this neither
 *     stands nor helps another to depose it. It must outlast the longest pause of a healthy, loaded
 *     leader
 * @param electionMaxNanos a follower stands after a random time between the two; a wide gap makes
 *     two candidates at once unlikely. Also how long a silent peer counts as present to its leader.
 *     A failover takes up to this, plus two round trips and one fdatasync
 * @param maxAppendBytes most bytes of entries in one message (a single larger entry goes alone)
 * @param maxInFlightBytes most bytes of entries sent to one follower and not acknowledged: what a
 *     slow follower costs the leader, and the bandwidth-delay product that the leader can fill
 * @param cacheBytes entries kept in memory for followers that are a little behind; older ones are
 *     read from the journal. Entries that are not durable yet are kept beyond this bound
 * @param maxUncommittedBytes proposals are refused while this much waits for its commit
 * @param readTimeoutNanos a read that no leader confirmed for so long is refused
 * @param leaseNanos for how long a commit may have to wait for a peer that answers reads by itself
 *     and is not heard from; the peer itself stops after three quarters of it ({@link
 *     #leaseHolderNanos}). 0: there are no such leases, each read asks the leader. The same on all
 *     peers. More than electionMinNanos makes a failover longer
 */
public record ConsensusOptions(
    int peer,
    long incarnation,
    boolean elector,
    long seed,
    long heartbeatNanos,
    long electionMinNanos,
    long electionMaxNanos,
    int maxAppendBytes,
    int maxInFlightBytes,
    int cacheBytes,
    int maxUncommittedBytes,
    long readTimeoutNanos,
    long leaseNanos) {

  private static final long MILLI = 1_000_000;

  /**
   * {@link #leaseNanos} of every peer of every cluster: part of the protocol, no setting. A holder
   * that falls silent delays commits by less than an election does.
   */
  public static final long LEASE_NANOS = 400 * MILLI;

  private static final long SECOND = 1_000 * MILLI;

  public ConsensusOptions {
    within("peer", peer, 1, Integer.MAX_VALUE);
    within("heartbeatNanos", heartbeatNanos, MILLI, 10 * SECOND);
    within("electionMinNanos", electionMinNanos, 3 * heartbeatNanos, 100 * SECOND);
    within("electionMaxNanos", electionMaxNanos, electionMinNanos + heartbeatNanos, 1000 * SECOND);
    within("maxAppendBytes", maxAppendBytes, 1, 64 << 20);
    within("maxInFlightBytes", maxInFlightBytes, maxAppendBytes, 1 << 30);
    within("cacheBytes", cacheBytes, 0, Integer.MAX_VALUE);
    within("maxUncommittedBytes", maxUncommittedBytes, maxAppendBytes, Integer.MAX_VALUE);
    within("readTimeoutNanos", readTimeoutNanos, heartbeatNanos, 1000 * SECOND);
    within("leaseNanos", leaseNanos, 0, 100 * SECOND);
  }

  /** The defaults: heartbeat 50 ms, election after 500 to 900 ms, reads refused after 2 s. */
  public static ConsensusOptions of(int peer, long incarnation, long seed) {
    return new ConsensusOptions(
        peer,
        incarnation,
        true,
        seed,
        50 * MILLI,
        500 * MILLI,
        900 * MILLI,
        256 << 10,
        2 << 20,
        32 << 20,
        64 << 20,
        2 * SECOND,
        0);
  }

  /** The same for a peer that holds nothing of what earlier incarnations of it held. */
  public ConsensusOptions asNewcomer() {
    return new ConsensusOptions(
        peer,
        incarnation,
        false,
        seed,
        heartbeatNanos,
        electionMinNanos,
        electionMaxNanos,
        maxAppendBytes,
        maxInFlightBytes,
        cacheBytes,
        maxUncommittedBytes,
        readTimeoutNanos,
        leaseNanos);
  }

  /** The same with other timing. */
  public ConsensusOptions withTiming(
      long newHeartbeatNanos, long newElectionMinNanos, long newElectionMaxNanos) {
    return new ConsensusOptions(
        peer,
        incarnation,
        elector,
        seed,
        newHeartbeatNanos,
        newElectionMinNanos,
        newElectionMaxNanos,
        maxAppendBytes,
        maxInFlightBytes,
        cacheBytes,
        maxUncommittedBytes,
        readTimeoutNanos,
        leaseNanos);
  }

  /** The same with other bounds. */
  public ConsensusOptions withBounds(
      int newMaxAppendBytes,
      int newMaxInFlightBytes,
      int newCacheBytes,
      int newMaxUncommittedBytes) {
    return new ConsensusOptions(
        peer,
        incarnation,
        elector,
        seed,
        heartbeatNanos,
        electionMinNanos,
        electionMaxNanos,
        newMaxAppendBytes,
        newMaxInFlightBytes,
        newCacheBytes,
        newMaxUncommittedBytes,
        readTimeoutNanos,
        leaseNanos);
  }

  /** The same with another {@link #readTimeoutNanos}. */
  public ConsensusOptions withReadTimeout(long newReadTimeoutNanos) {
    return new ConsensusOptions(
        peer,
        incarnation,
        elector,
        seed,
        heartbeatNanos,
        electionMinNanos,
        electionMaxNanos,
        maxAppendBytes,
        maxInFlightBytes,
        cacheBytes,
        maxUncommittedBytes,
        newReadTimeoutNanos,
        leaseNanos);
  }

  /** The same with another {@link #leaseNanos}. */
  public ConsensusOptions withLease(long newLeaseNanos) {
    return new ConsensusOptions(
        peer,
        incarnation,
        elector,
        seed,
        heartbeatNanos,
        electionMinNanos,
        electionMaxNanos,
        maxAppendBytes,
        maxInFlightBytes,
        cacheBytes,
        maxUncommittedBytes,
        readTimeoutNanos,
        newLeaseNanos);
  }

  /** Whether there are read leases. */
  boolean grantsLeases() {
    return leaseNanos > 0;
  }

  /** How long a lease lasts for its holder. */
  long leaseHolderNanos() {
    return leaseNanos / 4 * 3;
  }

  /** How often ticks come while something is under way. */
  long tickNanos() {
    return heartbeatNanos / 4;
  }

  /** A peer that is heard at least so often needs no watching. */
  long quietNanos() {
    return 2 * heartbeatNanos;
  }

  /** For how long after somebody waited for a commit the next one is expected to be waited for. */
  long eagerNanos() {
    return 2 * heartbeatNanos;
  }

  /** How long a sent append may go unacknowledged before the leader probes for what arrived. */
  long resendNanos() {
    return 4 * heartbeatNanos;
  }

  private static void within(String field, long value, long lowest, long highest) {
    if (value < lowest || value > highest) {
      throw new IllegalArgumentException(
          field + " is " + value + "; it must be between " + lowest + " and " + highest);
    }
  }
}
