package io.quorate.store.file;

import java.nio.file.FileSystemException;
import org.jspecify.annotations.Nullable;

/** Thrown by calls on a store that its program has closed. */
public final class StoreClosedException extends FileSystemException {
  private static final long serialVersionUID = 1L;

  StoreClosedException(@Nullable String file) {
    super(file, null, "the store is closed");
  }
}
