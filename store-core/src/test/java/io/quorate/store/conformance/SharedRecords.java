package io.quorate.store.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Records that threads write side by side, each its own letter: none may be lost or torn.
 *
 * @param each how many records each thread writes
 */
record SharedRecords(int threads, int each) {
  private static final int RECORD_BYTES = 10;

  /** Writes a record at the end of what is there. */
  interface Sink {
    void write(byte[] record) throws IOException;
  }

  int bytes() {
    return threads * each * RECORD_BYTES;
  }

  void write(Sink sink) throws InterruptedException {
    List<Thread> writers = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      byte[] record = new byte[RECORD_BYTES];
      Arrays.fill(record, (byte) ('a' + t));
      Thread writer =
          new Thread(
              () -> {
                try {
                  for (int i = 0; i < each; i++) {
                    sink.write(record);
                  }
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      writers.add(writer);
      writer.start();
    }
    for (Thread writer : writers) {
      writer.join();
    }
  }

  void assertWhole(Path file) throws IOException {
    byte[] all = Files.readAllBytes(file);
    assertEquals(bytes(), all.length);
    int[] counts = new int[threads];
    for (int i = 0; i < all.length; i += RECORD_BYTES) {
      for (int k = 1; k < RECORD_BYTES; k++) {
        assertEquals(all[i], all[i + k], "record at " + i);
      }
      counts[all[i] - 'a']++;
    }
    for (int count : counts) {
      assertEquals(each, count);
    }
  }
}
