package io.quorate.store.fuse.kernel;

import io.quorate.store.fuse.kernel.Request.FileLock;
import io.quorate.store.fuse.kernel.Request.Forgotten;
import io.quorate.store.fuse.kernel.Request.Header;
import io.quorate.store.fuse.kernel.Request.LockKind;
import io.quorate.store.metadata.Bytes;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Reads requests. What is not as the protocol has it is refused, never guessed. */
public final class RequestDecoder {
  static final int HEADER_BYTES = 40;

  private static final int KILL_ON_OPEN = 1;
  private static final int KILL_ON_WRITE = 1 << 2;
  private static final int KILL_SETGID = 1;
  private static final int GETATTR_BY_HANDLE = 1;
  private static final int FLOCK = 1;
  private static final int RELEASE_UNLOCKS_FLOCK = 1 << 1;
  private static final int MAX_NODES_FORGOTTEN = 1 << 20;

  private RequestDecoder() {}

  /**
   * Reads the header; the buffer is left at the body.
   *
   * @param message one message, whole, as the device gave it
   */
  public static Header header(ByteBuffer message) throws MalformedRequestException {
    message.order(ByteOrder.nativeOrder());
    int bytes = message.remaining();
    if (bytes < HEADER_BYTES) {
      throw new MalformedRequestException("a request of " + bytes + " bytes has no header");
    }
    int length = message.getInt();
    int opcode = message.getInt();
    Header header =
        new Header(
            opcode,
            message.getLong(),
            message.getLong(),
            message.getInt(),
            message.getInt(),
            message.getInt());
    int extensionBytes = 8 * (message.getShort() & 0xffff);
    message.getShort();
    if (length != bytes || extensionBytes > message.remaining()) {
      throw new MalformedRequestException(
          "request " + opcode + " says " + length + " bytes and has " + bytes);
    }
    message.limit(message.limit() - extensionBytes);
    return header;
  }

  /**
   * Reads the body that belongs to {@code header}.
   *
   * @param agreed flags of {@link InitFlags} that both sides have agreed on
   */
  public static Request body(Header header, ByteBuffer body, long agreed)
      throws MalformedRequestException {
    try {
      return header.opcode() == Opcode.SETXATTR
          ? setXattr(body, (agreed & InitFlags.SETXATTR_EXT) != 0)
          : decode(header, body);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new MalformedRequestException("request " + header.opcode() + " ends early");
    }
  }

  private static Request decode(Header header, ByteBuffer in) throws MalformedRequestException {
    return switch (header.opcode()) {
      case Opcode.LOOKUP -> new Request.Lookup(name(in));
      case Opcode.FORGET -> new Request.Forget(List.of(new Forgotten(header.node(), in.getLong())));
      case Opcode.BATCH_FORGET -> forget(in);
      case Opcode.GETATTR -> getAttributes(in, false);
      case Opcode.STATX -> statx(in);
      case Opcode.SETATTR -> setAttributes(in);
      case Opcode.READLINK -> new Request.ReadLink();
      case Opcode.SYMLINK -> new Request.Symlink(name(in), name(in));
      case Opcode.MKNOD -> makeNode(in);
      case Opcode.MKDIR -> makeDirectory(in);
      case Opcode.UNLINK -> new Request.Unlink(name(in));
      case Opcode.RMDIR -> new Request.RemoveDirectory(name(in));
      case Opcode.RENAME -> rename(in.getLong(), 0, in);
      case Opcode.RENAME2 -> rename2(in);
      case Opcode.LINK -> new Request.Link(in.getLong(), name(in));
      case Opcode.STATFS -> new Request.StatFileSystem();
      case Opcode.GETXATTR -> getXattr(in);
      case Opcode.LISTXATTR -> new Request.ListXattrs(in.getInt());
      case Opcode.REMOVEXATTR -> new Request.RemoveXattr(name(in));
      case Opcode.INIT -> init(in);
      case Opcode.DESTROY -> new Request.Destroy();
      case Opcode.INTERRUPT -> new Request.Interrupt(in.getLong());
      case Opcode.OPENDIR -> new Request.OpenDirectory();
      case Opcode.READDIR -> readDirectory(in, false);
      case Opcode.READDIRPLUS -> readDirectory(in, true);
      case Opcode.RELEASEDIR -> new Request.ReleaseDirectory(in.getLong());
      case Opcode.FSYNCDIR -> new Request.SyncDirectory(in.getLong());
      case Opcode.GETLK -> new Request.TestLock(in.getLong(), lock(in));
      case Opcode.SETLK -> new Request.SetLock(in.getLong(), lock(in), false);
      case Opcode.SETLKW -> new Request.SetLock(in.getLong(), lock(in), true);
      default -> file(header, in);
    };
  }

