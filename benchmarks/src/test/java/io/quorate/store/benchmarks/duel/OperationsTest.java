package io.quorate.store.benchmarks.duel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All work, on a plain directory and without processes of their own. */
final class OperationsTest {
  private static final Scale SCALE =
      new Scale(
          List.of(3, 1), 12, List.of(5000, 64), 12, 2, List.of(7, 20), 6, 10, true, false, null);

  @TempDir Path round;

  private long perform(Work work) throws IOException, InterruptedException {
    return perform(Row.first(work, SCALE));
  }

  private long perform(Row row) throws IOException, InterruptedException {
    long count = 0;
    for (int host : row.work().hosts()) {
      try (Operations operations = Operations.prepare(row.task(host, round, SCALE))) {
        for (int thread = 0; thread < operations.threads(); thread++) {
          try (Operations.Worker worker = operations.worker(thread)) {
            for (int i = thread; i < operations.count(); i += operations.threads()) {
              count += worker.run(i);
            }
          }
        }
      }
    }
    return count;
  }

  private void damage(Path file, long at) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(at);
      int was = open.read();
      open.seek(at);
      open.write(~was);
    }
  }

  @Test
  void allWorkIsDoneInItsOrder() throws Exception {
    for (Row row : Row.of(Work.keys(), SCALE)) {
      long expected =
          switch (row.work()) {
            case CREATE_EMPTY, LIST, LIST_AGAIN -> row.entries();
            case WRITE_LARGE, READ_LARGE -> 2;
            case READ_ALL -> 8;
            default -> 12;
          };
      assertEquals(expected, perform(row), row.key());
    }
  }

  @Test
  void smallFilesAreComparedWhenTheyAreRead() throws Exception {
    perform(Work.CREATE);
    perform(Work.READ);
    try (Stream<Path> files = Files.walk(round)) {
      damage(files.filter(Files::isRegularFile).findFirst().orElseThrow(), 4500);
    }
    assertThrows(IOException.class, () -> perform(Work.READ_AGAIN));
  }

  @Test
  void theLargeFileIsComparedWhenItIsRead() throws Exception {
    perform(Work.WRITE_LARGE);
    perform(Work.READ_LARGE);
    Path large = round.resolve("large");
    for (long at = 100; at < 2 << 20; at += 4096) {
      damage(large, at);
    }
    assertThrows(IOException.class, () -> perform(Work.READ_LARGE));
    assertThrows(IOException.class, () -> perform(Work.READ_RANDOM));
  }

  @Test
  void aLargeFileThatWentOnIsNoticed() throws Exception {
    perform(Work.WRITE_LARGE);
    try (RandomAccessFile open = new RandomAccessFile(round.resolve("large").toFile(), "rw")) {
      open.setLength((2 << 20) + 1);
    }
    assertThrows(IOException.class, () -> perform(Work.READ_LARGE));
  }

  @Test
  void filesOfTheSiteAreComparedWhenTheyAreRead() throws Exception {
    perform(Work.SITE);
    try (Stream<Path> files = Files.walk(round.resolve("site/files"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        damage(file, 9000);
      }
    }
    // Of these many requests most are reads.
    assertThrows(IOException.class, () -> perform(Work.SITE_PACED));
  }

  @Test
  void aFileThatIsMissingFromAListIsNoticed() throws Exception {
    perform(Work.CREATE_EMPTY);
    assertEquals(7, perform(Work.LIST));
    Files.delete(round.resolve("entries-7/e3"));
    assertThrows(IOException.class, () -> perform(Work.LIST_AGAIN));
  }
}
