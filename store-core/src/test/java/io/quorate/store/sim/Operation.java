package io.quorate.store.sim;

import org.jspecify.annotations.Nullable;

/**
 * One call by a client, as the client saw it.
 *
 * @param id unique in its history
 * @param invokedAt when it began
 * @param returnedAt when it ended; of an unknown outcome the moment from which on it can no longer
 *     happen, {@link Long#MAX_VALUE} if there is none
 * @param call what was asked
 * @param outcome what was answered, or null when unknown: it may have happened at any time between
 *     the two moments, or never
 */
public record Operation<C>(
    int id, String client, long invokedAt, long returnedAt, C call, @Nullable String outcome) {

  public boolean isKnown() {
    return outcome != null;
  }

  @Override
  public String toString() {
    return String.format(
        "%10.3f – %s ms  %s: %s → %s",
        invokedAt / 1e6,
        returnedAt < Long.MAX_VALUE ? String.format("%10.3f", returnedAt / 1e6) : "         ?",
        client,
        call,
        isKnown() ? outcome : "unknown");
  }
}