  private static Request file(Header header, ByteBuffer in) throws MalformedRequestException {
    return switch (header.opcode()) {
      case Opcode.OPEN -> new Request.Open(in.getInt(), (in.getInt() & KILL_ON_OPEN) != 0);
      case Opcode.CREATE -> create(in);
      case Opcode.TMPFILE -> createUnnamed(in);
      case Opcode.READ -> new Request.Read(in.getLong(), in.getLong(), in.getInt());
      case Opcode.WRITE -> write(in);
      case Opcode.FLUSH -> flush(in);
      case Opcode.FSYNC -> new Request.Sync(in.getLong());
      case Opcode.RELEASE -> release(in);
      case Opcode.FALLOCATE ->
          new Request.Allocate(in.getLong(), in.getLong(), in.getLong(), in.getInt());
      case Opcode.LSEEK -> new Request.Seek(in.getLong(), in.getLong(), in.getInt());
      case Opcode.COPY_FILE_RANGE ->
          new Request.CopyRange(
              in.getLong(), in.getLong(), in.getLong(), in.getLong(), in.getLong(), in.getLong());
      default -> new Request.Unknown();
    };
  }

  /** The bytes up to the next zero. */
  private static Bytes name(ByteBuffer in) throws MalformedRequestException {
    int from = in.position();
    while (in.hasRemaining()) {
      if (in.get() == 0) {
        byte[] name = new byte[in.position() - 1 - from];
        in.get(from, name);
        return Bytes.wrap(name);
      }
    }
    throw new MalformedRequestException("a name has no end");
  }

  private static Request init(ByteBuffer in) {
    int major = in.getInt();
    int minor = in.getInt();
    int readahead = in.getInt();
    long flags = in.getInt() & 0xffff_ffffL;
    // Kernels before 7.36 end here.
    flags |= in.remaining() >= Integer.BYTES ? (long) in.getInt() << 32 : 0;
    return new Request.Init(major, minor, readahead, flags);
  }

