package io.quorate.store;

import java.nio.file.FileSystemException;
import org.jspecify.annotations.Nullable;

/** Thrown by a conditional put whose version is no longer the file's. Nothing happened. */
public final class ConditionFailedException extends FileSystemException {
  private static final long serialVersionUID = 1L;

  public ConditionFailedException(@Nullable String file, String reason) {
    super(file, null, reason);
  }
}
