package io.quorate.store.journal;

/**
 * An earlier write or fdatasync failed (the cause), or the journal is closed. Final: nothing more
 * is accepted, and what was not yet reported durable may be lost. A retry does not help; the peer
 * ends.
 */
public final class JournalFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  JournalFailedException(String message, @org.jspecify.annotations.Nullable Throwable cause) {
    super(message, cause);
  }
}
