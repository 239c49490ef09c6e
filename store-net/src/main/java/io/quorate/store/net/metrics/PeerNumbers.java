package io.quorate.store.net.metrics;

import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.ClusterStatus.PeerStatus;
import io.quorate.store.gateway.ClusterStatus.State;
import io.quorate.store.gateway.Upkeep;
import io.quorate.store.peer.Peer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What a peer counts: consensus, healing, scrubbing, compaction and space. One list for everybody
 * who shows it, so that names and meanings are the same everywhere.
 */
public final class PeerNumbers {
  private static final long STATUS_MILLIS = 2_000;

  private PeerNumbers() {}

  /**
   * One number.
   *
   * @param name in words with dots between them, as {@code heal.missing.chunks}; counters have no
   *     ending that says so
   * @param counter whether it only ever grows, from the peer's start on
   * @param tag name of what tells it apart from others of its name; empty if there is nothing
   * @param value NaN if it is not known now
   */
  public record Number(
      String name, String help, boolean counter, String tag, String tagValue, double value) {}

  /** All of a running peer; empty if it does not answer, as it is being stopped. */
  public static List<Number> of(Peer peer) throws InterruptedException {
    ClusterStatus status;
    try {
      status = peer.gateway().status().get(STATUS_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      return List.of();
    }
    Collected all = new Collected();
    consensus(all, peer, status);
    for (PeerStatus each : status.peers()) {
      if (each.id() == status.reporter()) {
        upkeep(all, peer, each.upkeep());
      }
    }
    journal(all, peer);
    for (PeerStatus each : status.peers()) {
      others(all, each);
    }
    return all.numbers;
  }

  private static final class Collected {
    final List<Number> numbers = new ArrayList<>();

    void gauge(String name, String help, double value) {
      numbers.add(new Number(name, help, false, "", "", value));
    }

    void gauge(String name, String help, boolean value) {
      gauge(name, help, value ? 1 : 0);
    }

    void counter(String name, String help, double value) {
      numbers.add(new Number(name, help, true, "", "", value));
    }

    void tagged(String name, String help, String tag, String tagValue, double value) {
      numbers.add(new Number(name, help, false, tag, tagValue, value));
    }
  }

  private static void consensus(Collected all, Peer peer, ClusterStatus status) {
    all.gauge("healthy", "1 if all is as it should be, as this peer sees it", status.healthy());
    all.gauge("leader", "1 if this peer leads", status.leader() == status.reporter());
    all.gauge("leader.known", "1 if this peer knows of a leader", status.leader() != 0);
    all.gauge("writable", "1 if a write quorum is reachable", status.writable());
    all.gauge("digests.agree", "0 if the metadata of peers differs", status.digestsAgree());
    all.gauge("suspect", "1 if nothing that this peer says counts", peer.isSuspect());
    all.gauge("consensus.term", "Term of the log", status.term());
    all.gauge("consensus.commit.index", "Last entry known to be committed", status.commitIndex());
    all.gauge("consensus.applied.index", "Last entry applied", peer.metadata().appliedIndex());
    all.gauge("consensus.log.start", "The log begins after this entry", peer.logStart());
    all.counter(
        "consensus.appended.commands",
        "Commands that this peer appended as leader",
        peer.commandsAppended());
  }

  private static void upkeep(Collected all, Peer peer, Upkeep upkeep) {
    Upkeep.Content content = upkeep.content();
    all.gauge("heal.missing.chunks", "Chunks that this peer lacks", content.missingChunks());
    all.gauge("heal.missing.bytes", "What these amount to", content.missingBytes());
    all.gauge("heal.lost.chunks", "Chunks that no peer has any more", content.lostChunks());
    all.gauge("heal.searching", "1 while more may be missing", content.searching());
    all.counter("heal.healed.bytes", "Content that was missing and came", peer.healedBytes());
    all.gauge(
        "heal.checkpoint.bytes", "What has come of a checkpoint", upkeep.checkpoint().doneBytes());
    Upkeep.Scrub scrub = upkeep.scrub();
    all.gauge("scrub.running", "1 while a pass is under way", scrub.running());
    all.counter("scrub.passes", "Passes ended", scrub.passes());
    all.counter("scrub.checked.bytes", "Content read and checked", peer.scrubbedBytes());
    all.gauge(
        "scrub.finished.seconds",
        "When the last pass ended, since 1970",
        scrub.finishedMillis() / 1e3);
    all.counter("scrub.damaged.chunks", "Copies found damaged or missing", scrub.damagedChunks());
    all.counter("scrub.mended.chunks", "How many of these are whole again", scrub.mendedChunks());
    Upkeep.Space space = upkeep.space();
    String help = "What the journal's space is used for";
    all.tagged("space.bytes", help, "use", "live", known(space.liveBytes()));
    all.tagged("space.bytes", help, "use", "garbage", known(space.garbageBytes()));
    all.tagged("space.bytes", help, "use", "log", known(space.logBytes()));
    all.tagged("space.bytes", help, "use", "reserved", known(space.reservedBytes()));
    all.tagged("space.bytes", help, "use", "free", known(space.freeBytes()));
  }

  private static void journal(Collected all, Peer peer) {
    all.counter(
        "compaction.segments", "Segments of the journal given back", peer.segmentsGivenBack());
    all.counter("compaction.moved.chunks", "Chunks moved for that", peer.chunksMoved());
    all.counter("journal.written.bytes", "Written to the journal", peer.journal().bytesWritten());
    all.counter("journal.syncs", "Times that the journal was synced", peer.journal().syncs());
    all.gauge("journal.queued.bytes", "Appended and not written yet", peer.queuedBytes());
  }

  private static void others(Collected all, PeerStatus each) {
    String id = Integer.toString(each.id());
    boolean reached = each.state() != State.UNREACHABLE;
    all.tagged("peer.reachable", "1 if that peer is heard", "peer", id, reached ? 1 : 0);
    all.tagged(
        "peer.lag.entries",
        "Entries that it is behind",
        "peer",
        id,
        reached ? known(each.lagEntries()) : Double.NaN);
    all.tagged(
        "peer.missing.chunks",
        "Chunks that it lacks",
        "peer",
        id,
        reached ? each.upkeep().content().missingChunks() : Double.NaN);
  }

  private static double known(long value) {
    return value < 0 ? Double.NaN : value;
  }
}
