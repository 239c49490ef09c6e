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

  /** Starts a flush if one is due. */
  void tick() {
    long bytes = journal.bytesWritten();
    boolean due =
        bytes - flushedAtBytes >= options.flushBytes()
            || metadata.appliedIndex() - flushedIndex >= options.flushEntries();
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
   */
  long dropThrough(long heldIndex) {
    long covered = covered(metadata.appliedIndex(), flushedIndex);
    return Math.min(covered, heldIndex) - options.tailEntries();
  }

  /** Up to where a crash now would leave the state. */
  private static long covered(long appliedIndex, long flushedIndex) {
    return Math.min(appliedIndex, flushedIndex);
  }
}
