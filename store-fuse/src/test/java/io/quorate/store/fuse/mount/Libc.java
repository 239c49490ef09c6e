package io.quorate.store.fuse.mount;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/** Calls functions of the C library for which Java has nothing. */
final class Libc {
  static final int AT_FDCWD = -100;
  static final int O_RDONLY = 0;
  static final int O_WRONLY = 1;
  static final int O_RDWR = 2;
  static final int O_CREAT = 0100;
  static final int O_TRUNC = 01000;
  static final int O_APPEND = 02000;

  private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");

  /** Flags whose numbers depend on the processor. */
  static final int O_DIRECT = ARM ? 0200000 : 040000;

  static final int O_DIRECTORY = ARM ? 040000 : 0200000;
  static final int O_NOFOLLOW = ARM ? 0100000 : 0400000;

  private static final int SYS_SETRESUID = ARM ? 147 : 117;
  private static final int SYS_SETRESGID = ARM ? 149 : 119;
  private static final int SYS_SETGROUPS = ARM ? 159 : 116;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();

  private record Function(String name, ValueLayout result, int arguments) {}

  private static final ConcurrentHashMap<Function, MethodHandle> HANDLES =
      new ConcurrentHashMap<>();

  /** Whose rights a call has: of the thread only, as the kernel has them and the library not. */
  record User(int uid, int gid, List<Integer> groups) {
    static final User ROOT = new User(0, 0, List.of());

    /** Of the form {@code uid}, {@code uid:gid} or {@code uid:gid,group,...}. */
    static User of(String text) {
      String[] both = text.split(":", 2);
      int uid = Integer.parseInt(both[0]);
      List<Integer> groups =
          both.length == 1
              ? List.of(uid)
              : Arrays.stream(both[1].split(",")).map(Integer::valueOf).toList();
      return new User(uid, groups.getFirst(), groups.subList(1, groups.size()));
    }
  }

  private Libc() {}

  /**
   * Calls a function.
   *
   * @param arguments numbers, strings, segments; each is passed as a machine word
   * @return what it answered, or −errno if that was −1
   */
  static long call(String name, Object... arguments) {
    return invoke(User.ROOT, name, ValueLayout.JAVA_INT, arguments);
  }

  /** The same of a function that answers 64 bits: a pointer, an offset, a size. */
  static long callLong(String name, Object... arguments) {
    return invoke(User.ROOT, name, ValueLayout.JAVA_LONG, arguments);
  }

  /** The same with the rights of {@code user}. */
  static long callAs(User user, String name, Object... arguments) {
    return invoke(user, name, ValueLayout.JAVA_INT, arguments);
  }

  private static MethodHandle handle(Function function) {
    MemoryLayout[] words = new MemoryLayout[function.arguments()];
    Arrays.fill(words, ValueLayout.JAVA_LONG);
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(function.name()),
        FunctionDescriptor.of(function.result(), words),
        Linker.Option.captureCallState("errno"));
  }

  private static long invoke(User user, String name, ValueLayout result, Object... arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      List<Object> passed = new ArrayList<>(List.of(state));
      for (Object argument : arguments) {
        passed.add(
            switch (argument) {
              case String text -> arena.allocateFrom(text).address();
              case MemorySegment segment -> segment.address();
              case Number number -> number.longValue();
              default -> throw new IllegalArgumentException(argument.toString());
            });
      }
      MethodHandle handle =
          HANDLES.computeIfAbsent(new Function(name, result, arguments.length), Libc::handle);
      // Nothing is loaded in between: that user may not read where classes are.
      become(user);
      long answer;
      try {
        answer = ((Number) handle.invokeWithArguments(passed)).longValue();
      } finally {
        becomeRootAgain(user);
      }
      return answer == -1 ? -state.get(ValueLayout.JAVA_INT, 0) : answer;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static void become(User user) {
    if (user == User.ROOT) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      int[] groups = user.groups().stream().mapToInt(Integer::intValue).toArray();
      MemorySegment list = arena.allocate(4L * Math.max(1, groups.length));
      MemorySegment.copy(groups, 0, list, ValueLayout.JAVA_INT, 0, groups.length);
      must(call("syscall", SYS_SETGROUPS, groups.length, list, 0));
      must(call("syscall", SYS_SETRESGID, user.gid(), user.gid(), 0));
      must(call("syscall", SYS_SETRESUID, user.uid(), user.uid(), 0));
    }
  }

  private static void becomeRootAgain(User user) {
    if (user != User.ROOT) {
      must(call("syscall", SYS_SETRESUID, 0, 0, 0));
      must(call("syscall", SYS_SETRESGID, 0, 0, 0));
      must(call("syscall", SYS_SETGROUPS, 0, 0, 0));
    }
  }

  private static void must(long answer) {
    if (answer < 0) {
      throw new AssertionError("the rights of a thread could not be changed: " + answer);
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
