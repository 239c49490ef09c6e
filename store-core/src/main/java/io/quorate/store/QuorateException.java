package io.quorate.store;

import java.nio.file.FileSystemException;
import org.jspecify.annotations.Nullable;

/**
 * A failure of the cluster rather than of the request. The subtype says whether a retry is safe.
 */
public abstract sealed class QuorateException extends FileSystemException
    permits NoQuorumException, IndeterminateWriteException, SessionEndedException {
  private static final long serialVersionUID = 1L;

  QuorateException(@Nullable String file, String reason) {
    super(file, null, reason);
  }
}
