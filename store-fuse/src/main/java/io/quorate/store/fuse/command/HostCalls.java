package io.quorate.store.fuse.command;

import io.quorate.store.fuse.kernel.CLibrary;
import io.quorate.store.metadata.Bytes;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;

/**
 * Linux' calls for making files of all kinds, by a directory's descriptor and a name. The JDK lacks
 * device nodes and FIFOs, writes names in the locale's characters where a name is any bytes, and
 * knows only whole paths, which end at 4,096 bytes. For one thread.
 */
final class HostCalls implements AutoCloseable {
  static final int EPERM = 1;
  static final int ENOSPC = 28;
  static final int EDQUOT = 122;
  static final int EOPNOTSUPP = 95;

  private static final int O_WRONLY = 1;
  private static final int O_CREAT = 0100;
  private static final int O_EXCL = 0200;
  private static final int O_CLOEXEC = 02000000;

  /** Its value differs between architectures. */
  private static final int O_DIRECTORY =
      System.getProperty("os.arch").equals("aarch64") ? 040000 : 0200000;

  private static final int AT_FDCWD = -100;
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int NAME_BYTES = 8192;
  private static final int CONTENT_BYTES = 1 << 20;
  private static final long NANOS = 1_000_000_000L;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment state = arena.allocate(CLibrary.STATE);
  private final MemorySegment times = arena.allocate(ValueLayout.JAVA_LONG, 4);
  private final MemorySegment content = arena.allocate(CONTENT_BYTES);

  /** A call that failed, and the kernel's number for it. */
  static final class HostException extends FileSystemException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    HostException(String path, int errno, String reason) {
      super(path, null, reason);
      this.errno = errno;
    }

    int errno() {
      return errno;
    }

