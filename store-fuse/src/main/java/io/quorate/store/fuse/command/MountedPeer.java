package io.quorate.store.fuse.command;

import io.quorate.store.NoQuorumException;
import io.quorate.store.StoreOptions;
import io.quorate.store.file.FileTree;
import io.quorate.store.fuse.mount.Mount;
import io.quorate.store.fuse.mount.MountOptions;
import io.quorate.store.net.server.PeerServer;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A peer, and the mount that is served in its process, if there is one. */
final class MountedPeer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MountedPeer.class);

  private final PeerServer server;
  private @Nullable FileTree tree;
  private @Nullable Mount mount;
  private boolean closed;

  MountedPeer(PeerServer server) {
    this.server = server;
  }

  /**
   * Mounts; what needs a quorum to begin waits until there is one.
   *
   * @return where
   */
  Path mount(Path directory, MountOptions options) throws IOException {
    StoreOptions store =
        StoreOptions.defaults()
            .withOwner(
                "mount beside peer "
                    + server.config().peerId()
                    + ", pid "
                    + ProcessHandle.current().pid());
    FileTree made =
        FileTree.over(server.world(), server.gateway(), options.withoutQuorum().of(store));
    while (true) {
      try {
        Mount begun =
            Mount.start(
                made, directory, options.withSource("quorate:" + server.config().cluster().name()));
        if (!keep(made, begun)) {
          begun.close();
        }
        return begun.directory();
      } catch (NoQuorumException e) {
        LOG.warn("nothing is mounted on {} yet: {}", directory, e.getMessage());
      }
    }
  }

  private synchronized boolean keep(FileTree made, Mount begun) {
    tree = made;
    mount = begun;
    return !closed;
  }

  /** The mount ends first, so that what was written is published while there is a peer. */
  @Override
  public synchronized void close() {
    closed = true;
    if (mount != null && tree != null) {
      try (FileTree ends = tree) {
        ends.giveUpWithoutQuorum(); // All peers may have been told to end.
        mount.close();
      } catch (IOException e) {
        LOG.warn("{}", e.getMessage());
      }
    }
    server.close();
  }
}
