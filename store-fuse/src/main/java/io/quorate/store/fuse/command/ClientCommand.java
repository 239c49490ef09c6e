package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** A command that works on a store as a client. */
abstract class ClientCommand implements Callable<Integer> {
  @ParentCommand private QuorateCommand root;
  @Mixin private ClusterOption cluster;

  /** Does the work and answers the exit status. */
  abstract int run(Store store) throws Exception;

  /** Refuses wrong words before anything is connected. */
  void check() {}

  @Override
  public final Integer call() throws Exception {
    check();
    Path file = cluster.find(surroundings());
    try (Store store = connect(file)) {
      return run(store);
    } finally {
      surroundings().out().flush();
    }
  }

  Store connect(Path file) {
    try {
      return surroundings().connector().connect(file, cluster.options());
    } catch (IOException e) {
      throw Failure.notStarted(Complaint.of(e).line());
    }
  }

  final Surroundings surroundings() {
    return root.surroundings();
  }

  /** A path in the store from a word of the command line. */
  static Path inStore(Store store, String word) {
    if (!word.startsWith("/")) {
      throw Failure.notStarted(
          "'" + word + "': a path in the store begins with '/', as in /" + word);
    }
    return store.path(word).normalize();
  }

  /** Reports what went wrong with one of several things, and goes on. */
  final int complain(Exception e) {
    Complaint complaint = Complaint.of(e);
    surroundings().complain(complaint.line());
    root.trace(e);
    return complaint.exitStatus();
  }
}