    /** Whether nothing more can be written at all. */
    boolean full() {
      return errno == ENOSPC || errno == EDQUOT;
    }
  }

  /** One call. */
  private interface Call {
    int of(Arena names) throws Throwable;
  }

  private int call(String path, Call call) throws HostException {
    int result;
    try (Arena names = Arena.ofConfined()) {
      result = call.of(names);
      if (result < 0) {
        int errno = CLibrary.errno(state);
        throw new HostException(path, errno, Calls.reason(errno));
      }
    } catch (HostException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a C function threw", e);
    }
    return result;
  }

  private static MemorySegment text(Arena names, Bytes bytes) {
    MemorySegment text = names.allocate(bytes.length() + 1L);
    MemorySegment.copy(bytes.unsafeArray(), 0, text, ValueLayout.JAVA_BYTE, 0, bytes.length());
    return text;
  }

  /** The user for whom this process writes; 0 may set owners. */
  int user() {
    try {
      return (int) Calls.GETEUID.invokeExact(state);
    } catch (Throwable e) {
      throw new AssertionError("a C function threw", e);
    }
  }

  /** Opens the directory {@code path}, following links. */
  int openTop(String path) throws IOException {
    Bytes name = Bytes.wrap(path.getBytes(encoding()));
    return call(
        path,
        names ->
            (int)
                Calls.OPENAT.invokeExact(
                    state, AT_FDCWD, text(names, name), O_DIRECTORY | O_CLOEXEC, 0));
  }

  private static java.nio.charset.Charset encoding() {
    return java.nio.charset.Charset.forName(
        System.getProperty("sun.jnu.encoding", "UTF-8"), StandardCharsets.UTF_8);
  }

  /** Makes a directory that only this user may enter, and opens it. */
  int makeDirectory(int at, Bytes name, String path) throws IOException {
    call(path, names -> (int) Calls.MKDIRAT.invokeExact(state, at, text(names, name), 0700));
    return call(
        path,
        names ->
            (int)
                Calls.OPENAT.invokeExact(state, at, text(names, name), O_DIRECTORY | O_CLOEXEC, 0));
  }

  /** Makes a file that only this user may open, and opens it for writing. */
  int makeFile(int at, Bytes name, String path) throws IOException {
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    return call(
        path, names -> (int) Calls.OPENAT.invokeExact(state, at, text(names, name), flags, 0600));
  }

  void makeSymlink(int at, Bytes name, Bytes target, String path) throws IOException {
    call(
        path,
        names ->
            (int) Calls.SYMLINKAT.invokeExact(state, text(names, target), at, text(names, name)));
  }

  /** A further name for the file at {@code source} within the directory {@code top}. */
  void makeLink(int top, Bytes source, int at, Bytes name, String path) throws IOException {
    call(
        path,
        names ->
            (int)
                Calls.LINKAT.invokeExact(
                    state, top, text(names, source), at, text(names, name), 0));
  }

  /**
   * Makes a FIFO, socket or device.
   *
   * @param mode type and permissions, as st_mode
   */
  void makeNode(int at, Bytes name, int mode, long device, String path) throws IOException {
    call(
        path, names -> (int) Calls.MKNODAT.invokeExact(state, at, text(names, name), mode, device));
  }

  void unlink(int at, Bytes name, String path) throws IOException {
    call(path, names -> (int) Calls.UNLINKAT.invokeExact(state, at, text(names, name), 0));
  }

  void write(int file, long offset, ByteBuffer data, String path) throws IOException {
    ByteBuffer target = content.asByteBuffer();
    for (long at = offset; data.hasRemaining(); ) {
      int count = Math.min(CONTENT_BYTES, data.remaining());
      target.clear().put(0, data, data.position(), count);
      long from = at;
      int written =
          call(
              path,
              _ ->
                  Math.toIntExact(
                      (long) Calls.PWRITE.invokeExact(state, file, content, (long) count, from)));
      data.position(data.position() + written);
      at += written;
    }
  }

  void setSize(int file, long sizeBytes, String path) throws IOException {
    call(path, _ -> (int) Calls.FTRUNCATE.invokeExact(state, file, sizeBytes));
  }

  void setOwner(int file, int user, int group, String path) throws IOException {
    call(path, _ -> (int) Calls.FCHOWN.invokeExact(state, file, user, group));
  }

  void setOwner(int at, Bytes name, int user, int group, String path) throws IOException {
    call(
        path,
        names ->
            (int)
                Calls.FCHOWNAT.invokeExact(
                    state, at, text(names, name), user, group, AT_SYMLINK_NOFOLLOW));
  }

  void setPermissions(int file, int permissions, String path) throws IOException {
    call(path, _ -> (int) Calls.FCHMOD.invokeExact(state, file, permissions));
  }

  /** Of what is no symbolic link. */
  void setPermissions(int at, Bytes name, int permissions, String path) throws IOException {
    call(
        path,
        names -> (int) Calls.FCHMODAT.invokeExact(state, at, text(names, name), permissions, 0));
  }

  void setTimes(int file, long accessNanos, long modifyNanos, String path) throws IOException {
    setTimes(accessNanos, modifyNanos);
    call(path, _ -> (int) Calls.FUTIMENS.invokeExact(state, file, times));
  }

  void setTimes(int at, Bytes name, long accessNanos, long modifyNanos, String path)
      throws IOException {
    setTimes(accessNanos, modifyNanos);
    call(
        path,
        names ->
            (int)
                Calls.UTIMENSAT.invokeExact(
                    state, at, text(names, name), times, AT_SYMLINK_NOFOLLOW));
  }

  private void setTimes(long accessNanos, long modifyNanos) {
    times.setAtIndex(ValueLayout.JAVA_LONG, 0, Math.floorDiv(accessNanos, NANOS));
    times.setAtIndex(ValueLayout.JAVA_LONG, 1, Math.floorMod(accessNanos, NANOS));
    times.setAtIndex(ValueLayout.JAVA_LONG, 2, Math.floorDiv(modifyNanos, NANOS));
    times.setAtIndex(ValueLayout.JAVA_LONG, 3, Math.floorMod(modifyNanos, NANOS));
  }

  void setAttribute(int file, Bytes name, Bytes value, String path) throws IOException {
    call(
        path,
        names ->
            (int)
                Calls.FSETXATTR.invokeExact(
                    state, file, text(names, name), text(names, value), (long) value.length(), 0));
  }

  /** Makes all that was written to the file system of {@code file} durable. */
  void sync(int file, String path) throws IOException {
    call(path, _ -> (int) Calls.SYNCFS.invokeExact(state, file));
  }

  void close(int file, String path) throws IOException {
    call(path, _ -> (int) Calls.CLOSE.invokeExact(state, file));
  }

  @Override
  public void close() {
    arena.close();
  }

  /** Found on first use, so that other commands never look for the functions. */
  private static final class Calls {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final MemoryLayout TEXT = ValueLayout.ADDRESS;

    static final MethodHandle OPENAT =
        CLibrary.find(
            "openat",
            FunctionDescriptor.of(INT, INT, TEXT, INT, INT),
            Linker.Option.firstVariadicArg(3));
    static final MethodHandle MKDIRAT = CLibrary.find("mkdirat", INT, TEXT, INT);
    static final MethodHandle SYMLINKAT = CLibrary.find("symlinkat", TEXT, INT, TEXT);
    static final MethodHandle LINKAT = CLibrary.find("linkat", INT, TEXT, INT, TEXT, INT);
    static final MethodHandle MKNODAT = CLibrary.find("mknodat", INT, TEXT, INT, LONG);
    static final MethodHandle UNLINKAT = CLibrary.find("unlinkat", INT, TEXT, INT);
    static final MethodHandle FTRUNCATE = CLibrary.find("ftruncate", INT, LONG);
    static final MethodHandle FCHOWN = CLibrary.find("fchown", INT, INT, INT);
    static final MethodHandle FCHOWNAT = CLibrary.find("fchownat", INT, TEXT, INT, INT, INT);
    static final MethodHandle FCHMOD = CLibrary.find("fchmod", INT, INT);
    static final MethodHandle FCHMODAT = CLibrary.find("fchmodat", INT, TEXT, INT, INT);
    static final MethodHandle FUTIMENS = CLibrary.find("futimens", INT, TEXT);
    static final MethodHandle UTIMENSAT = CLibrary.find("utimensat", INT, TEXT, TEXT, INT);
    static final MethodHandle FSETXATTR = CLibrary.find("fsetxattr", INT, TEXT, TEXT, LONG, INT);
    static final MethodHandle SYNCFS = CLibrary.find("syncfs", INT);
    static final MethodHandle CLOSE = CLibrary.find("close", INT);
    static final MethodHandle GETEUID = CLibrary.find("geteuid");
    static final MethodHandle PWRITE =
        CLibrary.find("pwrite", FunctionDescriptor.of(LONG, INT, TEXT, LONG, LONG));
    private static final MethodHandle STRERROR =
        CLibrary.find("strerror", FunctionDescriptor.of(ValueLayout.ADDRESS, INT));

    private Calls() {}

    @SuppressWarnings("restricted")
    static String reason(int errno) throws Throwable {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment text =
            (MemorySegment) STRERROR.invokeExact(arena.allocate(CLibrary.STATE), errno);
        return text.reinterpret(NAME_BYTES).getString(0);
      }
    }
  }
}
