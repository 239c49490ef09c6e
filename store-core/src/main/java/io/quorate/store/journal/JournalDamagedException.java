package io.quorate.store.journal;

import java.io.IOException;

/**
 * The journal can not be opened: it belongs to another cluster, has a newer format, or is damaged
 * where nothing can be attributed any more. The files are left as they are.
 */
public final class JournalDamagedException extends IOException {
  private static final long serialVersionUID = 1L;

  JournalDamagedException(String message) {
    super(message);
  }
}
