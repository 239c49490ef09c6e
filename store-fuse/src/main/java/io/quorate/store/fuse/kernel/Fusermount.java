package io.quorate.store.fuse.kernel;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The setuid program of fuse3 that mounts for users without root: it opens /dev/fuse, mounts, and
 * hands the descriptor over on a Unix socket. What it has to complain about it says itself, on
 * standard error.
 */
final class Fusermount {
  private static final String PROGRAM = "fusermount3";
  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM = 1;
  private static final int F_SETFD = 2;
  private static final int FD_CLOEXEC = 1;
  private static final int ENOENT = 2;
  private static final int EINTR = 4;
  private static final int EACCES = 13;

  /** struct msghdr: name, its length, vector, its length, control, its length, flags. */
  private static final int MESSAGE_BYTES = 56;

  /** struct cmsghdr with one descriptor: length 8, level 4, type 4, descriptor 4, padding. */
  private static final int CONTROL_BYTES = 24;

  private static final int SCM_RIGHTS = 1;

  private Fusermount() {}

  /** Mounts, and returns the descriptor of the device. */
  static int mount(String directory, String options) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CLibrary.STATE);
      MemorySegment pair = arena.allocate(ValueLayout.JAVA_INT, 2);
      if ((int) Calls.SOCKETPAIR.invokeExact(state, AF_UNIX, SOCK_STREAM, 0, pair) < 0) {
        throw new KernelException("socketpair", CLibrary.errno(state));
      }
      int ours = pair.getAtIndex(ValueLayout.JAVA_INT, 0);
      int theirs = pair.getAtIndex(ValueLayout.JAVA_INT, 1);
      try {
        int ignored = (int) Calls.FCNTL.invokeExact(state, ours, F_SETFD, FD_CLOEXEC);
        int process = spawn(arena, state, List.of(PROGRAM, "-o", options, "--", directory), theirs);
        close(state, theirs);
        theirs = -1;
        int device = receive(arena, state, ours);
        int status = await(arena, state, process);
        if (device < 0) {
          throw new IOException(
              PROGRAM + " did not mount it (exit status " + status + "); its message is above");
        }
        ignored = (int) Calls.FCNTL.invokeExact(state, device, F_SETFD, FD_CLOEXEC);
        return device;
      } finally {
        close(state, ours);
        if (theirs >= 0) {
          close(state, theirs);
        }
      }
    } catch (Throwable e) {
      throw Calls.rethrow(e);
    }
  }

  private static void close(MemorySegment state, int descriptor) throws Throwable {
    int ignored = (int) Calls.CLOSE.invokeExact(state, descriptor);
  }

  private static int spawn(Arena arena, MemorySegment state, List<String> words, int socket)
      throws Throwable {
    List<String> environment = new ArrayList<>();
    for (Map.Entry<String, String> variable : System.getenv().entrySet()) {
      environment.add(variable.getKey() + "=" + variable.getValue());
    }
    environment.add("_FUSE_COMMFD=" + socket);
    MemorySegment process = arena.allocate(ValueLayout.JAVA_INT);
    int error =
        (int)
            Calls.SPAWN.invokeExact(
                state,
                process,
                arena.allocateFrom(PROGRAM),
                MemorySegment.NULL,
                MemorySegment.NULL,
                strings(arena, words),
                strings(arena, environment));
    // Directories of the PATH that may not be read count for nothing.
    if (error == ENOENT || error == EACCES) {
      throw new IOException(
          "only root can mount by itself, and there is no "
              + PROGRAM
              + " on the PATH: install the package fuse3");
    }
    if (error != 0) {
      throw new KernelException(PROGRAM, error);
    }
    return process.get(ValueLayout.JAVA_INT, 0);
  }

  private static MemorySegment strings(Arena arena, List<String> words) {
    MemorySegment array = arena.allocate(ValueLayout.ADDRESS, words.size() + 1);
    for (int i = 0; i < words.size(); i++) {
      array.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(words.get(i)));
    }
    return array;
  }

  /** The descriptor that it sends, −1 if it ends without. */
  private static int receive(Arena arena, MemorySegment state, int socket) throws Throwable {
    MemorySegment vector = arena.allocate(ValueLayout.JAVA_LONG, 2);
    vector.setAtIndex(ValueLayout.JAVA_LONG, 0, arena.allocate(1).address());
    vector.setAtIndex(ValueLayout.JAVA_LONG, 1, 1);
    MemorySegment control = arena.allocate(CONTROL_BYTES, Long.BYTES);
    MemorySegment message = arena.allocate(MESSAGE_BYTES, Long.BYTES);
    message.set(ValueLayout.JAVA_LONG, 16, vector.address());
    message.set(ValueLayout.JAVA_LONG, 24, 1);
    message.set(ValueLayout.JAVA_LONG, 32, control.address());
    message.set(ValueLayout.JAVA_LONG, 40, CONTROL_BYTES);
    while (true) {
      long count = (long) Calls.RECVMSG.invokeExact(state, socket, message, 0);
      if (count < 0 && CLibrary.errno(state) == EINTR) {
        continue;
      }
      boolean sent = count > 0 && control.get(ValueLayout.JAVA_INT, 12) == SCM_RIGHTS;
      return sent ? control.get(ValueLayout.JAVA_INT, 16) : -1;
    }
  }

  private static int await(Arena arena, MemorySegment state, int process) throws Throwable {
    MemorySegment status = arena.allocate(ValueLayout.JAVA_INT);
    while ((int) Calls.WAITPID.invokeExact(state, process, status, 0) < 0) {
      if (CLibrary.errno(state) != EINTR) {
        return -1;
      }
    }
    return status.get(ValueLayout.JAVA_INT, 0) >> 8 & 0xff;
  }

  /** Unmounts what this user mounted. */
  static void unmount(String directory) throws IOException {
    Process process;
    try {
      process = new ProcessBuilder(PROGRAM, "-u", "-z", "--", directory).inheritIO().start();
    } catch (IOException e) {
      throw new IOException("only root can unmount without " + PROGRAM, e);
    }
    try {
      if (process.waitFor() != 0) {
        throw new IOException(PROGRAM + " did not unmount " + directory);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + PROGRAM + " unmounts " + directory, e);
    }
  }
}
