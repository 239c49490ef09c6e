package io.quorate.store.fuse.kernel;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/** The functions of the C library that mounting takes, found on first use. */
final class Calls {
  static final StructLayout ERRNO_LAYOUT = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      ERRNO_LAYOUT.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final Linker LINKER = Linker.nativeLinker();
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final MemoryLayout POINTER = ValueLayout.ADDRESS;

  static final MethodHandle OPEN =
      call("open", FunctionDescriptor.of(INT, POINTER, INT), Linker.Option.firstVariadicArg(2));
  static final MethodHandle CLOSE = call("close", FunctionDescriptor.of(INT, INT));
  static final MethodHandle READ = call("read", FunctionDescriptor.of(LONG, INT, POINTER, LONG));
  static final MethodHandle WRITE = call("write", FunctionDescriptor.of(LONG, INT, POINTER, LONG));
  static final MethodHandle MOUNT =
      call("mount", FunctionDescriptor.of(INT, POINTER, POINTER, POINTER, LONG, POINTER));
  static final MethodHandle UMOUNT = call("umount2", FunctionDescriptor.of(INT, POINTER, INT));
  static final MethodHandle SETSID = call("setsid", FunctionDescriptor.of(INT));
  static final MethodHandle SOCKETPAIR =
      call("socketpair", FunctionDescriptor.of(INT, INT, INT, INT, POINTER));
  static final MethodHandle FCNTL =
      call("fcntl", FunctionDescriptor.of(INT, INT, INT, INT), Linker.Option.firstVariadicArg(2));
  static final MethodHandle RECVMSG =
      call("recvmsg", FunctionDescriptor.of(LONG, INT, POINTER, INT));
  static final MethodHandle SPAWN =
      call(
          "posix_spawnp",
          FunctionDescriptor.of(INT, POINTER, POINTER, POINTER, POINTER, POINTER, POINTER));
  static final MethodHandle WAITPID =
      call("waitpid", FunctionDescriptor.of(INT, INT, POINTER, INT));

  private Calls() {}

  static int errno(MemorySegment state) {
    return (int) ERRNO.get(state, 0L);
  }

  /** What a call threw, as what a method may throw. */
  static IOException rethrow(Throwable thrown) {
    switch (thrown) {
      case IOException e -> {
        return e;
      }
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new AssertionError("a C function threw", thrown);
    }
  }

  @SuppressWarnings("restricted")
  private static MethodHandle call(String name, FunctionDescriptor type, Linker.Option... more) {
    Linker.Option[] options = Arrays.copyOf(more, more.length + 1);
    options[more.length] = Linker.Option.captureCallState("errno");
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, options);
  }
}
