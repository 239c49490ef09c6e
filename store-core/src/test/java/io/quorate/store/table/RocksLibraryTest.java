package io.quorate.store.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One copy of the native library for all processes, and only where nobody else can put another. */
class RocksLibraryTest {
  private static final String NAME = RocksLibrary.IN_DIRECTORY;

  @TempDir Path temporary;

  @Test
  void isUnpackedOnceAndWhole() throws IOException {
    Path directory = RocksLibrary.shared(temporary);
    Path library = directory.resolve(NAME);
    long size = Files.size(library);
    FileTime time = Files.getLastModifiedTime(library);
    assertTrue(size > 1 << 20, () -> size + " bytes");
    assertEquals(directory, RocksLibrary.shared(temporary));
    assertEquals(time, Files.getLastModifiedTime(library), "the second call leaves it alone");
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(List.of(library), files.toList(), "nothing else is left behind");
    }
  }

  @Test
  void aDirectoryThatOthersMayWriteIsRefused() throws IOException {
    Path directory = RocksLibrary.shared(temporary);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThrows(IOException.class, () -> RocksLibrary.shared(temporary));
  }

  /** A name that RocksDB does not look for would have it unpack another copy for each process. */
  @Test
  void isWhatThisProcessRuns() throws IOException {
    RocksLibrary.load();
    List<String> mapped =
        Files.readAllLines(Path.of("/proc/self/maps")).stream()
            .filter(line -> line.contains("rocksdb") && line.endsWith(".so"))
            .map(line -> line.substring(line.indexOf('/')))
            .distinct()
            .toList();
    assertEquals(1, mapped.size(), mapped::toString);
    assertTrue(mapped.getFirst().contains("/quorate-rocksdb-"), mapped::toString);
  }
}
