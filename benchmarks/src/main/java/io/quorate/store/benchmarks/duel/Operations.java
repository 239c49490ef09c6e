package io.quorate.store.benchmarks.duel;

import java.io.IOException;

/** A {@link Task} that is ready to be done, by one or more threads at once. */
interface Operations extends AutoCloseable {
  /** How many threads call {@link #run}, with numbers from 0. */
  int threads();

  /** Does a thread's share; answers how many operations that were. */
  int run(int thread) throws IOException, InterruptedException;

  @Override
  default void close() throws IOException {
    // Most hold nothing.
  }

  /** Makes what the task takes for granted. */
  static Operations prepare(Task task) throws IOException {
    return switch (task.kind()) {
      case CREATE, READ, STAT, RENAME, UNLINK, CREATE_EMPTY -> new SmallFileOperations(task);
      case WRITE_LARGE, READ_LARGE -> new LargeFileOperations(task);
      case WRITE_RANDOM, APPEND -> new SyncedWriteOperations(task);
      case LIST, UNPACK, DELETE -> new TreeOperations(task);
    };
  }
}
