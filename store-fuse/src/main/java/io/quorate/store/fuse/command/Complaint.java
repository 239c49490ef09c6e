package io.quorate.store.fuse.command;

import io.quorate.store.IndeterminateWriteException;
import io.quorate.store.NoQuorumException;
import io.quorate.store.SessionEndedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What an operator reads when something went wrong: one line, and the exit status that goes with
 * it.
 */
record Complaint(String line, int exitStatus) {

  static Complaint of(Throwable thrown) {
    Throwable cause = thrown;
    while ((cause instanceof UncheckedIOException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return switch (cause) {
      case Failure failure -> new Complaint(message(failure), failure.exitStatus());
      case FileSystemException e -> ofFile(e);
      case InvalidPathException e ->
          notStarted("'" + e.getInput().replace("\0", "\\0") + "' is not a path: " + e.getReason());
      case BindException e -> failed(message(e));
      case IOException e -> failed(message(e));
      case UnsupportedOperationException e -> failed("not supported: " + message(e));
      default ->
          failed(
              "internal error: " + oneLine(cause.toString()) + " (--debug shows where it arose)");
    };
  }

  private static Complaint ofFile(FileSystemException thrown) {
    String file = thrown.getFile() == null ? "" : thrown.getFile() + ": ";
    return switch (thrown) {
      case NoQuorumException e ->
          notStarted(file + reason(e) + "; nothing was written, so try again when peers are back");
      case IndeterminateWriteException e ->
          new Complaint(
              file + reason(e) + "; it may or may not have happened, so look before repeating it",
              ExitStatus.UNKNOWN);
      case SessionEndedException e -> failed(file + reason(e) + "; repeat the command");
      case NoSuchFileException _ -> failed(file + "no such file or directory");
      case FileAlreadyExistsException _ -> failed(file + "exists already");
      case DirectoryNotEmptyException _ -> failed(file + "directory is not empty");
      case NotDirectoryException _ -> failed(file + "not a directory");
      case AccessDeniedException _ -> failed(file + "permission denied");
      case FileSystemLoopException _ -> failed(file + "too many symbolic links");
      default -> {
        String other = thrown.getOtherFile() == null ? "" : " -> " + thrown.getOtherFile();
        yield failed((file.isEmpty() ? "" : thrown.getFile() + other + ": ") + reason(thrown));
      }
    };
  }

  private static String reason(FileSystemException e) {
    @Nullable String reason = e.getReason();
    return reason == null ? "failed (" + e.getClass().getSimpleName() + ")" : oneLine(reason);
  }

  private static String message(Throwable e) {
    @Nullable String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : oneLine(message);
  }

  private static String oneLine(String text) {
    return text.strip().replaceAll("\\s*\\R\\s*", " ");
  }

  private static Complaint failed(String line) {
    return new Complaint(line, ExitStatus.FAILED);
  }

  private static Complaint notStarted(String line) {
    return new Complaint(line, ExitStatus.NOT_STARTED);
  }
}
