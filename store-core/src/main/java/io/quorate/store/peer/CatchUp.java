package io.quorate.store.peer;

import io.quorate.store.consensus.FollowerStatus;
import io.quorate.store.consensus.Input;
import io.quorate.store.gateway.Upkeep;
import io.quorate.store.log.Membership;
import io.quorate.store.metadata.Metadata;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops what the log need not keep, gives followers that lack it a checkpoint, and takes one itself
 * when the leader's log does not reach back far enough. Lives on the peer's loop.
 */
final class CatchUp {
  private static final Logger LOG = LoggerFactory.getLogger(CatchUp.class);

  private final Protocol.Parts parts;
  private final PeerOptions options;
  private final Replication replication;
  private final Homecoming homecoming;
  private final Consumer<Input> step;
  private final LogTrimming trimming;
  private final CheckpointSender sender;
  private final CheckpointReceiver receiver;

  /** Whether this turn's step may take the checkpoint that came in. */
  private boolean ready;

  private volatile long checkpointsInstalled;
  private volatile boolean isPressed;

  CatchUp(
      Protocol.Parts parts, Replication replication, Homecoming homecoming, Consumer<Input> step) {
    this.parts = parts;
    this.options = parts.options();
    this.replication = replication;
    this.homecoming = homecoming;
    this.step = step;
    this.trimming =
        new LogTrimming(
            options.log(),
            parts.journal(),
            parts.chunks(),
            parts.metadata(),
            parts.worker(),
            parts.loop());
    this.sender = new CheckpointSender(parts);
    this.receiver = new CheckpointReceiver(parts, parts.staging(), this::checkpointIsReady);
  }

  /** Whether a checkpoint is coming in. */
  boolean isReceiving() {
    return receiver.isReceiving();
  }

  /** How much of a checkpoint has come in. */
  Upkeep.Checkpoint account() {
    return receiver.account();
  }

  /** What is coming in, for people. */
  String detail() {
    return receiver.detail();
  }

  /** Checkpoints that this peer went on from since it was started; from any thread. */
  long checkpointsInstalled() {
    return checkpointsInstalled;
  }

  void tick(long nowNanos, boolean isFlushWanted) {
    trimLog(isFlushWanted);
    sender.tick(nowNanos, replication.logStart(), behindTheLog(nowNanos));
    receiver.tick(nowNanos);
  }

  /** The turn's step is done. */
  void endOfTurn() {
    if (ready) {
      ready = false;
      if (!replication.isInstalling()) {
        receiver.done(false); // the log has caught up meanwhile
      }
    }
  }

  /** Whether the log is to be as short as it may; from any thread. */
  void press(boolean pressed) {
    isPressed = pressed;
  }

  /** The entry after which a follower that is there lacks some, as far as this peer knows. */
  private long neededAfter() {
    long now = parts.world().nanoTime();
    return replication.followers().stream()
        .filter(follower -> now - follower.lastHeardNanos() < Peers.SILENT_NANOS)
        .mapToLong(FollowerStatus::matchIndex)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  private void trimLog(boolean isFlushWanted) {
    trimming.tick(isPressed, isFlushWanted);
    long index = trimming.dropThrough(sender.heldIndex(), neededAfter());
    if (homecoming.isIn() && index > replication.logStart() && !replication.isInstalling()) {
      replication.dropLog(index);
    }
  }

  /** Followers that are there and lack entries which are no longer in the log. */
  private List<FollowerStatus> behindTheLog(long now) {
    return replication.followers().stream()
        .filter(follower -> follower.nextIndex() <= replication.logStart())
        .filter(follower -> now - follower.lastHeardNanos() < Peers.SILENT_NANOS)
        .toList();
  }

  void offered(int from, PeerMessage.CheckpointOffer offer) {
    Metadata.Moment state = offer.manifest().state();
    if (!homecoming.isIn()
        || state.index() <= replication.commitIndex()
        || replication.isInstalling()) {
      return;
    }
    if (replication.holds(state.index(), state.term())) {
      step.accept(new Input.Committed(state.index(), state.term()));
    } else {
      receiver.offered(from, offer.manifest());
    }
  }

  void pulled(int from, PeerMessage.CheckpointPull pull) {
    sender.pulled(from, pull);
  }

  void partCame(PeerMessage.CheckpointPart part) {
    receiver.arrived(part);
  }

  void gone(PeerMessage.CheckpointGone gone) {
    receiver.gone(gone.id());
    sender.refused(gone.id());
  }

  private void checkpointIsReady(CheckpointManifest manifest) {
    Metadata.Moment state = manifest.state();
    Membership membership =
        state.membership().length == 0
            ? options.genesis().at(state.index())
            : Membership.decode(state.index(), state.membership());
    ready = true;
    step.accept(new Input.Install(state.index(), state.term(), state.stampNanos(), membership));
  }

  /** The log begins anew on this disk: the staged state takes its place before all else. */
  void installDurable() {
    parts
        .applier()
        .replace(
            () -> {
              parts.metadata().replace(parts.staging()::swapNow);
              long index = parts.metadata().appliedIndex();
              LOG.info("peer {} goes on from a checkpoint at entry {}", options.id(), index);
              parts.changeFeed().installed(index);
              parts.healing().walkAgain();
              parts.reads().applied(index);
              parts.loop().execute(this::installed);
            });
  }

  private void installed() {
    checkpointsInstalled = checkpointsInstalled + 1;
    replication.installed();
    receiver.done(true);
  }
}
