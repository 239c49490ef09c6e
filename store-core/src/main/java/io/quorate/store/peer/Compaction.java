package io.quorate.store.peer;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.chunk.SegmentUsage;
import io.quorate.store.journal.DamagedRecordException;
import io.quorate.store.journal.Journal;
import io.quorate.store.journal.JournalFailedException;
import io.quorate.store.journal.Position;
import io.quorate.store.journal.Segments;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.world.NoSpaceException;
import io.quorate.store.world.World;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives back the space of content that nobody needs: picks segments of the journal of which little
 * is needed, copies that to the journal's end, and deletes the files.
 *
 * <p>The order of steps is what makes a crash harmless at each of them, and a reader safe:
 *
 * <ol>
 *   <li>Only segments without an entry of the log, and whose chunks the index knows, are looked at.
 *   <li>Each chunk is judged by the applied state. What a file uses and what may yet be published
 *       is copied: it is an ordinary append, and the old copy stays where it is.
 *   <li>The copies are made durable. Until here nothing has changed: there are two copies.
 *   <li>The metadata is flushed up to the state that was judged by. Else a crash could bring back
 *       one in which a file uses what is about to go.
 *   <li>Reads that began before the judgement end: they may be about to read what no file uses any
 *       more. Reads that began later can not know of it.
 *   <li>The index names the new places, forgets what nobody needs, and is flushed. From here on a
 *       crash leaves a segment that nothing points into, which the next start finds again.
 *   <li>The journal says durably how it goes on without the segments, and deletes them. Whoever is
 *       reading a chunk that was copied has the file open, or finds the new place.
 * </ol>
 */
final class Compaction {
  private static final Logger LOG = LoggerFactory.getLogger(Compaction.class);
  private static final int MAX_RELEASED = 200_000;
  private static final long SECOND_NANOS = 1_000_000_000L;

  /** A shorter pause than this is put off. */
  private static final long LEAST_PAUSE_NANOS = 10_000_000L;

  /** Copies that may wait for their way to the disk. */
  private static final long MAX_COPYING_BYTES = 8L << 20;

  private static final long POLL_NANOS = 5_000_000L;
  private static final long READS_NANOS = 30_000_000_000L;

  /** A segment with which something was wrong is looked at again after this. */
  private static final long AGAIN_NANOS = 60_000_000_000L;

  /** Counting takes at most this part of the time. */
  private static final int COUNT_SHARE = 50;

  /** Most dead segments that go at a time. */
  private static final int MAX_DEAD = 256;

  /**
   * What compaction has done since the peer was started.
   *
   * @param movedBytes content copied
   */
  record Progress(long counts, long segments, long freedBytes, long movedChunks, long movedBytes) {}

  private final World world;
  private final PeerOptions options;
  private final Journal journal;
  private final ChunkStore chunks;
  private final SegmentUsage usage;
  private final Metadata metadata;
  private final OpenReads reads;
  private final Runnable onDamage;
  private final Consumer<Boolean> onLogPressure;
  private final Consumer<Throwable> onFatal;

  private final ConcurrentLinkedQueue<ChunkId> released = new ConcurrentLinkedQueue<>();
  private final AtomicInteger releasedCount = new AtomicInteger();

  /** One for each pause: a future that outlives them would remember each of those that waited. */
  private volatile CompletableFuture<Void> pause = new CompletableFuture<>();

  private volatile boolean closed;
  private final World.Task thread;
  private volatile Progress progress = new Progress(0, 0, 0, 0, 0);

  // On the thread.
  private final Map<Long, Long> notBefore = new HashMap<>();
  private boolean changed = true;
  private long countAtNanos;
  private long owedNanos;

  /** The peer is being closed. */
  private static final class Closed extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Starts it.
   *
   * @param onDamage told when a chunk turned out to be damaged; sees to it that it is fetched
   * @param onLogPressure told whether entries of the log alone keep much from being given back
   */
  Compaction(
      World world,
      PeerOptions options,
      Journal journal,
      ChunkStore chunks,
      Metadata metadata,
      OpenReads reads,
      Runnable onDamage,
      Consumer<Boolean> onLogPressure,
      Consumer<Throwable> onFatal) {
    this.world = world;
    this.options = options;
    this.journal = journal;
    this.chunks = chunks;
    this.usage = chunks.usage();
    this.metadata = metadata;
    this.reads = reads;
    this.onDamage = onDamage;
    this.onLogPressure = onLogPressure;
    this.onFatal = onFatal;
    metadata.onReleased(this::released);
    this.thread = world.spawn("quorate-compact-" + options.id(), this::run);
  }

