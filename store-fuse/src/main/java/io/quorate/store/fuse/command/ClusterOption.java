package io.quorate.store.fuse.command;

import io.quorate.store.StoreOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** How a command finds its cluster. */
final class ClusterOption {
  /** The client's configuration file in the directory that {@code init} fills. */
  static final String FILE_NAME = "client.conf";

  static final String VARIABLE = "QUORATE_CLUSTER";

  /** Stands for a file that was not named; no path has such a character. */
  private static final String BARE = "\0";

  @Option(
      names = {"-c", "--cluster"},
      paramLabel = "FILE",
      arity = "0..1",
      fallbackValue = BARE,
      description =
          "The cluster: the client.conf that init wrote, or the directory with it. Without it"
              + " $QUORATE_CLUSTER counts, then ./client.conf and ./quorate/client.conf.")
  private List<String> files = new ArrayList<>();

  @Option(
      names = "--peer",
      paramLabel = "N",
      defaultValue = "0",
      description = "Use this peer and no other. Default: whichever answers")
  private int peer;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description =
          "Longest that one request may take, 1 to 600; peers that can not be reached are tried again"
              + " for so long. Default: 10")
  private int timeoutSeconds;

  /** Whether it was given without a file. */
  boolean isBare() {
    return files.contains(BARE);
  }

  /** The one peer to use, or 0. */
  int peer() {
    if (peer < 0) {
      throw Failure.notStarted("--peer is " + peer + "; peers are numbered from 1");
    }
    return peer;
  }

  /** How the store is to behave: what it makes belongs to the user who runs this. */
  StoreOptions options() {
    if (timeoutSeconds < 1 || timeoutSeconds > 600) {
      throw Failure.notStarted("--timeout is " + timeoutSeconds + "; it must be from 1 to 600");
    }
    StoreOptions options =
        StoreOptions.defaults()
            .withOwner("quorate command, pid " + ProcessHandle.current().pid())
            .withDeadline(Duration.ofSeconds(timeoutSeconds));
    try {
      Path self = Path.of("/proc/self");
      return options.withCreator(
          (Integer) Files.getAttribute(self, "unix:uid"),
          (Integer) Files.getAttribute(self, "unix:gid"),
          options.umask());
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      // No /proc, or a user id that does not fit: then as the options have it.
      return options;
    }
  }

  /** The file to use. Says how to name one if there is none. */
  Path find(Surroundings surroundings) {
    Path directory = surroundings.directory();
    List<String> named = files.stream().filter(file -> !file.equals(BARE)).toList();
    if (named.size() > 1) {
      throw Failure.notStarted("--cluster is given twice: " + String.join(" and ", named));
    }
    if (!named.isEmpty()) {
      return existing(directory.resolve(named.get(0)), "--cluster " + named.get(0));
    }
    String variable = surroundings.environment().getOrDefault(VARIABLE, "");
    if (!variable.isEmpty()) {
      return existing(directory.resolve(variable), VARIABLE + "=" + variable);
    }
    for (String place : new String[] {FILE_NAME, "quorate/" + FILE_NAME}) {
      if (Files.isRegularFile(directory.resolve(place))) {
        return directory.resolve(place);
      }
    }
    throw Failure.notStarted(
        Complaint.Kind.NO_CLUSTER,
        "no cluster here: looked for --cluster and $QUORATE_CLUSTER, which are not set, and for"
            + " client.conf and quorate/client.conf in "
            + directory.toAbsolutePath().normalize()
            + ", which are not there; name one, make one with 'quorate init', or see 'quorate"
            + " demo'");
  }

  private static Path existing(Path named, String how) {
    Path found = Files.isDirectory(named) ? named.resolve(FILE_NAME) : named;
    if (!Files.isRegularFile(found)) {
      throw Failure.notStarted(
          Complaint.Kind.NO_CLUSTER,
          "no cluster at " + how + ": there is no file " + found + " ('quorate init' writes one)");
    }
    return found;
  }
}
