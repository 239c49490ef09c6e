package io.quorate.store.fuse.command;

import io.quorate.store.NoQuorumException;
import io.quorate.store.QuorateException;
import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.gateway.ClusterStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** A command that works on a store as a client. */
abstract class ClientCommand implements Callable<Integer> {
  @ParentCommand private QuorateCommand root;
  @Mixin private ClusterOption cluster;
  @Spec private CommandSpec spec;

  /** Does the work and answers the exit status. */
  abstract int run(Store store) throws Exception;

  /** Whether {@code --cluster} without a file means something. */
  boolean takesBareCluster() {
    return false;
  }

  final ClusterOption cluster() {
    return cluster;
  }

  /** Refuses wrong words before anything is connected. */
  void check() {}

  /** How the store is to behave, where that is not as the options on the cluster say. */
  StoreOptions options(StoreOptions asked) {
    return asked;
  }

  /** What is done instead of connecting and running: its exit status, or null to go on. */
  @Nullable Integer before() throws IOException {
    return null;
  }

  @Override
  public final Integer call() throws Exception {
    check();
    if (cluster.isBare() && !takesBareCluster()) {
      throw Failure.notStarted("--cluster needs a FILE");
    }
    Path file = cluster.find(surroundings());
    Integer done = before();
    if (done != null) {
      return done;
    }
    try (Store store = connect(file)) {
      return runExplained(store);
    } finally {
      surroundings().out().flush();
    }
  }

  /** Without a quorum, whoever must mend it wants to know which peers are missing. */
  private int runExplained(Store store) throws Exception {
    try {
      return run(store);
    } catch (NoQuorumException e) {
      throw Failure.of(Complaint.of(e), Diagnosis.ofPeers(store));
    }
  }

  Store connect(Path file) {
    StoreOptions asked = cluster.options();
    // As --timeout says, even where requests may then take longer: nobody waits unseen for peers
    // that were never there.
    Duration opening = Duration.ofMillis(asked.deadlineMillis());
    try {
      Connector connector = surroundings().connector();
      return cluster.peer() == 0
          ? connector.connect(file, options(asked), opening)
          : connector.connectTo(file, cluster.peer(), options(asked), opening);
    } catch (IOException e) {
      root.trace(e);
      throw Diagnosis.ofConnecting(e, file, cluster, surroundings());
    }
  }

  /** The file by which the cluster was found. */
  final Path clusterFile() {
    return cluster.find(surroundings());
  }

  final Surroundings surroundings() {
    return root.surroundings();
  }

  /** How the cluster is; that no peer tells is a failure to start. */
  static ClusterStatus status(Store store) {
    try {
      return store.status();
    } catch (IOException e) {
      throw Failure.notStarted(Complaint.of(e).line());
    }
  }

  /** A path in the store from a word of the command line. */
  static Path inStore(Store store, String word) {
    if (!word.startsWith("/")) {
      throw Failure.notStarted(
          word.isEmpty()
              ? "an empty word is not a path; paths in the store begin with '/'"
              : "'" + word + "': a path in the store begins with '/', as in /" + word);
    }
    return store.path(word).normalize();
  }

  /** Reports what went wrong with one of several things, and goes on. */
  final int complain(Exception e) {
    Complaint complaint = Complaint.of(e);
    surroundings().complain(complaint, JsonOption.wantedBy(spec.commandLine()));
    root.trace(e);
    return complaint.exitStatus();
  }

  /** What to do with each of the words. */
  interface ForWord {
    void accept(String word) throws Exception;
  }

  /**
   * Does it for each word. What fails is reported and passed over, unless it is the cluster that
   * fails: then the others would fail, too, each after its deadline.
   *
   * @return the exit status
   */
  final int each(List<String> words, ForWord action) throws Exception {
    int status = ExitStatus.DONE;
    for (String word : words) {
      try {
        action.accept(word);
      } catch (QuorateException e) {
        throw e;
      } catch (IOException | Failure | UnsupportedOperationException e) {
        status = Math.max(status, complain(e));
      }
    }
    return status;
  }

  final void print(String line) {
    surroundings().out().println(line);
  }

  /** Prints an object in a line of its own. */
  final void print(Map<String, ? extends @Nullable Object> object) {
    surroundings().out().println(Json.of(object));
  }
}
