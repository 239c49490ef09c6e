package io.quorate.store.benchmarks.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.benchmarks.site.Catalog.Stored;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CatalogTest {
  private final Catalog catalog = new Catalog(1);

  private static Stored stored(int number) {
    return new Stored(new FileContent(number, 10L * number), "p" + number, "n" + number);
  }

  @Test
  void theOldestIsThePopularOne() throws InterruptedException {
    for (int number = 1; number <= 100; number++) {
      catalog.add(stored(number));
    }
    int[] used = new int[101];
    for (int i = 0; i < 10_000; i++) {
      assertTrue(catalog.use(stored -> used[(int) stored.content().number()]++));
    }
    // log(2) / log(101) of nine tenths, for the first of a continuous rank.
    assertTrue(used[1] > 1_100 && used[1] < 1_600, "the first: " + used[1]);
    assertTrue(used[100] > 900, "the newest: " + used[100]);
    assertTrue(used[1] > 2 * used[4], "the fourth: " + used[4]);
  }

  @Test
  void whatIsUsedIsNotDeleted() throws InterruptedException {
    catalog.add(stored(1));
    assertTrue(catalog.use(_ -> assertNull(catalog.take())));
    assertNotNull(catalog.take());
    assertNull(catalog.take());
  }

  @Test
  void theListHasWhatWasNotTaken(@TempDir Path directory) throws IOException {
    catalog.add(stored(1));
    catalog.addLarge(stored(7));
    assertNotNull(catalog.take());
    catalog.add(stored(2));
    Path list = directory.resolve("list");
    assertEquals(2, catalog.write(list));
    assertEquals(List.of("7 70 n7", "2 20 n2"), Files.readAllLines(list));
  }
}
