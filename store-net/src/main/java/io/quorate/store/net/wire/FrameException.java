package io.quorate.store.net.wire;

import java.io.IOException;

/** What arrived is not a frame, or not one that belongs here. The connection can not go on. */
public final class FrameException extends IOException {
  private static final long serialVersionUID = 1L;

  public FrameException(String message) {
    super(message);
  }

  public FrameException(String message, Throwable cause) {
    super(message, cause);
  }
}
