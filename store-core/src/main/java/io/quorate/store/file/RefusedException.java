package io.quorate.store.file;

import io.quorate.store.metadata.ErrorCode;
import java.nio.file.FileSystemException;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when the replicated state refused a request: there is no such file, the directory is not
 * empty, and so on. Nothing happened. Faces translate it into what their callers know, an errno or
 * one of {@code java.nio.file}'s exceptions.
 */
public final class RefusedException extends FileSystemException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  public RefusedException(
      ErrorCode code, @Nullable String file, @Nullable String other, String detail) {
    super(file, other, detail);
    this.code = code;
  }

  /**
   * None: a refusal is an answer, and most look-ups of what is not there get one. Where in the
   * program it was asked for, the exception that a face makes of it says.
   */
  @Override
  public Throwable fillInStackTrace() {
    return this;
  }

  public ErrorCode code() {
    return code;
  }
}
