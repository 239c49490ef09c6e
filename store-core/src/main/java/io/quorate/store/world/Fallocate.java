package io.quorate.store.world;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * Linux' fallocate(2), which the JDK has no call for: gives a file its blocks without writing them;
 * they read as zeros.
 */
final class Fallocate {
  /** What came of it. */
  enum Outcome {
    DONE,
    NO_SPACE,
    /** Not on this operating system or file system. */
    UNSUPPORTED
  }

  private static final int O_WRONLY = 1;
  private static final int O_CLOEXEC = 02000000;
  private static final int EINTR = 4;
  private static final int ENOSYS = 38;
  private static final int ENOSPC = 28;
  private static final int EDQUOT = 122;
  private static final int EOPNOTSUPP = 95;

  private Fallocate() {}

  /** Gives the existing file {@code path} blocks, and the size, of {@code sizeBytes}. */
  static Outcome allocate(Path path, long sizeBytes) throws IOException {
    if (!System.getProperty("os.name").equals("Linux")) {
      return Outcome.UNSUPPORTED;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Calls.ERRNO_LAYOUT);
      int fd =
          (int)
              Calls.OPEN.invokeExact(
                  state, arena.allocateFrom(path.toString()), O_WRONLY | O_CLOEXEC);
      if (fd < 0) {
        throw new IOException("open " + path + ": errno " + Calls.errno(state));
      }
      try {
        return allocate(path, fd, sizeBytes, state);
      } finally {
        int ignored = (int) Calls.CLOSE.invokeExact(state, fd);
      }
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a C function threw", e);
    }
  }

  private static Outcome allocate(Path path, int fd, long sizeBytes, MemorySegment state)
      throws Throwable {
    while ((int) Calls.FALLOCATE.invokeExact(state, fd, 0, 0L, sizeBytes) != 0) {
      int errno = Calls.errno(state);
      switch (errno) {
        case EINTR -> {}
        case ENOSPC, EDQUOT -> {
          return Outcome.NO_SPACE;
        }
        case EOPNOTSUPP, ENOSYS -> {
          return Outcome.UNSUPPORTED;
        }
        default -> throw new IOException("fallocate " + path + ": errno " + errno);
      }
    }
    return Outcome.DONE;
  }

  /** Loaded on first use, so that other systems never look for the functions. */
  private static final class Calls {
    static final StructLayout ERRNO_LAYOUT = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
        ERRNO_LAYOUT.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final Linker LINKER = Linker.nativeLinker();

    static final MethodHandle OPEN =
        call(
            "open",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    static final MethodHandle CLOSE =
        call("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    static final MethodHandle FALLOCATE =
        call(
            "fallocate",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG));

    private Calls() {}

    static int errno(MemorySegment state) {
      return (int) ERRNO.get(state, 0L);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle call(String name, FunctionDescriptor type, Linker.Option... more) {
      SymbolLookup lookup = LINKER.defaultLookup();
      Linker.Option[] options = java.util.Arrays.copyOf(more, more.length + 1);
      options[more.length] = Linker.Option.captureCallState("errno");
      return LINKER.downcallHandle(lookup.findOrThrow(name), type, options);
    }
  }
}
