package io.quorate.store.net.client;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.quorate.store.net.transport.ClientDialer;
import io.quorate.store.net.transport.ClusterIdentity;
import io.quorate.store.net.transport.Connection;
import io.quorate.store.net.transport.Endpoint;
import io.quorate.store.net.transport.NettyNetwork;
import io.quorate.store.net.transport.RefusedException;
import io.quorate.store.world.World;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a client connected to one of the peers and calls on their way.
 *
 * <p>Peers are dialed one after the other, without pause until each has failed once; then calls
 * that wait fail, and the next round begins after a pause. A peer that answers several calls in a
 * row that it is unavailable, or answers nothing for a while (it may be cut off from the others),
 * is left for another, but only once that one has answered a question. While a peer is used that is
 * not the first of the list, those before it are tried from time to time, in the same way: it is
 * the first that its owner wants to be used. All state is the event loop's, except the queue and
 * its counter.
 */
final class Failover implements PeerConnection.Listener, Search.Owner {
  private static final Logger LOG = LoggerFactory.getLogger(Failover.class);
  private static final int UNAVAILABLE_BEFORE_LEAVING = 3;
  private static final long SWEEP_MILLIS = 50;
  private static final long MEMBERS_FIRST_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long MEMBERS_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long LEAVE_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final World world;
  private final List<Endpoint> configured;
  private final RemoteOptions options;
  private final ClientDialer dialer;
  private final EventLoop loop;
  private final ConcurrentLinkedQueue<PendingCall<?>> queue = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean drainPending = new AtomicBoolean();
  private final AtomicLong bytes = new AtomicLong();
  private final CompletableFuture<Void> firstConnection = new CompletableFuture<>();
  private volatile boolean closed;
  private volatile String connectedTo = "";
  private volatile String failures = "no peer has answered yet";

  // On the event loop only.
  private final Set<PeerConnection> connections = new LinkedHashSet<>();
  private final Map<Endpoint, IOException> round = new LinkedHashMap<>();

  /** Each one's last reason, since a peer was connected: a round may take long. */
  private final Map<Endpoint, IOException> reasons = new LinkedHashMap<>();

  private @Nullable PeerConnection current;
  private ClientDialer.@Nullable Attempt dialing;
  private @Nullable Future<?> sweep;
  private @Nullable Future<?> retry;
  private int next;
  private int attempts;
  private int unavailableInRow;
  private long backoffMillis;
  private long leftAtNanos;
  private @Nullable Search search;

  /** The configured ones, and then the members that were learned of. */
  private List<Endpoint> peers;

  private Runnable askMembers = () -> {};
  private long membersAtNanos;
  private long returnNanos;

  Failover(
      NettyNetwork network,
      World world,
      ClusterIdentity cluster,
      List<Endpoint> peers,
      RemoteOptions options) {
    if (peers.isEmpty()) {
      throw new IllegalArgumentException("a client needs the address of at least one peer");
    }
    this.world = world;
    this.configured = List.copyOf(new LinkedHashSet<>(peers));
    this.peers = configured;
    this.options = options;
    dialer = new ClientDialer(network, world, cluster, options.transport());
    loop = dialer.loop();
    backoffMillis = options.transport().reconnectMinMillis();
  }

