package io.quorate.store.chunk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quorate.store.journal.Position;
import io.quorate.store.journal.Segments;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SegmentUsageTest {
  private static final long RECORD = Segments.CHUNK_BYTES;

  private final SegmentUsage usage = new SegmentUsage();

  private static Position place(long segment, int lengthBytes) {
    return new Position(segment, 8_192, lengthBytes);
  }

  @Test
  void whatComesAndGoesIsCountedWithItsHeader() {
    usage.came(place(1, 100));
    usage.came(place(1, 50));
    usage.came(place(2, 7));
    assertEquals(150 + 2 * RECORD, usage.of(1));
    usage.went(place(1, 100));
    assertEquals(50 + RECORD, usage.of(1));
    assertEquals(57 + 2 * RECORD, usage.total());
    usage.went(place(1, 50));
    assertEquals(0, usage.of(1));
    assertEquals(0, usage.of(9), "of a segment that nobody has heard of");
  }

  /** A count reads for a while; what comes and goes meanwhile must not be lost with its result. */
  @Test
  void aCountKeepsWhatChangedWhileItWasMade() {
    usage.came(place(1, 100));
    usage.beginCount();
    usage.came(place(2, 10));
    usage.went(place(1, 100));
    usage.endCount(Map.of(1L, 100 + RECORD));
    assertEquals(0, usage.of(1));
    assertEquals(10 + RECORD, usage.of(2));
    usage.went(place(2, 10));
    assertEquals(0, usage.total());
  }

  /** What died without a word is corrected by whoever has looked. */
  @Test
  void whatWasFoundCounts() {
    usage.came(place(3, 1_000));
    usage.found(3, 20);
    assertEquals(20, usage.of(3));
    usage.dropped(3);
    assertEquals(0, usage.total());
  }
}