  Progress progress() {
    return progress;
  }

  /** No file uses these any more; from whoever applies. */
  private void released(List<ChunkId> ids) {
    // What is beyond the bound is found by the next count.
    if (releasedCount.addAndGet(ids.size()) <= MAX_RELEASED) {
      released.addAll(ids);
    }
  }

  private void run() {
    try {
      count();
      while (true) {
        pause(options.compaction().intervalMillis() * 1_000_000L);
        noteReleased();
        if (changed && world.nanoTime() - countAtNanos >= 0) {
          count();
        }
        // What this pass copies is for a later one, whatever else is in the segments it went to:
        // else a pass would never end where copies never fill a segment to the share.
        long upTo = journal.segments().active();
        while (round(upTo)) {
          noteReleased();
        }
        onLogPressure.accept(logHoldsMuch());
      }
    } catch (Closed e) {
      // The peer ends.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (JournalFailedException e) {
      LOG.debug("peer {}: the journal ended during compaction", options.id(), e);
    } catch (IOException | RuntimeException | Error e) {
      if (!closed) {
        onFatal.accept(e);
      }
    }
  }

  private void pause(long nanos) throws InterruptedException, Closed {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    pause = ended;
    try {
      if (!closed) {
        world.await(ended, nanos);
      }
      throw new Closed();
    } catch (TimeoutException e) {
      // Time has passed, which is all that was wanted.
    } catch (ExecutionException e) {
      throw new AssertionError("it is never failed", e);
    }
  }

  private void noteReleased() {
    for (ChunkId id = released.poll(); id != null; id = released.poll()) {
      changed = true;
      Position place = chunks.position(id);
      if (place != null) {
        usage.went(place);
      }
    }
    releasedCount.set(0);
  }

  private void count() {
    long begun = world.nanoTime();
    // They are applied, so the count sees them as garbage.
    released.clear();
    releasedCount.set(0);
    changed = false;
    chunks.count(metadata::garbage);
    long now = world.nanoTime();
    long pause = hasRoom() ? options.compaction().countMillis() * 1_000_000L : SECOND_NANOS;
    countAtNanos = now + Math.max(pause, COUNT_SHARE * (now - begun));
    Progress done = progress;
    progress =
        new Progress(
            done.counts + 1, done.segments, done.freedBytes, done.movedChunks, done.movedBytes);
    LOG.debug("peer {}: counted chunks in {} us", options.id(), (now - begun) / 1_000);
  }

  private boolean hasRoom() {
    return journal.usableBytes() >= 2 * options.roomForContentBytes();
  }

  // ---- what goes

  /** Gives back what it is cheapest to, of the segments before one; false if there is nothing. */
  private boolean round(long upTo) throws IOException, InterruptedException, Closed {
    long now = world.nanoTime();
    notBefore.values().removeIf(nanos -> now - nanos >= 0);
    long free = Math.min(journal.segments().freeOfLogBelow(), chunks.indexedBelow());
    long below = Math.min(free, upTo);
    List<Segments.Info> dead = new ArrayList<>();
    Segments.Info least = null;
    for (Segments.Info segment : journal.segments().all()) {
      if (segment.number() >= below || notBefore.containsKey(segment.number())) {
        continue;
      }
      if (usage.of(segment.number()) == 0 && dead.size() < MAX_DEAD) {
        dead.add(segment);
      }
      if (least == null || share(segment) < share(least)) {
        least = segment;
      }
    }
    if (!dead.isEmpty()) {
      return giveBack(dead, false);
    }
    if (least == null
        || share(least) >= options.compaction().liveShare()
        || !fits(usage.of(least.number()))) {
      return false;
    }
    return giveBack(List.of(least), true);
  }

