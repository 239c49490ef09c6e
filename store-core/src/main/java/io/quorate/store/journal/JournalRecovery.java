package io.quorate.store.journal;

import io.quorate.store.journal.Recovery.Suspicion;
import io.quorate.store.journal.SegmentScan.Found;
import io.quorate.store.world.Disk;
import io.quorate.store.world.World;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings a journal back after whatever ended the last process.
 *
 * <p>All segments but the newest are durable up to the end that their successor's header names:
 * what is bad there is damage. In the newest one, everything below the highest durableUpTo of any
 * readable header was on stable storage: what is bad there is damage too. Past that point lies the
 * tail. It is valid up to the first bad record, and ends there; whether that record was torn or has
 * rotted decides if the peer is suspect.
 *
 * <p>The valid part of the tail may never have been synced, so it is copied into a new segment. The
 * copy is synced before the new segment gets its header, and the header names the last
 * proven-durable point as the old segment's end. A crash at any moment of this leaves either the
 * old state or the new one: a segment without a header does not exist.
 */
final class JournalRecovery {
  /** What the writer goes on from. */
  record Result(
      SegmentFiles files,
      SegmentLinks links,
      HardStateFile hardStates,
      SegmentWriter active,
      SegmentHeader header,
      SegmentHeader.LogStart logStart,
      Recovery recovery) {}

  private final World world;
  private final Disk disk;
  private final JournalOptions options;
  private final Replay replay;
  private final SegmentFiles files;
  private final SegmentLinks dropped;
  private @Nullable SegmentScan lastScan;

  private JournalRecovery(
      World world, Disk disk, JournalOptions options, Replay replay, SegmentLinks dropped) {
    this.dropped = dropped;
    this.world = world;
    this.disk = disk;
    this.options = options;
    this.replay = replay;
    this.files = new SegmentFiles(disk);
  }

  static Result run(World world, Disk disk, JournalOptions options, Replay replay)
      throws IOException {
    SegmentLinks dropped = SegmentLinks.open(disk, options.clusterId());
    JournalRecovery recovery = new JournalRecovery(world, disk, options, replay, dropped);
    try {
      return recovery.run();
    } catch (IOException | RuntimeException e) {
      recovery.files.closeAll();
      dropped.close();
      throw e;
    }
  }

  private Result run() throws IOException {
    files.openAll();
    long number = files.lastNumber() + 1;
    SegmentChain chain = SegmentChain.read(disk, files, options.clusterId(), dropped);
    HardStateFile hardStates = HardStateFile.open(disk, options.clusterId());
    SegmentChain.Link newest = chain.newest();
    if (newest == null && hardStates.newest() != null) {
      throw new JournalDamagedException(
          disk.directory()
              + ": this peer has voted, but its journal is gone. Restore the journal files, or"
              + " remove the peer's data and let it rejoin");
    }
    // They hold nothing, and the new segment may need their space.
    for (Segment segment : chain.blank()) {
      files.delete(segment);
    }
    ReplayState state =
        new ReplayState(
            replay,
            newest == null
                ? SegmentHeader.LogStart.BEGINNING
                : newest.header().logStart().orLater(dropped.logStart()));
    if (hardStates.newest() != null) {
      state.hardState(hardStates.newest());
    }
    if (hardStates.suspicion() != Suspicion.NONE) {
      state.suspect(hardStates.suspicion(), "suspect since an earlier start");
    }
    Result result =
        newest == null
            ? first(number, hardStates, state)
            : next(number, chain, newest, hardStates, state);
    boolean isNews =
        !state.hardState().equals(hardStates.newest())
            || state.suspicion() != hardStates.suspicion();
    if (isNews && (state.hardState().term() > 0 || state.suspicion() != Suspicion.NONE)) {
      hardStates.write(state.hardState(), state.suspicion());
    }
    return result;
  }

