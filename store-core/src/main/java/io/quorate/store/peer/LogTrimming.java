package io.quorate.store.peer;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.journal.Journal;
import io.quorate.store.metadata.Metadata;
import java.util.concurrent.Executor;

/**
 * Keeps the log short: every so often both databases are flushed, and what the flushed metadata has
 * applied goes from the log, but for a tail that serves peers which were away for a moment.
 *
 * <p>Replay after a crash begins at the lower of both databases' flushed points, so this bounds the
 * time that a start takes. A peer that needs what is gone is sent a checkpoint.
 *
 * <p>Lives on the loop; flushes are done by {@code worker}.
 */
final class LogTrimming {
  private final LogOptions options;
  private final Journal journal;
  private final ChunkStore chunks;
  private final Metadata metadata;
  private final Executor worker;
  private final Executor loop;
  private long flushedIndex;
  private long flushedAtBytes;
  private boolean flushing;
  private boolean pressed;

  LogTrimming(
      LogOptions options,
      Journal journal,
      ChunkStore chunks,
      Metadata metadata,
      Executor worker,
      Executor loop) {
    this.options = options;
    this.journal = journal;
    this.chunks = chunks;
    this.metadata = metadata;
    this.worker = worker;
    this.loop = loop;
    this.flushedIndex = metadata.flushedIndex();
  }

  /**
   * Starts a flush if one is due.
   *
   * @param isPressed the log holds much space of which nothing else is needed: it is to be as short
   *     as it may
   * @param isFlushWanted whatever is applied is to be flushed soon
   */
  void tick(boolean isPressed, boolean isFlushWanted) {
    pressed = isPressed;
    long bytes = journal.bytesWritten();
    long unflushed = metadata.appliedIndex() - flushedIndex;
    boolean due =
        bytes - flushedAtBytes >= options.flushBytes()
            || unflushed >= options.flushEntries()
            || ((pressed || isFlushWanted) && unflushed > 0);
    if (due && !flushing) {
      flushing = true;
      flushedAtBytes = bytes;
      worker.execute(this::flush);
    }
  }

  private void flush() {
    chunks.flush();
    metadata.flush();
    long index = metadata.flushedIndex();
    loop.execute(() -> flushed(index));
  }

  private void flushed(long index) {
    flushing = false;
    flushedIndex = index;
  }

  /**
   * The index up to which the log may go.
   *
   * @param heldIndex a peer is about to go on from here
   * @param neededAfter a peer that is there lacks the entries after this one
   */
  long dropThrough(long heldIndex, long neededAfter) {
    long covered = covered(metadata.appliedIndex(), flushedIndex);
    long tailed = covered - options.tailEntries();
    // A long tail is for peers that were away; who is here must not lose what it is about to get.
    long upTo = pressed ? Math.max(tailed, Math.min(covered, neededAfter)) : tailed;
    return Math.min(upTo, heldIndex - (pressed ? 0 : options.tailEntries()));
  }

  /** Up to where a crash now would leave the state. */
  private static long covered(long appliedIndex, long flushedIndex) {
    return Math.min(appliedIndex, flushedIndex);
  }
}