  private static Request forget(ByteBuffer in) throws MalformedRequestException {
    int count = in.getInt();
    in.getInt();
    if (count < 0 || count > MAX_NODES_FORGOTTEN) {
      throw new MalformedRequestException(count + " nodes to forget at once");
    }
    List<Forgotten> nodes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      nodes.add(new Forgotten(in.getLong(), in.getLong()));
    }
    return new Request.Forget(nodes);
  }

  private static Request getAttributes(ByteBuffer in, boolean birth) {
    int flags = in.getInt();
    in.getInt();
    return new Request.GetAttributes((flags & GETATTR_BY_HANDLE) != 0, in.getLong(), birth);
  }

  /** What it may not ask for, and how fresh it may be, makes no difference: all is told, as is. */
  private static Request statx(ByteBuffer in) {
    Request request = getAttributes(in, true);
    in.getInt();
    in.getInt();
    return request;
  }

  private static Request setAttributes(ByteBuffer in) {
    int valid = in.getInt();
    in.getInt();
    long handle = in.getLong();
    long sizeBytes = in.getLong();
    in.getLong(); // the lock owner
    long atimeSeconds = in.getLong();
    long mtimeSeconds = in.getLong();
    in.getLong(); // ctime is the store's own
    long atimeNanos = nanos(atimeSeconds, in.getInt());
    long mtimeNanos = nanos(mtimeSeconds, in.getInt());
    in.getInt();
    int mode = in.getInt();
    in.getInt();
    return new Request.SetAttributes(
        valid, handle, sizeBytes, atimeNanos, mtimeNanos, mode, in.getInt(), in.getInt());
  }

  /** Times beyond the years that 64 bits of nanoseconds reach are the last that they do. */
  private static long nanos(long seconds, int nanos) {
    long limit = Long.MAX_VALUE / 1_000_000_000 - 1;
    return Math.clamp(seconds, -limit, limit) * 1_000_000_000 + Math.clamp(nanos, 0, 999_999_999);
  }

  private static Request makeNode(ByteBuffer in) throws MalformedRequestException {
    int mode = in.getInt();
    int device = in.getInt();
    int umask = in.getInt();
    in.getInt();
    return new Request.MakeNode(name(in), mode, umask, device);
  }

  private static Request makeDirectory(ByteBuffer in) throws MalformedRequestException {
    int mode = in.getInt();
    int umask = in.getInt();
    return new Request.MakeDirectory(name(in), mode, umask);
  }

  private static Request rename2(ByteBuffer in) throws MalformedRequestException {
    long newDirectory = in.getLong();
    int flags = in.getInt();
    in.getInt();
    return rename(newDirectory, flags, in);
  }

  private static Request rename(long newDirectory, int flags, ByteBuffer in)
      throws MalformedRequestException {
    return new Request.Rename(name(in), newDirectory, name(in), flags);
  }

  private static Request setXattr(ByteBuffer in, boolean extended)
      throws MalformedRequestException {
    int bytes = in.getInt();
    int flags = in.getInt();
    int more = extended ? in.getInt() : 0;
    if (extended) {
      in.getInt();
    }
    Bytes name = name(in);
    if (bytes != in.remaining()) {
      throw new MalformedRequestException("an attribute of " + bytes + " bytes has another length");
    }
    byte[] value = new byte[bytes];
    in.get(value);
    return new Request.SetXattr(name, Bytes.wrap(value), flags, (more & KILL_SETGID) != 0);
  }

  private static Request getXattr(ByteBuffer in) throws MalformedRequestException {
    int bytes = in.getInt();
    in.getInt();
    return new Request.GetXattr(name(in), bytes);
  }

  private static Request create(ByteBuffer in) throws MalformedRequestException {
    int flags = in.getInt();
    int mode = in.getInt();
    int umask = in.getInt();
    in.getInt();
    return new Request.Create(name(in), flags, mode, umask);
  }

  private static Request createUnnamed(ByteBuffer in) {
    int flags = in.getInt();
    int mode = in.getInt();
    int umask = in.getInt();
    in.getInt(); // flags, and after them what the kernel calls it
    return new Request.CreateUnnamed(flags, mode, umask);
  }

  private static Request write(ByteBuffer in) throws MalformedRequestException {
    long handle = in.getLong();
    long offset = in.getLong();
    int bytes = in.getInt();
    int writeFlags = in.getInt();
    in.getLong(); // the lock owner
    int flags = in.getInt();
    in.getInt();
    if (bytes != in.remaining()) {
      throw new MalformedRequestException(
          "a write of " + bytes + " bytes carries " + in.remaining());
    }
    return new Request.Write(handle, offset, in.slice(), flags, (writeFlags & KILL_ON_WRITE) != 0);
  }

  private static Request flush(ByteBuffer in) {
    long handle = in.getLong();
    in.getLong();
    return new Request.Flush(handle, in.getLong());
  }

  private static Request release(ByteBuffer in) {
    long handle = in.getLong();
    in.getInt();
    boolean unlock = (in.getInt() & RELEASE_UNLOCKS_FLOCK) != 0;
    return new Request.Release(handle, unlock, in.getLong());
  }

  private static Request readDirectory(ByteBuffer in, boolean plus) {
    return new Request.ReadDirectory(in.getLong(), in.getLong(), in.getInt(), plus);
  }

  private static FileLock lock(ByteBuffer in) throws MalformedRequestException {
    long owner = in.getLong();
    long start = in.getLong();
    long end = in.getLong();
    int type = in.getInt();
    int pid = in.getInt();
    boolean flock = (in.getInt() & FLOCK) != 0;
    if (type < 0 || type >= LockKind.values().length) {
      throw new MalformedRequestException("a lock of unknown type " + type);
    }
    return new FileLock(owner, flock, start, end, LockKind.values()[type], pid);
  }
}