  private Result first(long number, HardStateFile hardStates, ReplayState state)
      throws IOException {
    SegmentWriter writer = create(number, options.segmentBytes());
    SegmentHeader header = header(writer, 0, 0, state, new byte[0]);
    writer.begin(header);
    return new Result(
        files,
        dropped,
        hardStates,
        writer,
        header,
        state.logStart(),
        state.result(null, new byte[0], 0, false));
  }

  private Result next(
      long number,
      SegmentChain chain,
      SegmentChain.Link newest,
      HardStateFile hardStates,
      ReplayState state)
      throws IOException {
    // A process that was killed may have left its last writes, the segment's header above all, in
    // the
    // page cache only. What is built on them must not outlive them.
    newest.segment().file().sync();
    List<SegmentChain.Link> links = chain.links();
    for (int i = 0; i < links.size(); i++) {
      state.hardState(links.get(i).header().hardState());
      if (i < links.size() - 1) {
        links.get(i).segment().cutAt(links.get(i).end());
      }
      if (i < links.size() - 1 && !state.isPast(links.get(i).segment().number())) {
        replayDurable(links.get(i).segment(), links.get(i).end(), state);
      }
    }
    SegmentHeader last = newest.header();
    if (last.suspicion() != Suspicion.NONE) {
      state.suspect(last.suspicion(), "suspect since an earlier start");
    }
    Tail tail = replayNewest(newest, state);
    Segment old = newest.segment();
    old.cutAt(tail.cut);

    int size = Math.max(options.segmentBytes(), tail.segmentBytesNeeded());
    SegmentWriter writer = create(number, size);
    List<RecordHeader> copied = copy(old, tail, writer);
    // A segment of which nothing stays in place is left out of the chain and deleted.
    SegmentHeader header =
        tail.keepsSome
            ? header(writer, old.number(), tail.cut, state, last.membership())
            : header(writer, last.predecessor(), last.predecessorEnd(), state, last.membership());
    writer.begin(header);
    SegmentScan scan = scan(writer.segment());
    for (RecordHeader record : copied) {
      state.valid(scan, record);
    }
    // Only now is nothing of the past needed any more but what the new header leads to.
    for (Segment segment : chain.superseded()) {
      files.delete(segment);
    }
    if (!tail.keepsSome) {
      files.delete(old);
    } else if (tail.cut < old.sizeBytes()) {
      old.giveBackRest();
    }
    disk.syncDirectory();
    Position cut = new Position(old.number(), tail.cut, 0);
    long copiedBytes = writer.offset() - SegmentHeader.RECORDS_START;
    return new Result(
        files,
        dropped,
        hardStates,
        writer,
        header,
        state.logStart(),
        state.result(cut, last.membership(), copiedBytes, tail.dropped));
  }

  /** Ends the scan before it. */
  private SegmentScan scan(Segment segment) {
    SegmentScan last = lastScan;
    SegmentScan scan = last == null ? new SegmentScan(segment) : last.next(segment);
    lastScan = scan;
    return scan;
  }

  private SegmentWriter create(long number, int sizeBytes) throws IOException {
    Segment segment = files.create(number, sizeBytes);
    segment.setGeneration(world.randomLong());
    return new SegmentWriter(segment);
  }

  private SegmentHeader header(
      SegmentWriter writer,
      long predecessor,
      int predecessorEnd,
      ReplayState state,
      byte[] membership)
      throws IOException {
    return new SegmentHeader(
        options.clusterId(),
        writer.segment().number(),
        writer.segment().generation(),
        predecessor,
        predecessorEnd,
        options.durability() == Durability.MEMORY,
        disk.bootId(),
        state.hardState(),
        state.suspicion(),
        state.logStart().before(writer.segment().number()),
        writer.offset(),
        membership);
  }

