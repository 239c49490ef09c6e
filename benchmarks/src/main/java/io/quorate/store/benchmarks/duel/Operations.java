package io.quorate.store.benchmarks.duel;

import java.io.IOException;

/**
 * A {@link Task} that is ready to be done, by one or more threads at once. Thread t of n does the
 * operations t, t + n, t + 2n and so on.
 */
interface Operations extends AutoCloseable {
  /** How many threads there are. */
  int threads();

  /** How many operations there are, of all threads together. */
  int count();

  /** What a thread does its operations with, ready to begin. */
  Worker worker(int thread) throws IOException;

  /** For one thread. Closing it is part of the work. */
  interface Worker extends AutoCloseable {
    /** Does an operation; answers for how many it counts. */
    int run(int number) throws IOException, InterruptedException;

    @Override
    default void close() throws IOException {
      // Most hold nothing.
    }
  }

  @Override
  default void close() throws IOException {
    // Most hold nothing.
  }

  /** Makes what the task takes for granted. */
  static Operations prepare(Task task) throws IOException {
    return switch (task.kind()) {
      case CREATE, READ, STAT, RENAME, UNLINK, CREATE_EMPTY -> new SmallFileOperations(task);
      case WRITE_LARGE, READ_LARGE -> new LargeFileOperations(task);
      case READ_RANDOM -> new RandomReadOperations(task);
      case WRITE_RANDOM, APPEND -> new SyncedWriteOperations(task);
      case SITE -> new SiteOperations(task);
      case LIST, UNPACK, DELETE -> new TreeOperations(task);
    };
  }
}
