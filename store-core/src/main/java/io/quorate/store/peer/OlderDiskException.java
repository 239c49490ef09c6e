package io.quorate.store.peer;

import java.io.IOException;

/**
 * Another peer knows of promises that this peer's disk does not hold. The peer has noted it and
 * must end; when it is started again it follows without a vote.
 */
public final class OlderDiskException extends IOException {
  private static final long serialVersionUID = 1L;

  OlderDiskException(String message) {
    super(message);
  }
}
