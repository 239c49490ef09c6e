package io.quorate.store.fuse.kernel;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/** Functions of the C library, and the error number that they leave. */
public final class CLibrary {
  /** Room for the error number; the first argument of every call. */
  public static final StructLayout STATE = Linker.Option.captureStateLayout();

  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final Linker LINKER = Linker.nativeLinker();

  private CLibrary() {}

  /**
   * A function, to be called with a segment of {@link #STATE} and its own arguments.
   *
   * @throws java.util.NoSuchElementException if the library has none of that name
   */
  @SuppressWarnings("restricted")
  public static MethodHandle find(String name, FunctionDescriptor type, Linker.Option... more) {
    Linker.Option[] options = Arrays.copyOf(more, more.length + 1);
    options[more.length] = Linker.Option.captureCallState("errno");
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, options);
  }

  /** A function that answers an int. */
  public static MethodHandle find(String name, MemoryLayout... parameters) {
    return find(name, FunctionDescriptor.of(ValueLayout.JAVA_INT, parameters));
  }

  /** The error number that the last call left. */
  public static int errno(MemorySegment state) {
    return (int) ERRNO.get(state, 0L);
  }
}
