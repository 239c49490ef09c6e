package io.quorate.store.journal;

import io.quorate.store.world.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which of the segment files make up the journal. The newest valid header is where it ends; each
 * names its predecessor, and {@link SegmentLinks} where to go on past those that were dropped.
 * Reads only: a directory that is refused stays as it is.
 */
final class SegmentChain {
  /**
   * A segment of the journal and its header.
   *
   * @param end where its records end, as what comes after it says; −1 in the newest
   */
  record Link(Segment segment, SegmentHeader header, int end) {}

  private final Disk disk;
  private final SegmentFiles files;
  private final UUID clusterId;
  private final SegmentLinks dropped;
  private final SortedMap<Long, Link> valid = new TreeMap<>();
  private final List<Segment> blank = new ArrayList<>();
  private final Deque<Link> chain = new ArrayDeque<>();

  private SegmentChain(Disk disk, SegmentFiles files, UUID clusterId, SegmentLinks dropped) {
    this.disk = disk;
    this.dropped = dropped;
    this.files = files;
    this.clusterId = clusterId;
  }

  static SegmentChain read(Disk disk, SegmentFiles files, UUID clusterId, SegmentLinks dropped)
      throws IOException {
    SegmentChain result = new SegmentChain(disk, files, clusterId, dropped);
    for (Segment segment : files.all()) {
      SegmentHeader header = result.header(segment);
      if (header == null) {
        result.blank.add(segment);
      } else {
        segment.setGeneration(header.generation());
        segment.setPredecessor(header.predecessor());
        result.valid.put(segment.number(), new Link(segment, header, -1));
      }
    }
    result.link();
    return result;
  }

  /** The journal's segments, oldest first; empty if the journal is new. */
  List<Link> links() {
    return List.copyOf(chain);
  }

  /** Files without a header, allocated ahead: they never held anything that was durable. */
  List<Segment> blank() {
    return blank;
  }

  /**
   * Files with a header that the journal has left behind. They must stay until the journal's newest
   * header is known to be durable: after a kill it may be in the page cache only, and when that is
   * lost, these are the journal again.
   */
  List<Segment> superseded() {
    return valid.values().stream().map(Link::segment).toList();
  }

  private void link() throws JournalDamagedException {
    if (valid.isEmpty()) {
      return;
    }
    long number = valid.lastKey();
    int end = -1;
    while (number != 0) {
      Link link = valid.remove(number);
      if (link == null) {
        throw new JournalDamagedException(
            disk.directory()
                + ": "
                + SegmentFiles.name(number)
                + " is missing or empty, and later segments follow it. Restore the file, or remove"
                + " the peer's data and let it rejoin");
      }
      chain.addFirst(new Link(link.segment(), link.header(), end));
      SegmentHeader header = link.header();
      SegmentLinks.Link further = dropped.inPlaceOf(header.predecessor());
      number = further == null ? header.predecessor() : further.segment();
      end = further == null ? header.predecessorEnd() : further.end();
    }
  }

  /** The header of a segment, or null if it was never made durable. */
  private @Nullable SegmentHeader header(Segment segment) throws IOException {
    ByteBuffer blocks = ByteBuffer.allocate(SegmentHeader.RECORDS_START);
    segment.file().read(0, blocks);
    blocks.clear();
    SegmentHeader header = null;
    for (int copy = 0; copy < SegmentHeader.COPIES && header == null; copy++) {
      int at = copy * SegmentHeader.BLOCK_BYTES;
      int version = SegmentHeader.versionOf(blocks, at);
      if (version > RecordFormat.VERSION) {
        throw SegmentFiles.newerFormat(disk, segment.fileName(), version);
      }
      header = SegmentHeader.decode(blocks, at);
    }
    if (header == null
        && SegmentHeader.looksTorn(blocks, 0)
        && SegmentHeader.looksTorn(blocks, SegmentHeader.BLOCK_BYTES)) {
      return null;
    }
    if (header == null) {
      header = fromFooter(segment);
    }
    if (header == null || header.segment() != segment.number()) {
      throw new JournalDamagedException(
          disk.directory()
              + ": the header of "
              + segment.fileName()
              + " is damaged in both copies, or is that of another segment. Restore the file, or"
              + " remove the peer's data and let it rejoin");
    }
    if (!header.clusterId().equals(clusterId)) {
      throw SegmentFiles.otherCluster(disk, header.clusterId(), clusterId);
    }
    return header;
  }

  /** A sealed segment repeats its header at its end. */
  private @Nullable SegmentHeader fromFooter(Segment segment) throws IOException {
    int at = segment.sizeBytes() - RecordFormat.HEADER_BYTES;
    if (at < SegmentHeader.RECORDS_START) {
      return null;
    }
    ByteBuffer trailer = segment.read(at, RecordFormat.HEADER_BYTES);
    segment.setGeneration(trailer.getLong(16));
    SegmentScan scan = new SegmentScan(segment);
    RecordHeader header = scan.trailer();
    SegmentFooter footer = header == null ? null : scan.footer(header);
    return footer == null ? null : footer.segmentHeader();
  }

  @Nullable Link newest() {
    return chain.peekLast();
  }

  SegmentFiles files() {
    return files;
  }
}
