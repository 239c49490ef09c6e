package io.quorate.store.consensus;

import io.quorate.store.log.HardState;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What of this peer's log and hard state has reached the disk. Each step that persists something
 * has a number; the shell reports the highest number that is durable, now and then.
 */
final class Durability {
  private final Deque<Pending> pending = new ArrayDeque<>();
  private long durableIndex;
  private HardState durableState;
  private long lastNumber;
  private long durableNumber;

  /** One step's worth. The index falls when a later step supersedes entries of this one. */
  private static final class Pending {
    final long number;
    final HardState state;
    long lastIndex;

    Pending(long number, HardState state, long lastIndex) {
      this.number = number;
      this.state = state;
      this.lastIndex = lastIndex;
    }
  }

  Durability(HardState state, long lastIndex) {
    this.durableState = state;
    this.durableIndex = lastIndex;
  }

  /** Highest index up to which the present log is durable. */
  long index() {
    return durableIndex;
  }

  HardState state() {
    return durableState;
  }

  /** Whether everything that was asked for is durable. */
  boolean isAllDurable() {
    return durableNumber == lastNumber;
  }

  /** Numbers a step after which the hard state and the log's end are to be as given. */
  long persist(HardState state, long lastIndex) {
    lastNumber++;
    pending.add(new Pending(lastNumber, state, lastIndex));
    return lastNumber;
  }

  /** Entries at or above {@code index} are superseded, on disk as elsewhere. */
  void truncateFrom(long index) {
    durableIndex = Math.min(durableIndex, index - 1);
    for (Pending step : pending) {
      step.lastIndex = Math.min(step.lastIndex, index - 1);
    }
  }

  /** Everything up to step {@code number} is durable. */
  void durable(long number) {
    if (number > lastNumber) {
      throw new IllegalStateException(
          "effects " + number + " are said to be durable, but " + lastNumber + " is the newest");
    }
    durableNumber = Math.max(durableNumber, number);
    while (!pending.isEmpty() && pending.getFirst().number <= number) {
      Pending step = pending.removeFirst();
      durableState = step.state;
      durableIndex = Math.max(durableIndex, step.lastIndex);
    }
  }
}
