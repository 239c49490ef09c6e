package io.quorate.store.net.transport;

import java.io.IOException;

/** A connection was refused, by the other side or by this one. The message is fit to be shown. */
public final class RefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Refusal refusal;

  public RefusedException(Refusal refusal, String message) {
    super(message);
    this.refusal = refusal;
  }

  public Refusal refusal() {
    return refusal;
  }
}