  /**
   * Whether the log keeps more than a little from being given back: beyond a segment, and beyond an
   * eighth of what is needed. On a full disk any segment is much.
   */
  private boolean logHoldsMuch() {
    long from = journal.segments().freeOfLogBelow();
    long active = journal.segments().active();
    long segmentBytes = 0;
    long held = 0;
    for (Segments.Info segment : journal.segments().all()) {
      if (segment.number() >= from && segment.number() < active) {
        held += segment.diskBytes() - usage.of(segment.number());
      }
      segmentBytes = Math.max(segmentBytes, segment.diskBytes());
    }
    return hasRoom() ? held > Math.max(segmentBytes, usage.total() / 8) : held > segmentBytes / 2;
  }

  /** Of what records can take of a segment: a full one has all of it, however small it is. */
  private double share(Segments.Info segment) {
    long room = Math.max(1, segment.diskBytes() - Segments.FIXED_BYTES);
    return (double) usage.of(segment.number()) / room;
  }

  /** Copies use the reserve, all but the log's own part of it: they end up giving space back. */
  private boolean fits(long bytes) {
    return journal.usableBytes() - bytes >= options.reserveForLogBytes();
  }

  /** What is to become of a segment's chunks. */
  private static final class Fate {
    final Segments.Info segment;
    final List<Segments.Place> needed = new ArrayList<>();
    final List<Segments.Place> garbage = new ArrayList<>();

    /** All that the segment holds, those included that have a better place by now. */
    final List<Segments.Place> all;

    Fate(Segments.Info segment, List<Segments.Place> all) {
      this.segment = segment;
      this.all = all;
    }

    long neededBytes() {
      return needed.stream().mapToLong(place -> SegmentUsage.bytes(place.position())).sum();
    }
  }

  /**
   * Gives segments back; one that turns out to hold more than was thought stays.
   *
   * @param copying whether what is needed may be copied
   */
  private boolean giveBack(List<Segments.Info> segments, boolean copying)
      throws IOException, InterruptedException, Closed {
    List<Fate> going = new ArrayList<>();
    for (Segments.Info segment : segments) {
      Fate fate = judge(segment);
      if (fate == null) {
        continue;
      }
      usage.found(segment.number(), fate.neededBytes());
      boolean goes =
          fate.needed.isEmpty()
              || (copying
                  && share(segment) < options.compaction().liveShare()
                  && fits(fate.neededBytes())
                  && copy(fate));
      if (goes) {
        going.add(fate);
      }
    }
    if (going.isEmpty()) {
      return false;
    }
    // What was judged by is applied, and no read that began before knows of it.
    long judgedAt = metadata.appliedIndex();
    long mark = reads.mark();
    Map<ChunkId, Position> placed = chunks.recent();
    awaitDurable();
    if (!isFlushed(judgedAt) || !haveEnded(mark)) {
      return false;
    }
    if (!writeIndex(going, placed)) {
      return false;
    }
    drop(going);
    return true;
  }

  /** False if a chunk still has its place in one of them; then they stay for now. */
  private boolean writeIndex(List<Fate> going, Map<ChunkId, Position> placed) {
    chunks.index(placed);
    going.forEach(fate -> chunks.drop(fate.garbage));
    if (!nothingPointsInto(going)) {
      return false;
    }
    chunks.flush();
    return true;
  }

  private @Nullable Fate judge(Segments.Info segment) {
    List<Segments.Place> places;
    try {
      places = journal.segments().chunks(segment.number());
    } catch (IOException e) {
      leaveForNow(segment, e);
      return null;
    }
    if (places == null) {
      places = chunks.in(segment.number());
    }
    List<Segments.Place> here = new ArrayList<>();
    for (Segments.Place place : places) {
      if (place.position().equals(chunks.position(place.id()))) {
        here.add(place);
      }
    }
    here.sort(java.util.Comparator.comparing(Segments.Place::id));
    Set<ChunkId> garbage = metadata.garbage(here.stream().map(Segments.Place::id).toList());
    Fate fate = new Fate(segment, places);
    here.forEach(place -> (garbage.contains(place.id()) ? fate.garbage : fate.needed).add(place));
    return fate;
  }

  private void leaveForNow(Segments.Info segment, IOException why) {
    LOG.warn(
        "peer {}: segment {} of the journal can not be read and stays for now",
        options.id(),
        segment.number(),
        why);
    notBefore.put(segment.number(), world.nanoTime() + AGAIN_NANOS);
  }

