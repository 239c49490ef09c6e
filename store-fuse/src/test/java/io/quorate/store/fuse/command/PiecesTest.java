package io.quorate.store.fuse.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The small parts that commands are made of. */
class PiecesTest {

  @Test
  void numbersAsPeopleReadThem() {
    assertEquals("0 B", Human.bytes(0));
    assertEquals("999 B", Human.bytes(999));
    assertEquals("1.0 KiB", Human.bytes(1000));
    assertEquals("1.0 KiB", Human.bytes(1024));
    assertEquals("12.3 MiB", Human.bytes(12_897_485));
    assertEquals("100 GiB", Human.bytes(100L << 30));
    assertEquals("8.0 EiB", Human.bytes(Long.MAX_VALUE));
    assertEquals("1 file", Human.count(1, "file"));
    assertEquals("1,234 files", Human.count(1234, "file"));
    assertEquals("310 ms", Human.millis(310));
    assertEquals("4.2 s", Human.millis(4_200));
    assertEquals("3 min 20 s", Human.millis(200_000));
    assertEquals("5 h 2 min", Human.millis(18_120_000));
    assertEquals("3 d 4 h", Human.millis(273_600_000));
    assertEquals("0:07", Human.clock(7));
    assertEquals("1:02:03", Human.clock(3723));
    assertEquals("2,000", Human.perSecond(1000, 500_000_000));
    assertEquals("10.0 MiB/s", Human.rate(10 << 20, 1_000_000_000));
  }

  @Test
  void jsonEscapesWhatItMust() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("a\"b", List.of(1, 2L, true));
    map.put("c", null);
    map.put("d", Map.of());
    map.put("e", "\u0000\n\u001b\\ ünï 😀 \ud800");
    String json = Json.of(map);
    assertEquals(
        "{\"a\\\"b\":[1,2,true],\"c\":null,\"d\":{},"
            + "\"e\":\"\\u0000\\n\\u001b\\\\ ünï 😀 \\ud800\"}",
        json);
    assertEquals(map.get("e"), JsonReader.object(json).get("e"));
  }

  @Test
  void progressSaysHowFarHowFastAndHowLong() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Surroundings surroundings =
        new Surroundings(
            System.in,
            System.out,
            new PrintStream(err, true, StandardCharsets.UTF_8),
            true,
            Map.of(),
            java.nio.file.Path.of(""),
            null);
    Progress progress = new Progress(surroundings, "put", 2000, 20 << 20);
    assertEquals(
        "put [=====>              ] 25%  5.0 MiB  512 files  2.5 MiB/s  0:06 left",
        progress.line(512, 5 << 20, 2_000_000_000));
    assertEquals(
        "put [====================] 100%  20.0 MiB  2,000 files  10.0 MiB/s  0:00 left",
        progress.line(2000, 20 << 20, 2_000_000_000));
    Progress stream = new Progress(surroundings, "get", 1, -1);
    assertEquals("get  5.0 MiB  2.5 MiB/s", stream.line(0, 5 << 20, 2_000_000_000));
    Progress empty = new Progress(surroundings, "put", 4, 0);
    assertTrue(empty.line(1, 0, 1).startsWith("put [=====>              ] 25%"));
  }

  @Test
  void gapsAreSplitAtTheInterruption() {
    long[] times = {10, 20, 50, 60, 200, 210, 260};
    assertArrayEquals(new long[] {30, 140}, Upload.gaps(times, 0, 65));
    assertArrayEquals(new long[] {140, 0}, Upload.gaps(times, 0, 300));
    assertArrayEquals(new long[] {90, 10}, Upload.gaps(new long[] {100, 110}, 10, 100));
  }

  @Test
  void tasksAreBoundedAndTheFirstFailureStopsTheRest() throws Exception {
    BoundedTasks tasks = new BoundedTasks(3);
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    for (int i = 0; i < 200; i++) {
      tasks.submit(
          () -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            Thread.yield();
            running.decrementAndGet();
            done.incrementAndGet();
          });
    }
    tasks.await();
    assertEquals(200, done.get());
    assertTrue(most.get() <= 3, "at once: " + most);
    tasks.submit(
        () -> {
          throw new IOException("first");
        });
    assertThrows(IOException.class, tasks::await);
    tasks.submit(done::incrementAndGet);
    assertEquals("first", assertThrows(IOException.class, tasks::await).getMessage());
    assertEquals(200, done.get());
  }
}
