package io.quorate.store.file;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A number of bytes that may be in use at a time; who wants more waits, first come first served.
 * One request larger than the whole is let in when nothing else is.
 */
final class Window {
  private final long limitBytes;
  private final Requests requests;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
  private long usedBytes;

  Window(long limitBytes, Requests requests) {
    this.limitBytes = limitBytes;
    this.requests = requests;
  }

  private record Waiter(long bytes, CompletableFuture<Void> admitted) {}

  /** Takes {@code bytes}; completes when they are there, or fails at the deadline without them. */
  CompletableFuture<Void> take(long bytes, @Nullable String file, long deadline) {
    Waiter waiter;
    lock.lock();
    try {
      if (waiters.isEmpty() && fits(bytes)) {
        usedBytes += bytes;
        return CompletableFuture.completedFuture(null);
      }
      waiter = new Waiter(bytes, new CompletableFuture<>());
      waiters.add(waiter);
    } finally {
      lock.unlock();
    }
    Deadlines.Entry expiry =
        requests
            .deadlines()
            .add(
                deadline,
                () -> {
                  if (withdraw(waiter)) {
                    waiter.admitted.completeExceptionally(
                        Requests.noQuorum(file, "content waits for earlier content to be taken"));
                  }
                });
    waiter.admitted.whenComplete((done, error) -> requests.deadlines().remove(expiry));
    return waiter.admitted;
  }

  /** Takes {@code bytes} if they are there. */
  boolean tryTake(long bytes) {
    lock.lock();
    try {
      if (!waiters.isEmpty() || !fits(bytes)) {
        return false;
      }
      usedBytes += bytes;
      return true;
    } finally {
      lock.unlock();
    }
  }

  void give(long bytes) {
    List<CompletableFuture<Void>> admitted = new ArrayList<>();
    lock.lock();
    try {
      usedBytes -= bytes;
      admit(admitted);
    } finally {
      lock.unlock();
    }
    admitted.forEach(waiter -> waiter.complete(null));
  }

  long usedBytes() {
    lock.lock();
    try {
      return usedBytes;
    } finally {
      lock.unlock();
    }
  }

  private boolean withdraw(Waiter waiter) {
    List<CompletableFuture<Void>> admitted = new ArrayList<>();
    boolean waited;
    lock.lock();
    try {
      waited = waiters.remove(waiter);
      admit(admitted);
    } finally {
      lock.unlock();
    }
    admitted.forEach(next -> next.complete(null));
    return waited;
  }

  private void admit(List<CompletableFuture<Void>> admitted) {
    while (!waiters.isEmpty() && fits(waiters.peek().bytes)) {
      Waiter next = waiters.remove();
      usedBytes += next.bytes;
      admitted.add(next.admitted);
    }
  }

  private boolean fits(long bytes) {
    return usedBytes == 0 || usedBytes + bytes <= limitBytes;
  }
}
