package io.quorate.store.nio;

import io.quorate.store.ConditionFailedException;
import io.quorate.store.file.RefusedException;
import io.quorate.store.file.StoreClosedException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.ClosedFileSystemException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Turns refusals of the tree into what {@code java.nio.file} calls them. */
final class JdkErrors {
  private JdkErrors() {}

  /** What to throw for {@code error}, which concerns {@code path} and perhaps {@code other}. */
  static IOException translate(IOException error, Path path, @Nullable Path other) {
    if (error instanceof StoreClosedException) {
      throw new ClosedFileSystemException();
    }
    if (!(error instanceof RefusedException refused)) {
      return error;
    }
    IOException translated =
        translate(refused, path.toString(), other == null ? null : other.toString());
    translated.initCause(refused);
    return translated;
  }

  static IOException translate(IOException error, Path path) {
    return translate(error, path, null);
  }

  private static IOException translate(
      RefusedException refused, String file, @Nullable String other) {
    @Nullable String detail = refused.getReason();
    return switch (refused.code()) {
      case NOT_FOUND -> new NoSuchFileException(file, other, detail);
      case EXISTS -> new FileAlreadyExistsException(other == null ? file : other, null, detail);
      case NOT_EMPTY -> new DirectoryNotEmptyException(other == null ? file : other);
      case NOT_DIRECTORY -> new NotDirectoryException(file);
      case LOOP -> new FileSystemLoopException(file);
      case NOT_PERMITTED, ACCESS_DENIED -> new AccessDeniedException(file, other, detail);
      case CONDITION_FAILED -> new ConditionFailedException(file, detail == null ? "" : detail);
      case IS_DIRECTORY -> new FileSystemException(file, other, "Is a directory");
      case NO_SPACE -> new FileSystemException(file, other, "No space left on device: " + detail);
      default -> new FileSystemException(file, other, refused.code() + ": " + detail);
    };
  }
}
