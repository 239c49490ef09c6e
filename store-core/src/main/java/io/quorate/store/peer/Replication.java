package io.quorate.store.peer;

import io.quorate.store.consensus.Consensus;
import io.quorate.store.consensus.Effects;
import io.quorate.store.consensus.FollowerStatus;
import io.quorate.store.consensus.Input;
import io.quorate.store.consensus.Promise;
import io.quorate.store.consensus.Role;
import io.quorate.store.journal.DamagedRecordException;
import io.quorate.store.journal.Journal;
import io.quorate.store.log.Entry;
import io.quorate.store.log.Membership;
import io.quorate.store.world.NoSpaceException;
import io.quorate.store.world.World;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what consensus asks for: the one place where its effects meet journal, transport and
 * applier. Lives on the peer's loop.
 *
 * <p>All inputs of a turn are one step, so they share messages and one request for durability.
 */
final class Replication {
  private static final Logger LOG = LoggerFactory.getLogger(Replication.class);
  private static final int MAX_OFFERED = 512;

  /** Entries that may wait for the next tick where nobody waits for them. */
  private static final int MAX_DEFERRED = 64;

  private static final long MAX_BACKLOG_BYTES = 16L << 20;
  private static final long MAX_STALLED_BYTES = 64L << 20;
  private static final long READ_AGAIN_NANOS = 1_000_000_000L;

  /** How long a leader that can not read its log looks for one that can take over. */
  private static final long HAND_OVER_NANOS = 5_000_000_000L;

  /** What consensus has to say to the rest of the peer. */
  interface Listener {
    void roleChanged(Role role, int leader, long term);

    void proposalsRefused(List<Long> tickets);

    void proposalsAccepted(List<Effects.Accepted> accepted);

    /** The log begins anew on this disk: the staged state must take its place before all else. */
    void installDurable();

    /** Something that must not happen did, on reading or writing the log: the peer must end. */
    void failed(Throwable e);

    /** The members have changed, or a change of them is agreed on. */
    void membershipChanged();
  }

  /** Until when reads ask nobody, and what must be applied for it. */
  private record Leased(long untilNanos, long index) {}

  /** Steps whose records are on their way to the disk. */
  private static final class Pending {
    final long effectsNumber;
    final List<Effects.Outbound> messages;

    /** Last entry that these steps appended; lowered when a later step supersedes entries. */
    long lastIndex;

    final boolean installs;

    Pending(Effects effects, long lastIndex) {
      this.effectsNumber = effects.number();
      this.messages = effects.sendWhenDurable();
      this.installs = effects.install() != null;
      this.lastIndex = lastIndex;
    }
  }

  private final World world;
  private Consensus consensus;
  private boolean begun;
  private final Journal journal;
  private final LogStore log;
  private final Transport transport;
  private final Applier applier;
  private final Reads reads;
  private final PeerLoop loop;
  private final Executor background;
  private final Listener listener;

  private final ArrayDeque<Pending> pending = new ArrayDeque<>();

  /** Steps that wait for room in the journal, in order; mostly none. */
  private final ArrayDeque<Effects> stalled = new ArrayDeque<>();

  /** How many entries of the first stalled step are written. */
  private int written;

  /** Whether the install of the first stalled step is written. */
  private boolean installWritten;

  /** From when the log begins anew until the state of there is in its place: nothing is applied. */
  private boolean installing;

  private long stalledBytes;
  private List<Input> inputs = new ArrayList<>();
  private long durableIndex;
  private long offeredIndex;
  private long commitIndex;
  private boolean appliesAtOnce = true;
  private boolean awaited;
  private volatile long commandsAppended;
  private volatile long logStart;
  private volatile Membership committedMembership;
  private volatile Membership newestMembership;
  private volatile Leased leased;
  private Role role = Role.FOLLOWER;
  private int leader;
  private long term;

  /** The term in which this leader found its log damaged last, and when it did first in that. */
  private long damagedInTerm = -1;

  private long damagedSinceNanos;

