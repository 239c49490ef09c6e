package io.quorate.store;

import java.nio.file.FileSystemException;
import org.jspecify.annotations.Nullable;

/**
 * Thrown by a {@link FileDownload} when the version that it was opened at can not be read any more:
 * the file was written in place (a replacement as a whole leaves the version readable), or the
 * session ended and the cluster let go of it. No byte of another version was handed out. Open a new
 * download.
 */
public final class VersionGoneException extends FileSystemException {
  private static final long serialVersionUID = 1L;

  public VersionGoneException(@Nullable String file, String reason) {
    super(file, null, reason);
  }
}
