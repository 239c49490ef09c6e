package io.quorate.store.sim;

import org.jspecify.annotations.Nullable;

/** A simulated run went wrong; the message names the seed. */
public final class SimulationError extends AssertionError {
  private static final long serialVersionUID = 1L;

  SimulationError(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
