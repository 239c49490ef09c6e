package io.quorate.store.fuse.mount;

import io.quorate.store.file.ChangeReader;
import io.quorate.store.file.FileTree;
import io.quorate.store.fuse.kernel.Notice;
import io.quorate.store.fuse.kernel.Presentation;
import io.quorate.store.gateway.ChangeBatch;
import io.quorate.store.metadata.Metadata.Change;
import io.quorate.store.metadata.Metadata.ChangeSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the kernel forget what was changed, here or elsewhere, where it may rely on what it was told
 * for a while.
 *
 * <p>The kernel takes such a message only when it holds no lock for what the message is about, and
 * it holds the one of a directory while it waits for our answer to a lookup there. So a thread of
 * its own sends them, which no handler waits for. In turn what was looked up for the first time
 * before the change is in place when the message is taken, and the kernel numbers its attributes,
 * so that nothing stale comes after it. A name that it only looks up again it takes as it comes, so
 * {@link KnownNodes#heard} has such a reply count for once where a change came in between.
 *
 * <p>Changes come in batches, the next one asked for when one is done, so nothing piles up here; if
 * the peer does not keep that many (or has another's state now), all that the kernel knows is
 * forgotten.
 */
final class Invalidation implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Invalidation.class);
  private static final long END_MILLIS = 1_000;

  /** Sends a message to the kernel. */
  interface Sender {
    void send(ByteBuffer notice) throws IOException;
  }

  private final Sender sender;
  private final Presentation shown;
  private final KnownNodes nodes;
  private final Kernel kernel;
  private final ChangeReader changes;
  private final ArrayBlockingQueue<ChangeBatch> batch = new ArrayBlockingQueue<>(1);
  private final Thread thread;
  private volatile boolean closed;

  /**
   * What the kernel can.
   *
   * @param epochs forget all names at once; an older one keeps them for their time where too much
   *     has changed to tell all of it
   * @param expiry look a name up again without dropping it before
   */
  record Kernel(boolean epochs, boolean expiry) {}

  Invalidation(FileTree tree, Presentation shown, KnownNodes nodes, Kernel kernel, Sender sender) {
    this.sender = sender;
    this.shown = shown;
    this.nodes = nodes;
    this.kernel = kernel;
    // From the beginning: what is told at any time is changed, if ever, by an entry after it.
    this.changes = tree.changes(0, this::heard);
    this.thread = Thread.ofPlatform().daemon().name("quorate-mount-notices").unstarted(this::run);
  }

  void start() {
    thread.start();
    changes.next();
  }

  private void heard(ChangeBatch changed) {
    nodes.hear();
    batch.add(changed);
  }

  private void run() {
    try {
      while (!closed) {
        take(batch.take());
        changes.next();
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  private void send(ByteBuffer notice) {
    try {
      if (!closed) {
        sender.send(notice);
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("the kernel did not take that something has changed: {}", e.getMessage());
    }
  }

  private void take(ChangeBatch changed) {
    if (!changed.complete()) {
      forgetAll();
    }
    for (ChangeSet set : changed.sets()) {
      set.changes().forEach(this::tell);
    }
  }

  private void tell(Change change) {
    long node = shown.node(change.inode());
    switch (change.kind()) {
      case CREATED, REMOVED, REPLACED -> {
        long directory = shown.node(change.parent());
        // That a name leads nowhere the kernel never relies on.
        if (change.kind() != Change.Kind.CREATED) {
          send(Notice.name(directory, change.name(), kernel.expiry()));
        }
        send(Notice.attributes(directory));
        send(Notice.attributes(node));
      }
      case CONTENT -> send(Notice.content(node));
      case ATTRIBUTES -> send(Notice.attributes(node));
    }
  }

  private void forgetAll() {
    if (kernel.epochs()) {
      send(Notice.names());
    }
    send(Notice.content(shown.node(shown.root())));
    nodes.all().forEach(node -> send(Notice.content(node)));
  }

  /** Nothing is sent after this, unless the kernel keeps the thread for long. */
  @Override
  public void close() {
    closed = true;
    changes.close();
    thread.interrupt();
    try {
      thread.join(END_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