  /** A segment that is durable up to {@code end}. */
  private void replayDurable(Segment segment, int end, ReplayState state) throws IOException {
    SegmentScan scan = scan(segment);
    RecordHeader trailer = scan.trailer();
    SegmentFooter footer = trailer == null ? null : scan.footer(trailer);
    if (footer == null) {
      if (trailer != null) {
        state.damagedFooter();
      }
      for (Found found :
          scan.walk(SegmentHeader.RECORDS_START, end, options.verifySealedChunks())) {
        durable(segment, scan, found, null, state);
      }
      return;
    }
    for (int i = 0; i < footer.count(); i++) {
      RecordHeader record = footer.record(i);
      if (record != null && record.offsetBytes() < end && !state.ignores(record)) {
        boolean trusted =
            record.type() == RecordType.CHUNK && !options.verifySealedChunks()
                || isIntact(scan, record, end);
        if (trusted) {
          state.valid(scan, record);
        } else {
          state.damaged(record);
        }
      }
    }
  }

  private static boolean isIntact(SegmentScan scan, RecordHeader record, int end)
      throws IOException {
    RecordHeader inPlace = scan.headerAt(record.offsetBytes(), end);
    return inPlace != null
        && inPlace.type() == record.type()
        && inPlace.payloadCrc32c() == record.payloadCrc32c()
        && scan.check(inPlace) instanceof SegmentScan.Valid;
  }

  private static void durable(
      Segment segment,
      SegmentScan scan,
      Found found,
      @Nullable SegmentFooter footer,
      ReplayState state)
      throws IOException {
    switch (found) {
      case SegmentScan.Valid valid -> state.valid(scan, valid.header());
      case SegmentScan.BadPayload bad -> state.damaged(bad.header());
      case SegmentScan.Gap gap -> state.damagedGap(segment, gap, footer);
    }
  }

  /** What lies past the last proven-durable point. */
  private static final class Tail {
    private final List<RecordHeader> records = new ArrayList<>();
    private int cut;
    private boolean keepsSome;
    private boolean dropped;

    /** Takes a record that goes on in the new segment, unless the log begins after it. */
    void add(RecordHeader record, ReplayState state) {
      // In its new place it would lie past the log's beginning, and count.
      if (!state.isOver(record)) {
        records.add(record);
      }
    }

    int segmentBytesNeeded() {
      long bytes = SegmentHeader.RECORDS_START + SegmentFooter.bytes(records.size());
      for (RecordHeader record : records) {
        bytes += RecordFormat.HEADER_BYTES + record.payloadBytes();
      }
      return (int) Math.min(bytes, Integer.MAX_VALUE);
    }
  }

  private Tail replayNewest(SegmentChain.Link newest, ReplayState state) throws IOException {
    Segment segment = newest.segment();
    SegmentScan scan = scan(segment);
    RecordHeader trailer = scan.trailer();
    SegmentFooter footer = trailer == null ? null : scan.footer(trailer);
    int limit =
        trailer == null ? segment.sizeBytes() : trailer.offsetBytes() - trailer.payloadBytes();
    List<Found> found = scan.walk(SegmentHeader.RECORDS_START, limit, true);
    Tail tail = new Tail();
    int durable = durableUpTo(newest, found, trailer);
    tail.cut = Math.min(durable, limit);
    if (durable > limit) {
      state.suspect(
          Suspicion.UNKNOWN_RECORD, segment.fileName() + " is shorter than what was durable in it");
    }
    boolean inUse = wasInUse(segment, found, trailer);
    int i = 0;
    for (; i < found.size() && found.get(i).offsetBytes() < tail.cut; i++) {
      if (inUse) {
        tail.keepsSome = true;
        durable(segment, scan, found.get(i), footer, state);
      } else if (found.get(i) instanceof SegmentScan.Valid(RecordHeader record)) {
        tail.add(record, state);
      } else {
        durable(segment, scan, found.get(i), footer, state);
        state.suspect(
            Suspicion.UNKNOWN_RECORD, segment.fileName() + " is damaged and will be replaced");
      }
    }
    if (i > 0 && found.get(i - 1) instanceof SegmentScan.Gap gap && gap.endBytes() > tail.cut) {
      // Where the tail's first record would begin is unreadable too, so the tail ends there.
      judgeEnd(segment, new SegmentScan.Gap(tail.cut, gap.endBytes(), false, false), tail, state);
      i = found.size();
    }
    boolean clean = false;
    for (;
        i < found.size() && found.get(i) instanceof SegmentScan.Valid(RecordHeader record);
        i++) {
      clean = record.type() == RecordType.CLEAN;
      if (!clean) {
        tail.add(record, state);
      }
    }
    if (i < found.size()) {
      judgeEnd(segment, found.get(i), tail, state);
    }
    boolean rebooted = newest.header().bootId() != disk.bootId();
    if (newest.header().memoryDurability() && rebooted && !clean) {
      state.suspect(
          Suspicion.UNCLEAN_BOOT,
          "the machine went down without a clean stop, and durability is set to memory");
    }
    if (!inUse) {
      tail.cut = SegmentHeader.RECORDS_START;
    }
    return tail;
  }

