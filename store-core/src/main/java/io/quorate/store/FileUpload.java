package io.quorate.store;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.CompletableFuture;

/**
 * A whole file on its way into the store. Nobody sees anything of it before {@link #commit}, which
 * publishes all of it at once; closed without, it leaves nothing behind.
 *
 * {@snippet file="io/quorate/store/StoreSnippetsTest.java" region="upload"}
 *
 * <p>Full chunks leave while the writer goes on; at most two of them are in memory for each upload,
 * besides the window that all share ({@link StoreOptions#windowBytes}). At most 65,536 chunks (64
 * GiB with the default of 1 MiB): longer files are written through a {@code FileChannel}.
 *
 * <p>Thread-safe, although pieces written by several threads come in any order. When the session
 * ends meanwhile, writes and commit fail with {@link SessionEndedException}: begin anew.
 */
public interface FileUpload extends WritableByteChannel {

  /**
   * Adds all that {@code piece} has. Waits while the window is full, at most until the deadline of
   * {@link StoreOptions}.
   *
   * @return the bytes written: all of them
   * @throws java.nio.channels.ClosedChannelException after a commit or close
   * @throws NoQuorumException if the peers did not take content in time; the upload is over then
   */
  @Override
  int write(ByteBuffer piece) throws IOException;

  /** Bytes written so far. */
  long sizeBytes();

  /**
   * The upload as a stream. Closing the stream ends neither the upload nor commits it, so that a
   * library that closes what it is given, in a failure too, publishes nothing.
   */
  OutputStream outputStream();

  /**
   * Publishes what was written, replacing or making the file, in one step. Whether it succeeds or
   * fails, the upload is over.
   *
   * @return the new version
   * @throws java.nio.file.FileAlreadyExistsException if it had to be absent and is not
   * @throws ConditionFailedException if the file has another version than the condition names
   * @throws NoQuorumException if no quorum was reached; nothing happened
   * @throws IndeterminateWriteException if the outcome is unknown
   * @throws java.nio.channels.ClosedChannelException after an earlier commit, a failed write or
   *     close
   */
  FileVersion commit(PutCondition condition) throws IOException;

  /** As {@link #commit(PutCondition)} without a condition. */
  default FileVersion commit() throws IOException {
    return commit(PutCondition.always());
  }

  /**
   * As {@link #commit(PutCondition)} without waiting. Callbacks run on the store's threads and must
   * not block.
   */
  CompletableFuture<FileVersion> commitAsync(PutCondition condition);

  /** Gives the upload up, unless it was committed: nothing happened. */
  @Override
  void close();
}
