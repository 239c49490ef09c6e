package io.quorate.store.fuse.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quorate.store.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A thousand uploads at a time in a heap that could not hold a whole chunk for each, nor half. */
final class ManyUploadsTest extends FaultCase {
  @Test
  void aThousandUploadsInASmallHeap() throws Exception {
    try (ProcessCluster cluster = ProcessCluster.create(settings())) {
      cluster.start();
      Path log = directory.resolve("client.log");
      Process client =
          new ProcessBuilder(
                  List.of(
                      Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                      "--enable-native-access=ALL-UNNAMED",
                      "--sun-misc-unsafe-memory-access=allow",
                      "-Xmx112m",
                      "-XX:+UseSerialGC",
                      "-XX:+ExitOnOutOfMemoryError",
                      "-cp",
                      System.getProperty("java.class.path"),
                      ManyUploads.class.getName(),
                      cluster.keyFile().toString(),
                      cluster.address(1)))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      try {
        assertEquals(0, client.waitFor(), () -> tail(log));
      } finally {
        client.destroyForcibly();
      }
      try (Store store = cluster.connectTo(2, PATIENT)) {
        for (int i = 0; i < ManyUploads.UPLOADS; i++) {
          assertEquals(ManyUploads.FILE_BYTES, Files.size(store.path("/many/f" + i)));
        }
      }
    }
  }

  private static String tail(Path log) {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    } catch (java.io.IOException e) {
      return e.toString();
    }
  }
}