  /**
   * Whether the segment's header is known to be durable: records follow it only once it is. If not,
   * its sync may have failed with the header still in the page cache, to be lost at the next power
   * failure together with whatever builds on it; so nothing of the segment is kept in place.
   */
  private static boolean wasInUse(
      Segment segment, List<Found> found, @Nullable RecordHeader trailer) {
    return trailer != null
        || found.stream()
            .map(JournalRecovery::headerOf)
            .anyMatch(header -> header != null && header.durableSegment() == segment.number());
  }

  private static @Nullable RecordHeader headerOf(Found found) {
    return switch (found) {
      case SegmentScan.Valid valid -> valid.header();
      case SegmentScan.BadPayload bad -> bad.header();
      case SegmentScan.Gap gap -> null;
    };
  }

  private static int durableUpTo(
      SegmentChain.Link newest, List<Found> found, @Nullable RecordHeader trailer) {
    long number = newest.segment().number();
    int highest = newest.header().durableEnd();
    for (Found each : found) {
      RecordHeader header = headerOf(each);
      if (header != null && header.durableSegment() == number) {
        highest = Math.max(highest, header.durableOffset());
      }
    }
    if (trailer != null && trailer.durableSegment() == number) {
      highest = Math.max(highest, trailer.durableOffset());
    }
    return highest;
  }

  /** The first bad record past the proven-durable point: nothing, torn, or rotten. */
  private static void judgeEnd(Segment segment, Found end, Tail tail, ReplayState state) {
    boolean torn =
        switch (end) {
          case SegmentScan.Valid valid -> true;
          case SegmentScan.BadPayload bad -> bad.torn();
          case SegmentScan.Gap gap -> gap.torn();
        };
    tail.dropped = !(end instanceof SegmentScan.Gap gap && gap.blank());
    if (!torn) {
      state.suspect(
          Suspicion.TAIL,
          segment.fileName()
              + " ends at offset "
              + end.offsetBytes()
              + " with a record that was damaged, not torn: it may have been acknowledged");
    } else if (tail.dropped) {
      state.note(
          segment.fileName() + " was cut at offset " + end.offsetBytes() + ": a torn record");
    }
  }

  /** Copies the tail; durable on return. */
  private List<RecordHeader> copy(Segment from, Tail tail, SegmentWriter writer)
      throws IOException {
    SegmentScan scan = scan(from);
    Position durable = new Position(from.number(), tail.cut, 0);
    List<RecordHeader> copied = new ArrayList<>();
    for (RecordHeader record : tail.records) {
      ByteBuffer payload = scan.payload(record);
      int zeroRegions =
          RecordFormat.zeroRegions(payload, writer.offset() + (long) RecordFormat.HEADER_BYTES);
      RecordHeader header =
          writer.add(
              record.type(),
              zeroRegions,
              record.payloadBytes(),
              record.payloadCrc32c(),
              0,
              record.subjectA(),
              record.subjectB(),
              durable);
      ByteBuffer encoded = ByteBuffer.allocate(RecordFormat.HEADER_BYTES);
      header.encode(encoded);
      writer.segment().file().write(header.offsetBytes(), encoded.flip(), payload);
      copied.add(header);
    }
    writer.segment().file().sync();
    return copied;
  }
}
