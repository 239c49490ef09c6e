package io.quorate.store.fuse.kernel;

import java.io.IOException;

/** A request that is not as the protocol has it. */
public final class MalformedRequestException extends IOException {
  private static final long serialVersionUID = 1L;

  MalformedRequestException(String message) {
    super(message);
  }
}
