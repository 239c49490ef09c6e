package io.quorate.store.fuse.mount;

import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What is open, by the number that the kernel names it with. */
final class Numbered<T> {
  private final ConcurrentHashMap<Long, T> open = new ConcurrentHashMap<>();
  private final AtomicLong next = new AtomicLong(1);

  long add(T one) {
    long number = next.getAndIncrement();
    open.put(number, one);
    return number;
  }

  T get(long number) throws Errno.ErrnoException {
    T one = open.get(number);
    if (one == null) {
      throw new Errno.ErrnoException(Errno.EBADF);
    }
    return one;
  }

  @Nullable T find(long number) {
    return open.get(number);
  }

  @Nullable T remove(long number) {
    return open.remove(number);
  }

  Collection<T> all() {
    return open.values();
  }
}
