package io.quorate.store.fuse.kernel;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The functions of the C library that mounting takes, found on first use. */
final class Calls {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final MemoryLayout POINTER = ValueLayout.ADDRESS;

  static final MethodHandle OPEN =
      CLibrary.find(
          "open", FunctionDescriptor.of(INT, POINTER, INT), Linker.Option.firstVariadicArg(2));
  static final MethodHandle CLOSE = CLibrary.find("close", FunctionDescriptor.of(INT, INT));
  static final MethodHandle READ =
      CLibrary.find("read", FunctionDescriptor.of(LONG, INT, POINTER, LONG));
  static final MethodHandle WRITE =
      CLibrary.find("write", FunctionDescriptor.of(LONG, INT, POINTER, LONG));
  static final MethodHandle MOUNT =
      CLibrary.find("mount", FunctionDescriptor.of(INT, POINTER, POINTER, POINTER, LONG, POINTER));
  static final MethodHandle UMOUNT =
      CLibrary.find("umount2", FunctionDescriptor.of(INT, POINTER, INT));
  static final MethodHandle SETSID = CLibrary.find("setsid", FunctionDescriptor.of(INT));
  static final MethodHandle SOCKETPAIR =
      CLibrary.find("socketpair", FunctionDescriptor.of(INT, INT, INT, INT, POINTER));
  static final MethodHandle FCNTL =
      CLibrary.find(
          "fcntl", FunctionDescriptor.of(INT, INT, INT, INT), Linker.Option.firstVariadicArg(2));
  static final MethodHandle RECVMSG =
      CLibrary.find("recvmsg", FunctionDescriptor.of(LONG, INT, POINTER, INT));
  static final MethodHandle SPAWN =
      CLibrary.find(
          "posix_spawnp",
          FunctionDescriptor.of(INT, POINTER, POINTER, POINTER, POINTER, POINTER, POINTER));
  static final MethodHandle WAITPID =
      CLibrary.find("waitpid", FunctionDescriptor.of(INT, INT, POINTER, INT));

  private Calls() {}

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
}