  Replication(Protocol.Parts parts, Consensus consensus, Listener listener) {
    this.world = parts.world();
    this.consensus = consensus;
    this.journal = parts.journal();
    this.log = parts.log();
    this.transport = parts.transport();
    this.applier = parts.applier();
    this.reads = parts.reads();
    this.loop = parts.loop();
    this.background = parts.exchange();
    this.listener = listener;
    this.durableIndex = log.lastIndex();
    this.logStart = consensus.startIndex();
    this.committedMembership = consensus.committedMembership();
    this.newestMembership = consensus.membership();
    this.leased = new Leased(world.nanoTime(), 0);
    this.offeredIndex = applier.current().index();
    this.commitIndex = offeredIndex;
  }

  /** Goes on with another consensus; only before the first step. */
  void startWith(Consensus another) {
    consensus = another;
  }

  /** Whether this peer holds what others say that it has promised. */
  boolean keeps(Promise promise) {
    return consensus.keeps(promise);
  }

  /** Whether consensus has taken a step: others may have heard of it. */
  boolean hasBegun() {
    return begun;
  }

  /** The newest membership in the log. */
  Membership membership() {
    return consensus.membership();
  }

  /** The newest membership that is known to be committed; from any thread. */
  Membership committedMembership() {
    return committedMembership;
  }

  /** The newest membership in the log, agreed on or not; from any thread. */
  Membership newestMembership() {
    return newestMembership;
  }

  /** The memberships from the newest one known to be committed to the newest in the log. */
  List<Membership> membershipsInForce() {
    return consensus.membershipsInForce();
  }

  /** Last index of the log, durable or not. */
  long lastIndex() {
    return consensus.lastIndex();
  }

  /** Whether the committed membership names this peer as what it is now. */
  boolean isNamed() {
    return consensus.isNamed();
  }

  /** Whether the membership names another incarnation of this peer. */
  boolean isSuperseded() {
    return consensus.isSuperseded();
  }

  /** Whether this peer leads, and a change of the membership may begin. */
  boolean mayChangeMembership() {
    return consensus.mayChangeMembership();
  }

  Role role() {
    return role;
  }

  int leader() {
    return leader;
  }

  long term() {
    return term;
  }

  long commitIndex() {
    return commitIndex;
  }

  /** What this peer knows of the others as leader; empty on any other peer. */
  List<FollowerStatus> followers() {
    return consensus.followers();
  }

  /** Whether the cluster takes writes, as far as this peer knows. */
  boolean writable() {
    return leader != 0 && consensus.writable();
  }

  /** Proposals that this peer appended as leader; from any thread. */
  long commandsAppended() {
    return commandsAppended;
  }

  /**
   * Whether all that was acknowledged to anybody before this call is applied when {@code
   * appliedIndex} is: a read needs to ask nobody. From any thread.
   */
  boolean isCurrentAt(long appliedIndex) {
    // The clock is read after the lease: what was granted is good at this moment, or it is not
    // taken. Whatever supersedes it was acknowledged to others later.
    Leased now = leased;
    return now.index <= appliedIndex && now.untilNanos - world.nanoTime() > 0;
  }

  private void publishLease() {
    long until = consensus.leaseUntilNanos();
    long index = consensus.leasedIndex();
    if (leased.untilNanos != until || leased.index != index) {
      leased = new Leased(until, index);
    }
  }

  /** Adds an input for the step at the end of this turn. */
  void add(Input input) {
    inputs.add(input);
  }

  /**
   * Whether somebody here waits for what is going to be committed; before {@link #endOfTurn}.
   * Consensus takes no step for that alone: a command that was just sent comes back as an entry,
   * and what is acknowledged then says that it is waited for.
   */
  void awaits(boolean newAwaited) {
    if (newAwaited != awaited && !inputs.isEmpty()) {
      awaited = newAwaited;
      add(new Input.Awaits(newAwaited));
    }
  }

  /** The log begins after this index; from any thread. */
  long logStart() {
    return logStart;
  }

  /** Whether the log holds that entry. */
  boolean holds(long index, long term) {
    return index >= consensus.startIndex()
        && index <= consensus.lastIndex()
        && consensus.termAt(index) == term;
  }

