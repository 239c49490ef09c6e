package io.quorate.store.fuse.kernel;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * /dev/fuse, opened and mounted: gives requests and takes replies, one message a call. Thread-safe;
 * {@link #read} blocks its thread in the kernel, which must be a platform thread.
 */
public final class Device {
  private static final int O_RDWR = 2;
  private static final int O_CLOEXEC = 02000000;
  private static final long MS_RDONLY = 1;
  private static final long MS_NOSUID = 2;
  private static final long MS_NODEV = 4;
  private static final int MNT_DETACH = 2;

  private static final int ENOENT = 2;
  private static final int EINTR = 4;
  private static final int EAGAIN = 11;
  private static final int ENODEV = 19;

  private final int descriptor;
  private final int messageBytes;
  private final ConcurrentLinkedQueue<MemorySegment> buffers = new ConcurrentLinkedQueue<>();

  private Device(int descriptor, int messageBytes) {
    this.descriptor = descriptor;
    this.messageBytes = messageBytes;
  }

  /**
   * Mounts.
   *
   * @param source what mount tables show as the device
   * @param directory where; absolute
   * @param options for the kernel, after those that name the device
   * @param messageBytes longest request
   */
  public static Device mount(
      String source, String directory, String options, boolean readOnly, int messageBytes)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Calls.ERRNO_LAYOUT);
      int descriptor =
          (int) Calls.OPEN.invokeExact(state, arena.allocateFrom("/dev/fuse"), O_RDWR | O_CLOEXEC);
      if (descriptor < 0) {
        throw new KernelException("open /dev/fuse", Calls.errno(state));
      }
      long flags = MS_NOSUID | MS_NODEV | (readOnly ? MS_RDONLY : 0);
      String all = "fd=" + descriptor + "," + options;
      int done =
          (int)
              Calls.MOUNT.invokeExact(
                  state,
                  arena.allocateFrom(source),
                  arena.allocateFrom(directory),
                  arena.allocateFrom("fuse.quorate"),
                  flags,
                  arena.allocateFrom(all));
      if (done < 0) {
        int errno = Calls.errno(state);
        int ignored = (int) Calls.CLOSE.invokeExact(state, descriptor);
        throw new KernelException("mount " + directory, errno);
      }
      return new Device(descriptor, messageBytes);
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  /** Takes a mount away; what is still open on it stays usable for who has it. */
  public static void unmount(String directory) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Calls.ERRNO_LAYOUT);
      if ((int) Calls.UMOUNT.invokeExact(state, arena.allocateFrom(directory), MNT_DETACH) < 0) {
        throw new KernelException("unmount " + directory, Calls.errno(state));
      }
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  /** The next request, or null once nothing is mounted any more. */
  public @Nullable ByteBuffer read() throws IOException {
    MemorySegment buffer = take();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Calls.ERRNO_LAYOUT);
      while (true) {
        long count = (long) Calls.READ.invokeExact(state, descriptor, buffer, (long) messageBytes);
        if (count >= 0) {
          byte[] message = new byte[(int) count];
          MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, message, 0, message.length);
          return ByteBuffer.wrap(message);
        }
        int errno = Calls.errno(state);
        if (errno == ENODEV) {
          return null;
        }
        // ENOENT: the request was interrupted before it could be read.
        if (errno != EINTR && errno != EAGAIN && errno != ENOENT) {
          throw new KernelException("read from /dev/fuse", errno);
        }
      }
    } catch (Throwable e) {
      throw rethrow(e);
    } finally {
      buffers.add(buffer);
    }
  }

  /** Answers a request with the body that {@link Reply} made. */
  public void reply(long unique, ByteBuffer body) throws IOException {
    send(Reply.finish(body, unique, 0));
  }

  /** Answers a request with an error. */
  public void fail(long unique, int errno) throws IOException {
    send(Reply.finish(Reply.empty(), unique, errno));
  }

  private void send(ByteBuffer message) throws IOException {
    MemorySegment buffer = take();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Calls.ERRNO_LAYOUT);
      int bytes = message.remaining();
      MemorySegment.copy(message.array(), 0, buffer, ValueLayout.JAVA_BYTE, 0, bytes);
      while ((long) Calls.WRITE.invokeExact(state, descriptor, buffer, (long) bytes) < 0) {
        int errno = Calls.errno(state);
        if (errno == ENOENT || errno == ENODEV) {
          return; // Whoever asked was killed, or the mount is gone.
        }
        if (errno != EINTR && errno != EAGAIN) {
          throw new KernelException("write to /dev/fuse", errno);
        }
      }
    } catch (Throwable e) {
      throw rethrow(e);
    } finally {
      buffers.add(buffer);
    }
  }

  private MemorySegment take() {
    MemorySegment buffer = buffers.poll();
    return buffer == null ? Arena.ofAuto().allocate(messageBytes) : buffer;
  }

  /** Ends the connection: whoever waits for a reply gets an error. */
  public void close() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      int ignored = (int) Calls.CLOSE.invokeExact(arena.allocate(Calls.ERRNO_LAYOUT), descriptor);
    } catch (Throwable e) {
      throw rethrow(e);
    }
  }

  private static IOException rethrow(Throwable thrown) {
    switch (thrown) {
      case IOException e -> {
        return e;
      }
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new AssertionError("a C function threw", thrown);
    }
  }

  /** The functions, found on first use. */
  private static final class Calls {
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
    static final MethodHandle WRITE =
        call("write", FunctionDescriptor.of(LONG, INT, POINTER, LONG));
    static final MethodHandle MOUNT =
        call("mount", FunctionDescriptor.of(INT, POINTER, POINTER, POINTER, LONG, POINTER));
    static final MethodHandle UMOUNT = call("umount2", FunctionDescriptor.of(INT, POINTER, INT));

    private Calls() {}

    static int errno(MemorySegment state) {
      return (int) ERRNO.get(state, 0L);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle call(String name, FunctionDescriptor type, Linker.Option... more) {
      Linker.Option[] options = java.util.Arrays.copyOf(more, more.length + 1);
      options[more.length] = Linker.Option.captureCallState("errno");
      return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, options);
    }
  }
}
