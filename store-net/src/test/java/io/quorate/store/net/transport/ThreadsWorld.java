package io.quorate.store.net.transport;

import io.quorate.store.world.Disk;
import io.quorate.store.world.World;
import java.nio.file.Path;
import java.util.Random;

/** Clock and seeded randomness; all that connections need of a world. */
public final class ThreadsWorld implements World {
  private final Random random;

  public ThreadsWorld(long seed) {
    random = new Random(seed);
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public long wallClockNanos() {
    return System.currentTimeMillis() * 1_000_000;
  }

  @Override
  public synchronized long randomLong() {
    return random.nextLong();
  }

  @Override
  public Timer schedule(long delayNanos, Runnable task) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Task spawn(String name, Runnable body) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Disk openDisk(Path directory) {
    throw new UnsupportedOperationException();
  }
}
