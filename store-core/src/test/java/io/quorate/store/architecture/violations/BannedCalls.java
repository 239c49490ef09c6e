package io.quorate.store.architecture.violations;

import static java.lang.System.nanoTime;

import com.google.common.base.Stopwatch;
import com.google.common.util.concurrent.Uninterruptibles;
import io.quorate.store.architecture.Bans;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/** Methods of which {@link Bans} must catch every one, by ban. */
@SuppressWarnings("all")
public final class BannedCalls {

  private BannedCalls() {}

  public static final class Clocks {
    static long nanos() {
      return nanoTime();
    }

    static LongSupplier reference() {
      return System::currentTimeMillis;
    }

    static Instant instant() {
      return Instant.now();
    }

    static Clock clock() {
      return Clock.systemUTC();
    }

    static Date date() {
      return new Date();
    }

    static Stopwatch stopwatch() {
      return Stopwatch.createStarted();
    }
  }

  public static final class Threads {
    static Thread constructed() {
      return new Thread(() -> {});
    }

    static Thread virtual() {
      return Thread.startVirtualThread(() -> {});
    }

    static Thread.Builder builder() {
      return Thread.ofPlatform();
    }

    static ExecutorService pool() {
      return Executors.newCachedThreadPool();
    }

    static ForkJoinPool commonPool() {
      return ForkJoinPool.commonPool();
    }

    static long parallel(List<String> list) {
      return list.parallelStream().count();
    }
  }

  public static final class TimedWaits {
    static void sleep() throws Exception {
      Thread.sleep(1);
    }

    static void monitor(Object monitor) throws Exception {
      monitor.wait();
    }

    static Object future(Future<?> future) throws Exception {
      return future.get(1, TimeUnit.SECONDS);
    }

    static Object completableFuture(CompletableFuture<?> future) throws Exception {
      return future.get(1, TimeUnit.SECONDS);
    }

    static boolean condition(Condition condition) throws Exception {
      return condition.await(1, TimeUnit.SECONDS);
    }

    static long conditionNanos(Condition condition) throws Exception {
      return condition.awaitNanos(1);
    }

    static Object poll(BlockingQueue<?> queue) throws Exception {
      return queue.poll(1, TimeUnit.SECONDS);
    }

    static boolean offer(ArrayBlockingQueue<String> queue) throws Exception {
      return queue.offer("", 1, TimeUnit.SECONDS);
    }

    static boolean latch(CountDownLatch latch) throws Exception {
      return latch.await(1, TimeUnit.SECONDS);
    }

    static boolean lock(ReentrantLock lock) throws Exception {
      return lock.tryLock(1, TimeUnit.SECONDS);
    }

    static boolean semaphore(Semaphore semaphore) throws Exception {
      return semaphore.tryAcquire(1, TimeUnit.SECONDS);
    }

    static Object orTimeout(CompletableFuture<?> future) {
      return future.orTimeout(1, TimeUnit.SECONDS);
    }

    static Object completeOnTimeout(CompletableFuture<String> future) {
      return future.completeOnTimeout("", 1, TimeUnit.SECONDS);
    }

    static void park() {
      LockSupport.parkNanos(1);
    }

    static void join(Thread thread) throws Exception {
      thread.join(1);
    }

    static void guava() {
      Uninterruptibles.sleepUninterruptibly(Duration.ofSeconds(1));
    }
  }

  public static final class Chance {
    static Random random() {
      return new Random(1);
    }

    static int threadLocal() {
      return ThreadLocalRandom.current().nextInt();
    }

    static double math() {
      return Math.random();
    }

    static UUID uuid() {
      return UUID.randomUUID();
    }

    static void shuffle() {
      Collections.shuffle(new ArrayList<>());
    }
  }

  public static final class DefaultExecutors {
    static Object supply() {
      return CompletableFuture.supplyAsync(() -> "");
    }

    static Object then(CompletableFuture<String> future) {
      return future.thenApplyAsync(String::length);
    }
  }

  public static final class IdentityHashes {
    static int hash(Object object) {
      return System.identityHashCode(object);
    }

    static Map<Object, Object> map() {
      return new IdentityHashMap<>();
    }
  }

  /** Near misses: none of the bans may catch any of these. */
  public static final class Allowed {
    static void untimed(BlockingQueue<String> queue, CountDownLatch latch, ReentrantLock lock)
        throws Exception {
      queue.poll();
      queue.take();
      latch.await();
      lock.lock();
      LockSupport.park();
      CompletableFuture.supplyAsync(() -> "", Runnable::run).get();
      Collections.sort(new ArrayList<String>());
      long nanos = TimeUnit.SECONDS.toNanos(1);
      long converted = TimeUnit.NANOSECONDS.convert(Duration.ofSeconds(1));
      Instant instant = Instant.ofEpochSecond(1);
      Date date = new Date(1);
    }
  }

  /** Monitors of whole methods. */
  public static final class Monitors {
    synchronized void body() {}
  }
}
