package io.quorate.store.fuse.mount;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/** Calls functions of the C library for which Java has nothing. */
final class Libc {
  static final int AT_FDCWD = -100;
  static final int O_RDONLY = 0;
  static final int O_WRONLY = 1;
  static final int O_RDWR = 2;
  static final int O_CREAT = 0100;
  static final int O_TRUNC = 01000;
  static final int O_APPEND = 02000;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();

  private Libc() {}

  /**
   * Calls a function.
   *
   * @param arguments numbers, strings, segments; each is passed as a machine word
   * @return what it answered, or −errno if that was −1
   */
  static long call(String name, Object... arguments) {
    return invoke(name, ValueLayout.JAVA_INT, arguments);
  }

  /** The same of a function that answers 64 bits: a pointer, an offset, a size. */
  static long callLong(String name, Object... arguments) {
    return invoke(name, ValueLayout.JAVA_LONG, arguments);
  }

  private static long invoke(String name, ValueLayout result, Object... arguments) {
    MemoryLayout[] words = new MemoryLayout[arguments.length];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      List<Object> passed = new ArrayList<>(List.of(state));
      for (int i = 0; i < words.length; i++) {
        words[i] = ValueLayout.JAVA_LONG;
        passed.add(
            switch (arguments[i]) {
              case String text -> arena.allocateFrom(text).address();
              case MemorySegment segment -> segment.address();
              case Number number -> number.longValue();
              default -> throw new IllegalArgumentException(arguments[i].toString());
            });
      }
      MethodHandle handle =
          LINKER.downcallHandle(
              LINKER.defaultLookup().findOrThrow(name),
              FunctionDescriptor.of(result, words),
              Linker.Option.captureCallState("errno"));
      long answer = ((Number) handle.invokeWithArguments(passed)).longValue();
      return answer == -1 ? -state.get(ValueLayout.JAVA_INT, 0) : answer;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Opens for the life of the process or until closed. */
  static long open(Object path, int flags) {
    return call("open", path.toString(), flags, 0644);
  }

  static void close(long descriptor) {
    call("close", descriptor);
  }
}