  /** Drops the log up to {@code index}, which is applied in metadata that is flushed. */
  void dropLog(long index) {
    journal.dropLog(index, consensus.termAt(index), log.dropThrough(index));
    add(new Input.DropLog(index));
    logStart = index;
  }

  /** Takes one step with all that the turn gathered, and carries out its effects. */
  void endOfTurn() {
    if (!inputs.isEmpty()) {
      List<Input> taken = inputs;
      inputs = new ArrayList<>();
      begun = true;
      Effects effects = consensus.step(taken, world.nanoTime());
      // Before anything of this step is told to others.
      publishLease();
      boolean changed =
          committedMembership != consensus.committedMembership()
              || newestMembership != consensus.membership();
      committedMembership = consensus.committedMembership();
      newestMembership = consensus.membership();
      if (changed) {
        listener.membershipChanged();
      }
      persist(effects);
      carryOut(effects);
    }
  }

  private void carryOut(Effects effects) {
    effects.send().forEach(this::send);
    commitIndex = Math.max(commitIndex, effects.commitIndex());
    offerOrDefer();
    noteRole(effects);
    effects.readable().forEach(read -> reads.readable(read.ticket(), read.index()));
    effects.refusedReads().forEach(reads::refused);
    if (!effects.accepted().isEmpty()) {
      commandsAppended = commandsAppended + effects.accepted().size();
      listener.proposalsAccepted(effects.accepted());
    }
    if (!effects.refused().isEmpty()) {
      listener.proposalsRefused(effects.refused());
    }
    effects.logReads().forEach(this::readLog);
  }

  private void persist(Effects effects) {
    if (effects.hardState() != null) {
      journal.appendHardState(effects.hardState());
    }
    Effects.Install install = effects.install();
    if (install != null) {
      installing = true;
      offeredIndex = install.index();
      logStart = install.index();
    }
    if (!effects.append().isEmpty()) {
      supersede(effects.append().getFirst().index());
    }
    stalled.addLast(effects);
    stalledBytes += weight(effects);
    writeOut();
  }

  /**
   * Writes what steps asked for, as far as the disk has room. What does not fit waits here, and
   * with it everything that promises it: to the others this peer is merely slow.
   */
  void writeOut() {
    try {
      while (!stalled.isEmpty()) {
        Effects effects = stalled.getFirst();
        install(effects.install());
        for (; written < effects.append().size(); written++) {
          Entry entry = effects.append().get(written);
          supersede(entry.index());
          log.append(entry);
        }
        stalled.removeFirst();
        stalledBytes -= weight(effects);
        written = 0;
        installWritten = false;
        awaitDurable(effects);
      }
    } catch (NoSpaceException e) {
      // Admission keeps content out of the reserve, so the log runs out of space only when
      // something
      // else fills the disk. Then its owner may yet make room.
      if (stalledBytes > MAX_STALLED_BYTES) {
        listener.failed(e);
      }
    } catch (IOException e) {
      listener.failed(e);
    }
  }

  private void install(Effects.@Nullable Install install) throws NoSpaceException {
    if (install != null && !installWritten) {
      journal.appendInstall(install.index(), install.term());
      installWritten = true;
      supersede(install.index() + 1);
      log.install(install.index());
    }
  }

  /** Whether a state is about to be put in its place. */
  boolean isInstalling() {
    return installing;
  }

  /** The state of where the log begins is in its place. */
  void installed() {
    installing = false;
    offerCommitted();
  }

  private static long weight(Effects effects) {
    long bytes = 0;
    for (Entry entry : effects.append()) {
      bytes += entry.weightBytes();
    }
    return bytes;
  }

  /** When consensus needs a tick at the latest. */
  long tickDueNanos() {
    return consensus.tickDueNanos();
  }

  /** Whether a tick has to go on with writing, installing or applying. */
  boolean isBusy() {
    return isStalled() || installing || offeredIndex < applicableIndex();
  }

  private long applicableIndex() {
    return Math.min(commitIndex, durableIndex);
  }

  /**
   * Whether what is committed is applied at once, as where somebody waits for it. Otherwise it is
   * applied at the next tick, together with what comes until then: a peer that nobody uses applies
   * in batches, each for little more than a single entry costs.
   */
  void applyAtOnce(boolean atOnce) {
    if (atOnce && !appliesAtOnce) {
      offerCommitted();
    }
    appliesAtOnce = atOnce;
  }

