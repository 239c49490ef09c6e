package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.net.server.LocalCluster;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** The same over TCP, against a cluster of four peers. */
class FileCommandsOnClusterTest extends FileCommandsTest {
  private static LocalCluster cluster;
  private Store opened;

  @BeforeAll
  static void startCluster() throws IOException {
    cluster = LocalCluster.start(4);
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  @AfterEach
  void closeStore() {
    opened.close();
  }

  @Override
  Store open() throws IOException {
    opened =
        new NetConnector()
            .connect(cluster.files().client(), StoreOptions.defaults(), Duration.ofSeconds(10));
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(opened.path("/"))) {
      for (Path entry : entries) {
        Files.walkFileTree(entry, new Remover());
      }
    }
    return opened;
  }

  @Override
  TestShell shell(Path directory, Store target) {
    return new TestShell(directory, new NetConnector())
        .with(ClusterOption.VARIABLE, cluster.files().client().toString());
  }

  /** What an earlier test left. */
  private static final class Remover extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, IOException thrown)
        throws IOException {
      Files.delete(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
