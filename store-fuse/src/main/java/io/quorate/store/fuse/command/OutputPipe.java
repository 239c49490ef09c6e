package io.quorate.store.fuse.command;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Tells when the reader of this process' standard output goes away: something that writes finds out
 * by itself, something that waits for an event to write about would wait for ever.
 */
final class OutputPipe {
  private static final int STANDARD_OUTPUT = 1;
  private static final int FOREVER = -1;

  /** {@code struct pollfd}: descriptor 4, events asked for 2, events found 2. */
  private static final long POLLFD_BYTES = 8;

  /** POLLERR: the other end of a pipe is closed. POLLHUP: a terminal or socket has hung up. */
  private static final short GONE = 0x008 | 0x010;

  private OutputPipe() {}

  /** Calls {@code gone} once, on a thread of its own, when nobody can read any more. */
  static void whenReaderIsGone(Runnable gone) {
    Thread waiter = new Thread(() -> await(gone), "output-pipe");
    waiter.setDaemon(true);
    waiter.start();
  }

  private static void await(Runnable gone) {
    Linker linker = Linker.nativeLinker();
    MemorySegment address = linker.defaultLookup().find("poll").orElse(null);
    if (address == null) {
      return;
    }
    MethodHandle poll =
        linker.downcallHandle(
            address,
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pollfd = arena.allocate(POLLFD_BYTES, 4);
      pollfd.set(ValueLayout.JAVA_INT, 0, STANDARD_OUTPUT);
      // Asks for no event: these two come unasked. A signal ends the call early.
      int found = (int) poll.invokeExact(pollfd, 1L, FOREVER);
      while (found < 0) {
        found = (int) poll.invokeExact(pollfd, 1L, FOREVER);
      }
      if ((pollfd.get(ValueLayout.JAVA_SHORT, 6) & GONE) != 0) {
        gone.run();
      }
    } catch (Throwable e) {
      throw new IllegalStateException("poll could not be called", e);
    }
  }
}