  private void offerOrDefer() {
    if (appliesAtOnce || applicableIndex() - offeredIndex >= MAX_DEFERRED) {
      offerCommitted();
    }
  }

  /** Whether the log waits for room on the disk. */
  boolean isStalled() {
    return !stalled.isEmpty();
  }

  private void awaitDurable(Effects effects) {
    if (effects.number() > 0 || !effects.sendWhenDurable().isEmpty()) {
      pending.addLast(new Pending(effects, log.lastIndex()));
      journal.whenDurable(() -> loop.execute(this::durable));
    }
  }

  /** What was durable at or above {@code index} no longer is what the log holds there. */
  private void supersede(long index) {
    durableIndex = Math.min(durableIndex, index - 1);
    for (Pending one : pending) {
      one.lastIndex = Math.min(one.lastIndex, index - 1);
    }
  }

  /**
   * The oldest pending step is durable: callbacks come in the order in which they were asked for.
   */
  private void durable() {
    Pending done = pending.removeFirst();
    durableIndex = Math.max(durableIndex, done.lastIndex);
    done.messages.forEach(this::send);
    if (done.effectsNumber > 0) {
      add(new Input.Durable(done.effectsNumber));
    }
    if (done.installs) {
      listener.installDurable();
    }
    offerOrDefer();
  }

  private void send(Effects.Outbound outbound) {
    transport.send(outbound.to(), new PeerMessage.Consensus(outbound.message()));
  }

  /**
   * Gives the applier what is both committed and durable here, as far as it keeps up; the rest goes
   * at a later tick, so that a peer that starts far behind does not read its whole log into memory,
   * nor keep the loop from everything else while it reads.
   */
  void offerCommitted() {
    long upTo = applicableIndex();
    try {
      boolean fromMemory = !installing;
      while (fromMemory && offeredIndex < upTo && applier.backlogBytes() < MAX_BACKLOG_BYTES) {
        long last = Math.min(upTo, offeredIndex + MAX_OFFERED);
        fromMemory = log.inMemory(offeredIndex + 1);
        applier.offer(log.takeForApply(offeredIndex + 1, last));
        offeredIndex = last;
      }
    } catch (IOException e) {
      listener.failed(e);
    }
  }

  /** Reads old entries for a follower, off the loop. */
  private void readLog(Effects.LogRead wanted) {
    background.execute(
        () -> {
          try {
            List<Entry> entries = log.read(wanted.fromIndex(), wanted.maxBytes());
            loop.execute(() -> add(new Input.LogEntries(wanted.forPeer(), entries)));
          } catch (IOException e) {
            loop.execute(() -> logUnreadable(wanted, e));
          }
        });
  }

  /**
   * A leader that can not read what a follower needs makes way. If nobody can take over, since what
   * can not be read is on this disk alone, it ends: it would keep all others from electing one that
   * can go on. At its next start it finds what is damaged, and stands back until it is readmitted.
   */
  private void logUnreadable(Effects.LogRead wanted, IOException why) {
    LOG.error(
        "reading the log from entry {} failed; another peer is asked to lead",
        wanted.fromIndex(),
        why);
    add(new Input.TransferLeadership(0));
    if (why instanceof DamagedRecordException && role == Role.LEADER) {
      if (damagedInTerm != term) {
        damagedInTerm = term;
        damagedSinceNanos = world.nanoTime();
      } else if (world.nanoTime() - damagedSinceNanos >= HAND_OVER_NANOS) {
        listener.failed(why);
        return;
      }
    }
    world.schedule(
        READ_AGAIN_NANOS,
        () -> loop.execute(() -> add(new Input.LogEntries(wanted.forPeer(), List.of()))));
  }

  private void noteRole(Effects effects) {
    if (effects.role() != role || effects.leader() != leader || effects.term() != term) {
      role = effects.role();
      leader = effects.leader();
      term = effects.term();
      listener.roleChanged(role, leader, term);
    }
  }
}
