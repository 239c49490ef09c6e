package io.quorate.store.benchmarks.site;

import io.quorate.store.benchmarks.Programs;
import io.quorate.store.fuse.cluster.Hosts;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * The directory and the hosts of a site. Closing it, which also happens when this process is told
 * to end, switches the hosts off and deletes everything.
 */
final class SiteArena implements AutoCloseable {
  private final Path directory;
  private final Thread hook = Thread.ofPlatform().unstarted(this::interrupted);
  private @Nullable SiteNetwork network;
  private volatile boolean interrupted;
  private boolean closed;

  private SiteArena(Path directory) {
    this.directory = directory;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** An empty one, in a new directory in {@code parent}. */
  static SiteArena create(Path parent) throws IOException {
    Path directory = Files.createTempDirectory(parent, "quorate-site-").toRealPath();
    // The users of web server and database have files in it.
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    return new SiteArena(directory);
  }

  Path directory() {
    return directory;
  }

  synchronized SiteNetwork addNetwork(boolean ipv6)
      throws IOException, InterruptedException, Hosts.Unavailable {
    if (closed) {
      throw new IOException("told to end");
    }
    network = SiteNetwork.create(ipv6, directory);
    return network;
  }

  /** Whether this process was told to end, and has therefore taken all away. */
  boolean wasInterrupted() {
    return interrupted;
  }

  /** Copies the logs and the configuration of all hosts to a directory. */
  void saveLogs(Path target) throws IOException {
    for (int host = 1; host <= SiteNetwork.VISITORS; host++) {
      Path own = directory.resolve("host-" + host);
      if (Files.isDirectory(own)) {
        Path copies = Files.createDirectories(target.resolve("host-" + host));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(own, "*.{log,conf,cfg,sh}")) {
          for (Path file : files) {
            Path copy = copies.resolve(file.getFileName());
            Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
          }
        }
      }
    }
  }

  private void interrupted() {
    interrupted = true;
    try {
      end();
    } catch (IOException | InterruptedException e) {
      System.err.println("site: " + directory + " may still be there: " + e.getMessage());
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The hook runs already, which is how this process is ending.
    }
  }

  private synchronized void end() throws IOException, InterruptedException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      if (network != null) {
        network.close();
      }
    } finally {
      Programs.delete(directory);
    }
  }
}
