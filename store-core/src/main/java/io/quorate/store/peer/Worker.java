package io.quorate.store.peer;

import io.quorate.store.world.World;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** A thread for what may wait for the disk and must not hold up the loop. Runs tasks in order. */
final class Worker implements Executor {
  private final Mailbox<Runnable> tasks = new Mailbox<>();
  private final Consumer<Throwable> onFatal;
  private final World.Task thread;

  Worker(World world, String name, Consumer<Throwable> onFatal) {
    this.onFatal = onFatal;
    this.thread = world.spawn(name, this::run);
  }

  /** Queues {@code task}; dropped once closed. */
  @Override
  public void execute(Runnable task) {
    tasks.put(task);
  }

  /** Tasks that wait. */
  int queued() {
    return tasks.size();
  }

  private void run() {
    try {
      for (Runnable task = tasks.take(); task != null; task = tasks.take()) {
        task.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      onFatal.accept(e);
    }
  }

  /** Ends the thread after the task that it is in, if any. */
  void close() throws InterruptedException {
    tasks.close();
    thread.join();
  }
}
