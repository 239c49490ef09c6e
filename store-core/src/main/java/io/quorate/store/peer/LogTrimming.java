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
 * time that a start takes. An entry goes only when every peer has said that it has applied it:
 * nobody could get it otherwise.
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
   * @param appliedEverywhere index up to which every peer has applied it
   */
  long dropThrough(long appliedEverywhere) {
    return Math.min(flushedIndex, appliedEverywhere) - options.tailEntries();
  }
}
