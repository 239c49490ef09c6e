package io.quorate.store.benchmarks.faults;

import io.quorate.store.fuse.cluster.Hosts;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The hosts of a site, which may be closed while they are made, and then are none. */
final class StageHosts implements AutoCloseable {
  private @Nullable Hosts hosts;
  private boolean closed;

  synchronized void create() throws IOException, InterruptedException, Hosts.Unavailable {
    if (closed) {
      throw new IOException("told to end");
    }
    hosts = Hosts.create(Site.HOSTS);
  }

  synchronized Hosts get() {
    if (hosts == null) {
      throw new IllegalStateException("not started yet");
    }
    return hosts;
  }

  @Override
  public synchronized void close() throws IOException, InterruptedException {
    closed = true;
    if (hosts != null) {
      hosts.close();
    }
  }
}
