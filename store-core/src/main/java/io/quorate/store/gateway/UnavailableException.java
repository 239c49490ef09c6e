package io.quorate.store.gateway;

import java.io.IOException;

/** Nothing was attempted, or what was attempted can not happen any more. A retry is safe. */
public final class UnavailableException extends IOException {
  private static final long serialVersionUID = 1L;

  public UnavailableException(String message) {
    super(message);
  }
}
