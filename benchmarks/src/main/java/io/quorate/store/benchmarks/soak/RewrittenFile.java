package io.quorate.store.benchmarks.soak;

import io.quorate.store.benchmarks.duel.Content;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;

/** A file of fixed size that is written again and again in places, and what must be where in it. */
final class RewrittenFile {
  private static final int PAGE_BYTES = 4096;
  private static final int PAGES = 1024;
  private static final int MOST_PAGES = 16;

  private final Path file;
  private final SplittableRandom random;
  private final Content content = new Content(MOST_PAGES * PAGE_BYTES);
  private final ByteBuffer page = ByteBuffer.allocateDirect(PAGE_BYTES);

  /** Of each page the piece that was written over it last, and where in that piece it is. */
  private final long[] pieces = new long[PAGES];

  private final int[] places = new int[PAGES];
  private long written;

  /** Writes all of it. */
  RewrittenFile(Path file, SplittableRandom random) throws IOException {
    this.file = file;
    this.random = random;
    for (int first = 0; first < PAGES; first += MOST_PAGES) {
      write(first, MOST_PAGES);
    }
  }

  /** Writes some pages, and makes that durable. */
  void write() throws IOException {
    int count = 1 + random.nextInt(MOST_PAGES);
    write(random.nextInt(PAGES - count + 1), count);
  }

  private void write(int first, int count) throws IOException {
    long number = ++written;
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      ByteBuffer piece = content.piece(number, count * PAGE_BYTES);
      long at = (long) first * PAGE_BYTES;
      while (piece.hasRemaining()) {
        at += channel.write(piece, at);
      }
      channel.force(false);
    }
    for (int place = 0; place < count; place++) {
      pieces[first + place] = number;
      places[first + place] = place;
    }
  }

  /** Reads one page. */
  void read() throws IOException {
    int number = random.nextInt(PAGES);
    page.clear();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (page.hasRemaining()
          && channel.read(page, (long) number * PAGE_BYTES + page.position()) >= 0) {
        // The rest comes with the next call.
      }
    }
    page.flip();
    if (page.remaining() < PAGE_BYTES
        || !content.matchesWithin(pieces[number], places[number] * PAGE_BYTES, page)) {
      throw new IOException(file + " does not hold on page " + number + " what was written");
    }
  }
}
