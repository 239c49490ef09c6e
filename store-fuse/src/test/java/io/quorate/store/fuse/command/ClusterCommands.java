package io.quorate.store.fuse.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.fuse.command.TestShell.Outcome;
import io.quorate.store.net.server.LocalCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * What tests of commands over TCP share: a cluster for each class, and for each test a store on it,
 * a shell, and the name of a directory that nobody has made yet.
 */
abstract class ClusterCommands {
  static final FileTime OLD = FileTime.fromMillis(1_000_000_000_123L);
  static LocalCluster cluster;
  private static int tests;

  @TempDir Path temp;
  Store store;
  TestShell shell;

  /** Of this test alone. */
  String top;

  @BeforeAll
  static void startCluster() throws IOException {
    cluster = LocalCluster.start(3);
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  @BeforeEach
  void open() throws IOException {
    Path file = cluster.files().client();
    store = new NetConnector().connect(file, StoreOptions.defaults(), Duration.ofSeconds(10));
    shell = new TestShell(temp, new NetConnector()).with(ClusterOption.VARIABLE, file.toString());
    top = "/t" + ++tests;
  }

  @AfterEach
  void close() {
    store.close();
  }

  static void write(Path path, String content, String mode) throws IOException {
    Files.writeString(path, content);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    Files.setLastModifiedTime(path, OLD);
  }

  String ok(String... words) {
    Outcome outcome = shell.run(words);
    assertEquals("", outcome.err());
    assertEquals(ExitStatus.DONE, outcome.status());
    return outcome.out();
  }

  void refused(int status, String message, String... words) {
    Outcome outcome = shell.run(words);
    assertTrue(outcome.err().contains(message), outcome.err());
    assertEquals(status, outcome.status(), outcome.err());
  }
}