  void start() {
    loop.execute(
        () -> {
          leftAtNanos = dialer.nanoTime() - LEAVE_PAUSE_NANOS;
          returnNanos = dialer.nanoTime();
          sweep =
              loop.scheduleAtFixedRate(
                  this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
          dial();
        });
  }

  /** Sets what asks now and then who the members are; before the start. */
  void onMembersDue(Runnable ask) {
    askMembers = ask;
  }

  /**
   * The members are reached there: should all that are configured be gone, the client goes on with
   * them. Who was told to use one peer uses no other.
   */
  void learn(List<Endpoint> members) {
    loop.execute(
        () -> {
          if (configured.size() > 1) {
            Set<Endpoint> all = new LinkedHashSet<>(configured);
            all.addAll(members);
            peers = List.copyOf(all);
          }
        });
  }

  /** Done when the first connection stands; fails when all peers have refused this client. */
  CompletableFuture<Void> firstConnection() {
    return firstConnection;
  }

  String connectedTo() {
    return connectedTo;
  }

  /** Why no peer could be reached, as far as they were tried. */
  String failures() {
    return failures;
  }

  /** Takes a call, from any thread; it ends by its deadline whatever happens. */
  void submit(PendingCall<?> call) {
    if (closed) {
      call.neverSent("this client is closed");
      return;
    }
    long held = bytes.addAndGet(call.bytes());
    if (held > options.inFlightBytes() && held > call.bytes()) {
      bytes.addAndGet(-call.bytes());
      call.neverSent(
          "calls under way already hold more than " + options.inFlightBytes() + " bytes");
      return;
    }
    queue.add(call);
    if (drainPending.compareAndSet(false, true)) {
      try {
        loop.execute(this::drain);
      } catch (RejectedExecutionException e) {
        failQueue("this client is closed");
      }
    }
  }

  void close() {
    if (closed) {
      return;
    }
    closed = true;
    loop.execute(
        () -> {
          if (sweep != null) {
            sweep.cancel(false);
          }
          if (retry != null) {
            retry.cancel(false);
          }
          if (dialing != null) {
            dialing.cancel("this client is closed");
          }
          cancelSearch("this client is closed");
          List.copyOf(connections).forEach(open -> open.close("this client is closed"));
          failQueue("this client is closed");
        });
  }

  private void drain() {
    drainPending.set(false);
    if (closed) {
      failQueue("this client is closed");
      return;
    }
    PeerConnection to = current;
    if (to == null) {
      return;
    }
    while (to.isWritable()) {
      PendingCall<?> call = queue.poll();
      if (call == null) {
        break;
      }
      to.send(call);
    }
    to.flush();
  }

  private void dial() {
    if (closed || dialing != null) {
      return;
    }
    Endpoint endpoint = peers.get(Math.floorMod(next++, peers.size()));
    dialing =
        dialer.dial(
            endpoint,
            attempts++,
            connection -> connected(endpoint, connection),
            failure -> dialFailed(endpoint, failure));
  }

  private Connection.Owner connected(Endpoint endpoint, Connection connection) {
    dialing = null;
    round.clear();
    reasons.clear();
    backoffMillis = options.transport().reconnectMinMillis();
    PeerConnection made = new PeerConnection(endpoint, connection, this);
    use(made);
    firstConnection.complete(null);
    return made;
  }

  private void use(PeerConnection made) {
    connections.add(made);
    current = made;
    connectedTo = made.endpoint().toString();
    unavailableInRow = 0;
    leftAtNanos = dialer.nanoTime();
    membersAtNanos = leftAtNanos + MEMBERS_FIRST_NANOS;
    returnNanos = leftAtNanos;
    // Should it be lost, those after it come next.
    next = peers.indexOf(made.endpoint()) + 1;
    LOG.info("connected to {}", made.endpoint());
    loop.execute(this::drain);
  }

  private void search(List<Endpoint> candidates) {
    search =
        new Search(
            dialer,
            candidates,
            options.patienceMillis(),
            attempts++,
            this,
            skipped -> LOG.debug("{} can not take over", skipped));
    search.next();
  }

  @Override
  public void found(Endpoint endpoint, PeerConnection made) {
    search = null;
    PeerConnection left = current;
    made.listenWith(this);
    use(made);
    if (left != null) {
      if (left.isSilentSince(dialer.nanoTime() - patienceNanos())) {
        left.abandon(left.endpoint() + " answered nothing, and " + endpoint + " does");
      } else {
        left.retire();
      }
    }
  }

  @Override
  public void foundNone() {
    search = null;
    unavailableInRow = 0;
    leftAtNanos = dialer.nanoTime();
    returnNanos = leftAtNanos;
  }

  private void cancelSearch(String reason) {
    if (search != null) {
      search.cancel(reason);
      search = null;
    }
  }

  private long patienceNanos() {
    return TimeUnit.MILLISECONDS.toNanos(options.patienceMillis());
  }

  /** Looks for another peer if this one seems not to serve, or for the one that is preferred. */
  private void reconsider(long nowNanos) {
    PeerConnection used = current;
    if (closed || used == null || search != null || peers.size() == 1) {
      return;
    }
    int rank = peers.indexOf(used.endpoint());
    boolean bad =
        unavailableInRow >= UNAVAILABLE_BEFORE_LEAVING
            || used.isSilentSince(nowNanos - patienceNanos());
    if (bad && nowNanos - leftAtNanos > LEAVE_PAUSE_NANOS) {
      List<Endpoint> others = new ArrayList<>(peers.subList(rank + 1, peers.size()));
      others.addAll(peers.subList(0, rank));
      search(others);
    } else if (!bad
        && rank > 0
        && nowNanos - returnNanos > TimeUnit.MILLISECONDS.toNanos(options.returnMillis())) {
      search(peers.subList(0, rank));
    }
  }

  private void dialFailed(Endpoint endpoint, IOException failure) {
    dialing = null;
    if (closed) {
      return;
    }
    round.put(endpoint, failure);
    reasons.put(endpoint, failure);
    failures = describe(reasons);
    if (round.size() < peers.size()) {
      dial();
      return;
    }
    boolean forGood =
        round.values().stream()
            .allMatch(e -> e instanceof RefusedException refused && !refused.refusal().passing());
    IOException first = round.values().iterator().next();
    round.clear();
    if (forGood) {
      firstConnection.completeExceptionally(first);
    }
    failQueue(failures);
    long jittered =
        backoffMillis * 3 / 4 + Math.floorMod(world.randomLong(), Math.max(1, backoffMillis / 2));
    backoffMillis = Math.min(2 * backoffMillis, options.transport().reconnectMaxMillis());
    retry = loop.schedule(this::dial, jittered, TimeUnit.MILLISECONDS);
  }

  private static String describe(Map<Endpoint, IOException> failed) {
    List<String> all = new ArrayList<>();
    failed.forEach((endpoint, reason) -> all.add(endpoint + ": " + reason.getMessage()));
    return "no peer could be reached (" + String.join("; ", all) + ")";
  }

  @Override
  public void replied(PeerConnection from, PendingCall<?> call, boolean unavailable) {
    ended(call);
    if (from != current) {
      return;
    }
    unavailableInRow = unavailable ? unavailableInRow + 1 : 0;
    if (unavailableInRow >= UNAVAILABLE_BEFORE_LEAVING) {
      reconsider(dialer.nanoTime());
    }
  }

  @Override
  public void ended(PendingCall<?> call) {
    bytes.addAndGet(-call.bytes());
  }

  @Override
  public void writable(PeerConnection connection) {
    if (connection == current) {
      drain();
    }
  }

  @Override
  public void lost(PeerConnection connection, String reason) {
    connections.remove(connection);
    if (connection == current) {
      current = null;
      connectedTo = "";
      if (!closed) {
        cancelSearch("the peer in use was lost");
        LOG.info("the connection to {} is lost: {}", connection.endpoint(), reason);
        dial();
      }
    }
  }

  private void sweep() {
    long now = dialer.nanoTime();
    for (PeerConnection open : List.copyOf(connections)) {
      open.expire(now, options.requestMillis());
    }
    if (search != null) {
      search.sweep(now);
    }
    reconsider(now);
    if (current != null && now - membersAtNanos >= 0) {
      membersAtNanos = now + MEMBERS_NANOS;
      askMembers.run();
    }
    for (PendingCall<?> call = queue.peek();
        call != null && call.isOverdue(now);
        call = queue.peek()) {
      queue.poll();
      ended(call);
      call.neverSent("not sent within " + options.requestMillis() + " ms: " + failures);
    }
  }

  private void failQueue(String reason) {
    for (PendingCall<?> call = queue.poll(); call != null; call = queue.poll()) {
      ended(call);
      call.neverSent(reason);
    }
  }
}
