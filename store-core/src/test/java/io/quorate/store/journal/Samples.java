package io.quorate.store.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import io.quorate.store.world.Disk;
import io.quorate.store.world.World;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** Content that can be computed again from its name, and short cuts for tests. */
final class Samples {
  static final UUID CLUSTER = new UUID(0x1234, 0x5678);
  static final int SMALL_SEGMENT_BYTES = 1 << 16;

  private Samples() {}

  static JournalOptions options() {
    return JournalOptions.of(CLUSTER, error -> {}).withSegmentBytes(SMALL_SEGMENT_BYTES);
  }

  static byte[] content(ChunkId id, int length) {
    byte[] content = new byte[length];
    new SplittableRandom(id.session() * 31 + id.number()).nextBytes(content);
    return content;
  }

  static ChunkRef chunk(long number, int length) {
    ChunkId id = new ChunkId(7, number);
    return new ChunkRef(id, length, RecordFormat.crc32c(ByteBuffer.wrap(content(id, length))));
  }

  static ByteBuffer buffer(ChunkRef chunk) {
    return ByteBuffer.wrap(content(chunk.id(), chunk.lengthBytes()));
  }

  static Entry entry(long index, long term, int bodyBytes, ChunkRef... chunks) {
    byte[] body = new byte[bodyBytes];
    new SplittableRandom(index * 1009 + term).nextBytes(body);
    return new Entry(index, term, index * 10 + term, EntryKind.COMMAND, List.of(chunks), body);
  }

  static void assertEntry(Entry expected, Entry actual) {
    assertEquals(expected.index(), actual.index());
    assertEquals(expected.term(), actual.term());
    assertEquals(expected.stampNanos(), actual.stampNanos());
    assertEquals(expected.kind(), actual.kind());
    assertEquals(expected.chunks(), actual.chunks());
    assertArrayEquals(expected.body(), actual.body());
  }

  static boolean isContentOf(ChunkRef chunk, ByteBuffer actual) {
    return actual.equals(buffer(chunk));
  }

  /** Waits until everything appended is durable. */
  static void makeDurable(Journal journal) {
    CompletableFuture<Void> durable = new CompletableFuture<>();
    journal.whenDurable(() -> durable.complete(null));
    durable.join();
  }

  static Recorder openAndClose(World world, Disk disk) throws IOException {
    Recorder recorder = new Recorder();
    Journal.open(world, disk, options(), recorder).close();
    return recorder;
  }
}
