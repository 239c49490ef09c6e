package io.quorate.store.fuse.kernel;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
  private static final String PATH = "/dev/fuse";
  private static final long MS_RDONLY = 1;
  private static final long MS_NOSUID = 2;
  private static final long MS_NODEV = 4;
  private static final long MS_NOEXEC = 8;
  private static final int MNT_DETACH = 2;

  private static final int EPERM = 1;
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
   * How to mount.
   *
   * @param source what mount tables show as the device
   * @param options for the kernel, beyond those that name the device and its user
   */
  public record Manner(
      String source,
      String options,
      boolean readOnly,
      boolean noExecute,
      boolean devices,
      boolean setuid) {
    private long flags() {
      return (readOnly ? MS_RDONLY : 0)
          | (setuid ? 0 : MS_NOSUID)
          | (devices ? 0 : MS_NODEV)
          | (noExecute ? MS_NOEXEC : 0);
    }

    /** What fusermount3 takes; it sets nosuid and nodev by itself. */
    private String words() {
      return options
          + ",subtype=quorate,fsname="
          + source.replace("\\", "\\\\").replace(",", "\\,")
          + (readOnly ? ",ro" : "")
          + (noExecute ? ",noexec" : "");
    }
  }

  /**
   * Mounts: by itself if it may, else through fusermount3.
   *
   * @param directory where; absolute
   * @param root whether this process may mount
   * @param messageBytes longest request
   */
  public static Device mount(String directory, Manner manner, boolean root, int messageBytes)
      throws IOException {
    int descriptor =
        root ? mountAsRoot(directory, manner) : Fusermount.mount(directory, manner.words());
    return new Device(descriptor, messageBytes);
  }

  private static int mountAsRoot(String directory, Manner manner) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CLibrary.STATE);
      int descriptor =
          (int) Calls.OPEN.invokeExact(state, arena.allocateFrom(PATH), O_RDWR | O_CLOEXEC);
      if (descriptor < 0) {
        int errno = CLibrary.errno(state);
        if (errno == ENOENT || errno == ENODEV) {
          throw new IOException(
              "there is no " + PATH + ": load the kernel's module 'fuse' (modprobe fuse)");
        }
        throw new KernelException("open " + PATH, errno);
      }
      String all = "fd=" + descriptor + ",rootmode=40000,user_id=0,group_id=0," + manner.options();
      int done =
          (int)
              Calls.MOUNT.invokeExact(
                  state,
                  arena.allocateFrom(manner.source()),
                  arena.allocateFrom(directory),
                  arena.allocateFrom("fuse.quorate"),
                  manner.flags(),
                  arena.allocateFrom(all));
      if (done < 0) {
        int errno = CLibrary.errno(state);
        int ignored = (int) Calls.CLOSE.invokeExact(state, descriptor);
        throw new KernelException("mount " + directory, errno);
      }
      return descriptor;
    } catch (Throwable e) {
      throw Calls.rethrow(e);
    }
  }

  /** Takes a mount away; what is still open on it stays usable for who has it. */
  public static void unmount(String directory) throws IOException {
    int errno = 0;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CLibrary.STATE);
      if ((int) Calls.UMOUNT.invokeExact(state, arena.allocateFrom(directory), MNT_DETACH) < 0) {
        errno = CLibrary.errno(state);
      }
    } catch (Throwable e) {
      throw Calls.rethrow(e);
    }
    if (errno == EPERM) {
      Fusermount.unmount(directory);
    } else if (errno != 0) {
      throw new KernelException("unmount " + directory, errno);
    }
  }

  /** Leaves the session of whoever started this process: its terminal's signals are not for us. */
  public static void leaveSession() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      int ignored = (int) Calls.SETSID.invokeExact(arena.allocate(CLibrary.STATE));
    } catch (Throwable e) {
      throw Calls.rethrow(e);
    }
  }

  /** The next request, or null once nothing is mounted any more. */
  public @Nullable ByteBuffer read() throws IOException {
    MemorySegment buffer = take();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CLibrary.STATE);
      while (true) {
        long count = (long) Calls.READ.invokeExact(state, descriptor, buffer, (long) messageBytes);
        if (count >= 0) {
          byte[] message = new byte[(int) count];
          MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, message, 0, message.length);
          return ByteBuffer.wrap(message);
        }
        int errno = CLibrary.errno(state);
        if (errno == ENODEV) {
          return null;
        }
        // ENOENT: the request was interrupted before it could be read.
        if (errno != EINTR && errno != EAGAIN && errno != ENOENT) {
          throw new KernelException("read from /dev/fuse", errno);
        }
      }
    } catch (Throwable e) {
      throw Calls.rethrow(e);
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

  /**
   * Sends what a {@link Notice} made. It means nothing to the kernel if it has forgotten already.
   */
  public void tell(ByteBuffer notice) throws IOException {
    send(notice);
  }

  private void send(ByteBuffer message) throws IOException {
    MemorySegment buffer = take();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CLibrary.STATE);
      int bytes = message.remaining();
      MemorySegment.copy(message.array(), 0, buffer, ValueLayout.JAVA_BYTE, 0, bytes);
      while ((long) Calls.WRITE.invokeExact(state, descriptor, buffer, (long) bytes) < 0) {
        int errno = CLibrary.errno(state);
        if (errno == ENOENT || errno == ENODEV) {
          return; // Whoever asked was killed, or the mount is gone.
        }
        if (errno != EINTR && errno != EAGAIN) {
          throw new KernelException("write to /dev/fuse", errno);
        }
      }
    } catch (Throwable e) {
      throw Calls.rethrow(e);
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
      int ignored = (int) Calls.CLOSE.invokeExact(arena.allocate(CLibrary.STATE), descriptor);
    } catch (Throwable e) {
      throw Calls.rethrow(e);
    }
  }
}
