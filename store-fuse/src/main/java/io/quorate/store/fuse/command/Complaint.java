package io.quorate.store.fuse.command;

import io.quorate.store.IndeterminateWriteException;
import io.quorate.store.NoQuorumException;
import io.quorate.store.SessionEndedException;
import io.quorate.store.net.config.ConfigException;
import io.quorate.store.net.transport.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What an operator reads when something went wrong: one line, and the exit status that goes with
 * it.
 *
 * @param kind for programs
 * @param path what it is about, or null
 */
record Complaint(Kind kind, @Nullable String path, String line, int exitStatus) {

  /** Kinds of failure. Their names, in lower case and with dashes, are what JSON has. */
  enum Kind {
    USAGE,
    NO_CLUSTER,
    NO_QUORUM,
    OUTCOME_UNKNOWN,
    SESSION_ENDED,
    NOT_FOUND,
    EXISTS,
    NOT_EMPTY,
    NOT_A_DIRECTORY,
    IS_A_DIRECTORY,
    PERMISSION,
    NO_SPACE,
    LOOP,
    UNSUPPORTED,
    FAILED,
    INTERNAL;

    String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  static Complaint of(Throwable thrown) {
    Throwable cause = thrown;
    while ((cause instanceof UncheckedIOException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return switch (cause) {
      case Failure failure ->
          new Complaint(failure.kind(), null, message(failure), failure.exitStatus());
      case FileSystemException e -> ofFile(e);
      case InvalidPathException e ->
          notStarted(
              Kind.USAGE,
              "'" + e.getInput().replace("\0", "\\0") + "' is not a path: " + e.getReason());
      case RefusedException e -> new Complaint(Kind.NO_CLUSTER, null, message(e), 1);
      case ConfigException e -> new Complaint(Kind.USAGE, null, message(e), 1);
      case OutputFailedException e -> failed(Kind.FAILED, "standard output: " + message(e));
      case IOException e -> failed(Kind.FAILED, message(e));
      case UnsupportedOperationException e ->
          failed(Kind.UNSUPPORTED, "not supported: " + message(e));
      default ->
          failed(
              Kind.INTERNAL,
              "internal error: " + oneLine(cause.toString()) + " (--debug shows where it arose)");
    };
  }

  private static Complaint ofFile(FileSystemException thrown) {
    @Nullable String path = thrown.getFile();
    String file = path == null || path.isEmpty() ? "" : FileFacts.printable(path) + ": ";
    return switch (thrown) {
      case NoQuorumException e ->
          new Complaint(
              Kind.NO_QUORUM,
              path,
              file + reason(e) + "; nothing was written, so try again when peers are back",
              ExitStatus.NOT_STARTED);
      case IndeterminateWriteException e ->
          new Complaint(
              Kind.OUTCOME_UNKNOWN,
              path,
              file + reason(e) + "; it may or may not have happened, so look before repeating it",
              ExitStatus.UNKNOWN);
      case SessionEndedException e ->
          about(Kind.SESSION_ENDED, path, file + reason(e) + "; repeat the command");
      case NoSuchFileException _ -> about(Kind.NOT_FOUND, path, file + "no such file or directory");
      case FileAlreadyExistsException _ -> about(Kind.EXISTS, path, file + "exists already");
      case DirectoryNotEmptyException _ ->
          about(Kind.NOT_EMPTY, path, file + "directory is not empty");
      case NotDirectoryException _ -> about(Kind.NOT_A_DIRECTORY, path, file + "not a directory");
      case AccessDeniedException _ -> about(Kind.PERMISSION, path, file + "permission denied");
      case FileSystemLoopException _ -> about(Kind.LOOP, path, file + "too many symbolic links");
      default -> {
        String other =
            thrown.getOtherFile() == null
                ? ""
                : " -> " + FileFacts.printable(thrown.getOtherFile());
        String reason = reason(thrown);
        String named = file.isEmpty() ? "" : file.substring(0, file.length() - 2) + other + ": ";
        yield about(kindOf(reason), path, named + reason);
      }
    };
  }

  /** The JDK has words, and no types, for these. */
  private static Kind kindOf(String reason) {
    String lower = reason.toLowerCase(Locale.ROOT);
    if (lower.contains("no space") || lower.contains("quota exceeded")) {
      return Kind.NO_SPACE;
    } else if (lower.startsWith("is a directory")) {
      return Kind.IS_A_DIRECTORY;
    } else if (lower.startsWith("not a directory")) {
      return Kind.NOT_A_DIRECTORY;
    } else if (lower.contains("not permitted") || lower.contains("read-only")) {
      return Kind.PERMISSION;
    }
    return Kind.FAILED;
  }

  private static String reason(FileSystemException e) {
    @Nullable String reason = e.getReason();
    if (reason == null) {
      return "failed (" + e.getClass().getSimpleName() + ")";
    }
    String line = oneLine(reason);
    // The kernel's words begin with a capital, which in the middle of a line looks lost.
    return line.length() > 1
            && Character.isUpperCase(line.charAt(0))
            && Character.isLowerCase(line.charAt(1))
        ? Character.toLowerCase(line.charAt(0)) + line.substring(1)
        : line;
  }

  private static String message(Throwable e) {
    @Nullable String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : oneLine(message);
  }

  private static String oneLine(String text) {
    return text.strip().replaceAll("\\s*\\R\\s*", " ");
  }

  private static Complaint failed(Kind kind, String line) {
    return new Complaint(kind, null, line, ExitStatus.FAILED);
  }

  private static Complaint about(Kind kind, @Nullable String path, String line) {
    return new Complaint(kind, path, line, ExitStatus.FAILED);
  }

  private static Complaint notStarted(Kind kind, String line) {
    return new Complaint(kind, null, line, ExitStatus.NOT_STARTED);
  }

  /** The object that stands for it where JSON was asked for. */
  String json() {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("error", kind.word());
    object.put("message", line);
    object.put("path", path);
    object.put("exitStatus", exitStatus);
    return Json.of(object);
  }
}