  /** Copies what is needed of a segment; false if not all of it could be. */
  private boolean copy(Fate fate) throws InterruptedException, Closed {
    boolean damaged = false;
    for (Segments.Place place : fate.needed) {
      try {
        Segments.Content content = journal.segments().read(place);
        chunks.move(content.chunk(), content.bytes(), place.position());
        moved(content.chunk());
      } catch (DamagedRecordException e) {
        if (place.position().equals(chunks.position(place.id()))) {
          LOG.warn(
              "peer {}: its copy of chunk {} is damaged and is fetched from another peer: {}",
              options.id(),
              place.id(),
              e.toString());
          chunks.forget(place.id(), place.position());
          damaged = true;
        }
      } catch (NoSpaceException e) {
        return false; // what is copied already is garbage in its old place
      } catch (IOException e) {
        leaveForNow(fate.segment, e);
        return false;
      }
      pace(place.position().lengthBytes());
    }
    if (damaged) {
      onDamage.run();
    }
    return true;
  }

  private void moved(ChunkRef chunk) {
    Progress done = progress;
    progress =
        new Progress(
            done.counts,
            done.segments,
            done.freedBytes,
            done.movedChunks + 1,
            done.movedBytes + chunk.lengthBytes());
  }

  private void pace(int bytes) throws InterruptedException, Closed {
    if (journal.queuedBytes() > MAX_COPYING_BYTES) {
      awaitDurable();
    }
    if (hasRoom()) {
      owedNanos += bytes * SECOND_NANOS / options.compaction().bytesPerSecond();
    }
    if (owedNanos >= LEAST_PAUSE_NANOS) {
      long owed = owedNanos;
      owedNanos = 0;
      pause(owed);
    }
  }

  // ---- the steps that make it safe

  /** Waits until all that was copied is durable. */
  private void awaitDurable() throws InterruptedException, Closed {
    CompletableFuture<Void> durable = chunks.whenDurable();
    while (!durable.isDone()) {
      pause(POLL_NANOS);
    }
  }

  /** Whether a crash now would leave a state in which what was judged at {@code index} holds. */
  private boolean isFlushed(long index) {
    if (metadata.flushedIndex() < index) {
      metadata.flush();
    }
    return metadata.flushedIndex() >= index;
  }

  private boolean haveEnded(long mark) throws InterruptedException, Closed {
    long giveUpAt = world.nanoTime() + READS_NANOS;
    while (!reads.haveEnded(mark)) {
      if (world.nanoTime() - giveUpAt >= 0) {
        return false;
      }
      pause(POLL_NANOS);
    }
    return true;
  }

  /**
   * A last look: whatever else happened meanwhile, no chunk may have its place there. A chunk that
   * was mended just now has a new one in memory only: until the index names that, a crash would
   * leave it with the old one.
   */
  private boolean nothingPointsInto(List<Fate> going) {
    for (Fate fate : going) {
      for (Segments.Place place : fate.all) {
        if (isIn(fate.segment, chunks.position(place.id()))
            || isIn(fate.segment, chunks.indexed(place.id()))) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean isIn(Segments.Info segment, @Nullable Position position) {
    return position != null && position.segment() == segment.number();
  }

  private void drop(List<Fate> going) throws IOException {
    List<Long> numbers = going.stream().map(fate -> fate.segment.number()).toList();
    try {
      journal.segments().drop(numbers);
    } catch (NoSpaceException e) {
      LOG.warn("peer {}: no room to note which segments go", options.id(), e);
      for (Fate fate : going) {
        notBefore.put(fate.segment.number(), world.nanoTime() + AGAIN_NANOS);
      }
      return;
    }
    long freed = 0;
    for (Fate fate : going) {
      usage.dropped(fate.segment.number());
      freed += fate.segment.diskBytes();
    }
    Progress done = progress;
    progress =
        new Progress(
            done.counts,
            done.segments + going.size(),
            done.freedBytes + freed,
            done.movedChunks,
            done.movedBytes);
    LOG.info(
        "peer {}: gave back {} segments of the journal, {} bytes",
        options.id(),
        going.size(),
        freed);
  }

  /** Ends it, in the middle of a pause as well; before the storage is closed. */
  void close() throws InterruptedException {
    closed = true;
    pause.complete(null);
    thread.join();
  }
}
