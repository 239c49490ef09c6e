package io.quorate.store;

import org.jspecify.annotations.Nullable;

/**
 * Thrown by handles and locks of a session that the cluster has ended, because nothing was heard
 * from it for its timeout. Unpublished writes of the handle are lost; open the file again.
 */
public final class SessionEndedException extends QuorateException {
  private static final long serialVersionUID = 1L;

  public SessionEndedException(@Nullable String file, String reason) {
    super(file, reason);
  }
}
