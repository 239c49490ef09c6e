package io.quorate.store.fuse.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.fuse.kernel.KernelHeader.Struct;
import io.quorate.store.fuse.kernel.Request.FileLock;
import io.quorate.store.fuse.kernel.Request.LockKind;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.FileType;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is read and written here is what the installed kernel header says. */
final class KernelHeaderTest {
  private static final Caching CACHE = new Caching(3_000_000_004L, 5_000_000_006L);
  private static final Presentation SHOWN = new Presentation(CACHE, 1, -1, -1, -1);
  private static final Attributes ATTRIBUTES =
      new Attributes(
          77,
          0,
          0,
          0,
          FileType.REGULAR,
          0644,
          2,
          1000,
          100,
          0x1234,
          5000,
          1024,
          1_000_000_002L,
          3_000_000_004L,
          5_000_000_006L,
          7_000_000_008L);

  private static KernelHeader kernel;

  @BeforeAll
  static void read() throws Exception {
    Assumptions.assumeTrue(Files.exists(KernelHeader.FILE), "no " + KernelHeader.FILE);
    kernel = KernelHeader.read();
  }

  private static void sameNumbers(Class<?> ours, Map<String, String> otherNames, String prefix)
      throws Exception {
    int compared = 0;
    for (Field field : ours.getDeclaredFields()) {
      if (!field.getType().isPrimitive()
          || java.lang.reflect.Modifier.isPrivate(field.getModifiers())) {
        continue;
      }
      String name = prefix + otherNames.getOrDefault(field.getName(), field.getName());
      Long theirs = kernel.number(name);
      assertTrue(theirs != null, name + " is not in the header");
      assertEquals(theirs, ((Number) field.get(null)).longValue(), name);
      compared++;
    }
    assertTrue(compared > 0);
  }

  @Test
  void numbers() throws Exception {
    sameNumbers(Opcode.class, Map.of(), "FUSE_");
    sameNumbers(InitFlags.class, Map.of(), "FUSE_");
    sameNumbers(
        Attribute.class, Map.of("HANDLE", "FH", "KILL_PRIVILEGES", "KILL_SUIDGID"), "FATTR_");
    assertEquals(kernel.number("FOPEN_KEEP_CACHE"), OpenFlags.KEEP_CACHE);
    assertEquals(kernel.number("FUSE_KERNEL_VERSION"), Terms.MAJOR);
    assertTrue(kernel.number("FUSE_KERNEL_MINOR_VERSION") >= Terms.OLDEST_MINOR);
  }

  // ---- requests

  /** A request with a structure, then bytes; what is in it names the fields as the kernel does. */
  private static Request decode(int opcode, byte[] structure, String rest) throws Exception {
    return decode(opcode, structure, rest, 0);
  }

  private static Request decode(int opcode, byte[] structure, String rest, long agreed)
      throws Exception {
    byte[] text = rest.getBytes(StandardCharsets.UTF_8);
    Struct header = kernel.struct("fuse_in_header");
    int bytes = header.bytes() + structure.length + text.length;
    ByteBuffer message = ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
    message.put(
        header.with(
            "len", bytes, "opcode", opcode, "unique", 91, "nodeid", 92, "uid", 93, "gid", 94, "pid",
            95));
    message.put(structure).put(text).flip();
    // A copy cut short anywhere is refused or, where only what is unused is missing, decoded alike.
    for (int cut = header.bytes(); cut < bytes; cut++) {
      ByteBuffer shorter = ByteBuffer.allocate(cut).order(ByteOrder.nativeOrder());
      shorter.put(message.array(), 0, cut).flip().putInt(0, cut);
      try {
        RequestDecoder.body(RequestDecoder.header(shorter), shorter, agreed);
      } catch (MalformedRequestException e) {
        continue;
      }
    }
    Request.Header decoded = RequestDecoder.header(message);
    assertEquals(new Request.Header(opcode, 91, 92, 93, 94, 95), decoded);
    return RequestDecoder.body(decoded, message, agreed);
  }

  private static byte[] in(String struct, Object... namesAndValues) {
    return kernel.struct(struct).with(namesAndValues);
  }

  @Test
  void requestsOnNames() throws Exception {
    Bytes a = Bytes.utf8("a");
    Bytes b = Bytes.utf8("b");
    assertEquals(
        new Request.MakeNode(a, 0100644, 027, 0x501),
        decode(
            Opcode.MKNOD,
            in("fuse_mknod_in", "mode", 0100644, "rdev", 0x501, "umask", 027),
            "a\0"));
    assertEquals(
        new Request.MakeDirectory(a, 0755, 027),
        decode(Opcode.MKDIR, in("fuse_mkdir_in", "mode", 0755, "umask", 027), "a\0"));
    assertEquals(
        new Request.Rename(a, 9, b, 0),
        decode(Opcode.RENAME, in("fuse_rename_in", "newdir", 9), "a\0b\0"));
    assertEquals(
        new Request.Rename(a, 9, b, 2),
        decode(Opcode.RENAME2, in("fuse_rename2_in", "newdir", 9, "flags", 2), "a\0b\0"));
    assertEquals(
        new Request.Link(8, a), decode(Opcode.LINK, in("fuse_link_in", "oldnodeid", 8), "a\0"));
    assertEquals(
        new Request.Forget(List.of(new Request.Forgotten(92, 3))),
        decode(Opcode.FORGET, in("fuse_forget_in", "nlookup", 3), ""));
    byte[] one = in("fuse_forget_one", "nodeid", 4, "nlookup", 5);
    byte[] batch = in("fuse_batch_forget_in", "count", 1);
    byte[] both = ByteBuffer.allocate(batch.length + one.length).put(batch).put(one).array();
    assertEquals(
        new Request.Forget(List.of(new Request.Forgotten(4, 5))),
        decode(Opcode.BATCH_FORGET, both, ""));
  }

  @Test
  void requestsOnAttributes() throws Exception {
    assertEquals(
        new Request.GetAttributes(true, 6, false),
        decode(Opcode.GETATTR, in("fuse_getattr_in", "getattr_flags", 1, "fh", 6), ""));
    assertEquals(
        new Request.GetAttributes(true, 6, true),
        decode(
            Opcode.STATX,
            in("fuse_statx_in", "getattr_flags", 1, "fh", 6, "sx_flags", 7, "sx_mask", 8),
            ""));
    assertEquals(
        new Request.SetAttributes(1, 2, 3, 4_000_000_005L, 6_000_000_007L, 8, 9, 10),
        decode(
            Opcode.SETATTR,
            in(
                "fuse_setattr_in",
                "valid",
                1,
                "fh",
                2,
                "size",
                3,
                "atime",
                4,
                "atimensec",
                5,
                "mtime",
                6,
                "mtimensec",
                7,
                "mode",
                8,
                "uid",
                9,
                "gid",
                10),
            ""));
    // Without FUSE_SETXATTR_EXT, which older kernels do not have, its structure ends early.
    byte[] set = in("fuse_setxattr_in", "size", 5, "flags", 1, "setxattr_flags", 1);
    assertEquals(
        new Request.SetXattr(Bytes.utf8("user.a"), Bytes.utf8("value"), 1, true),
        decode(Opcode.SETXATTR, set, "user.a\0value", InitFlags.SETXATTR_EXT));
    int old = kernel.number("FUSE_COMPAT_SETXATTR_IN_SIZE").intValue();
    assertEquals(
        new Request.SetXattr(Bytes.utf8("user.a"), Bytes.utf8("value"), 1, false),
        decode(Opcode.SETXATTR, java.util.Arrays.copyOf(set, old), "user.a\0value"));
    assertEquals(
        new Request.GetXattr(Bytes.utf8("user.a"), 64),
        decode(Opcode.GETXATTR, in("fuse_getxattr_in", "size", 64), "user.a\0"));
    assertEquals(
        new Request.ListXattrs(64),
        decode(Opcode.LISTXATTR, in("fuse_getxattr_in", "size", 64), ""));
  }

  @Test
  void requestsOnFiles() throws Exception {
    assertEquals(
        new Request.Open(02, true),
        decode(Opcode.OPEN, in("fuse_open_in", "flags", 2, "open_flags", 1), ""));
    assertEquals(
        new Request.Create(Bytes.utf8("a"), 0101, 0640, 027),
        decode(
            Opcode.CREATE, in("fuse_create_in", "flags", 0101, "mode", 0640, "umask", 027), "a\0"));
    assertEquals(
        new Request.CreateUnnamed(0101, 0640, 027),
        decode(
            Opcode.TMPFILE,
            in("fuse_create_in", "flags", 0101, "mode", 0640, "umask", 027),
            "/\0"));
    assertEquals(
        new Request.Read(1, 2, 3),
        decode(Opcode.READ, in("fuse_read_in", "fh", 1, "offset", 2, "size", 3), ""));
    byte[] write =
        in("fuse_write_in", "fh", 1, "offset", 2, "size", 4, "write_flags", 4, "flags", 02001);
    assertEquals(
        new Request.Write(1, 2, ByteBuffer.wrap("text".getBytes()), 02001, true),
        decode(Opcode.WRITE, write, "text"));
    assertEquals(
        new Request.Flush(1, 2),
        decode(Opcode.FLUSH, in("fuse_flush_in", "fh", 1, "lock_owner", 2), ""));
    assertEquals(
        new Request.Release(1, true, 3),
        decode(
            Opcode.RELEASE,
            in("fuse_release_in", "fh", 1, "release_flags", 2, "lock_owner", 3),
            ""));
    assertEquals(new Request.Sync(1), decode(Opcode.FSYNC, in("fuse_fsync_in", "fh", 1), ""));
    assertEquals(
        new Request.Allocate(1, 2, 3, 4),
        decode(
            Opcode.FALLOCATE,
            in("fuse_fallocate_in", "fh", 1, "offset", 2, "length", 3, "mode", 4),
            ""));
    assertEquals(
        new Request.Seek(1, 2, 3),
        decode(Opcode.LSEEK, in("fuse_lseek_in", "fh", 1, "offset", 2, "whence", 3), ""));
    assertEquals(
        new Request.CopyRange(1, 2, 3, 4, 5, 6),
        decode(
            Opcode.COPY_FILE_RANGE,
            in(
                "fuse_copy_file_range_in",
                "fh_in",
                1,
                "off_in",
                2,
                "nodeid_out",
                3,
                "fh_out",
                4,
                "off_out",
                5,
                "len",
                6),
            ""));
    assertEquals(
        new Request.ReadDirectory(1, 2, 3, true),
        decode(Opcode.READDIRPLUS, in("fuse_read_in", "fh", 1, "offset", 2, "size", 3), ""));
    assertEquals(
        new Request.SetLock(1, new FileLock(2, true, 3, 4, LockKind.WRITE, 6), true),
        decode(
            Opcode.SETLKW,
            in(
                "fuse_lk_in",
                "fh",
                1,
                "owner",
                2,
                "lk.start",
                3,
                "lk.end",
                4,
                "lk.type",
                1,
                "lk.pid",
                6,
                "lk_flags",
                1),
            ""));
    assertEquals(
        new Request.Interrupt(5),
        decode(Opcode.INTERRUPT, in("fuse_interrupt_in", "unique", 5), ""));
    assertEquals(
        new Request.Init(7, 38, 4096, 0x2_0000_0001L),
        decode(
            Opcode.INIT,
            in(
                "fuse_init_in",
                "major",
                7,
                "minor",
                38,
                "max_readahead",
                4096,
                "flags",
                1,
                "flags2",
                2),
            ""));
  }

  // ---- replies

  private static void replied(ByteBuffer reply, String struct, Object... namesAndValues) {
    int header = kernel.struct("fuse_out_header").bytes();
    ByteBuffer message = Reply.finish(reply, 91, 0);
    assertEquals(header + kernel.struct(struct).bytes(), message.limit(), struct);
    assertEquals(message.limit(), kernel.struct("fuse_out_header").get(message, 0, "len"));
    assertEquals(91, kernel.struct("fuse_out_header").get(message, 0, "unique"));
    holds(message, header, struct, namesAndValues);
  }

  private static void holds(ByteBuffer in, int at, String struct, Object... namesAndValues) {
    for (int i = 0; i < namesAndValues.length; i += 2) {
      String name = (String) namesAndValues[i];
      long value = ((Number) namesAndValues[i + 1]).longValue();
      assertEquals(value, kernel.struct(struct).get(in, at, name), struct + "." + name);
    }
  }

  @Test
  void repliesWithAttributes() {
    Object[] attributes = {
      "attr.ino",
      77,
      "attr.size",
      5000,
      "attr.blocks",
      2,
      "attr.atime",
      1,
      "attr.atimensec",
      2,
      "attr.mtime",
      3,
      "attr.mtimensec",
      4,
      "attr.ctime",
      5,
      "attr.ctimensec",
      6,
      "attr.mode",
      0100644,
      "attr.nlink",
      2,
      "attr.uid",
      1000,
      "attr.gid",
      100,
      "attr.rdev",
      0x1234
    };
    replied(Reply.attributes(ATTRIBUTES, SHOWN), "fuse_attr_out", attributes);
    replied(
        Reply.attributes(ATTRIBUTES, SHOWN),
        "fuse_attr_out",
        "attr_valid",
        5,
        "attr_valid_nsec",
        6);
    replied(Reply.entry(ATTRIBUTES, SHOWN), "fuse_entry_out", attributes);
    replied(
        Reply.entry(ATTRIBUTES, SHOWN),
        "fuse_entry_out",
        "nodeid",
        77,
        "entry_valid",
        3,
        "entry_valid_nsec",
        4,
        "attr_valid",
        5,
        "attr_valid_nsec",
        6);
    ByteBuffer created = Reply.finish(Reply.created(ATTRIBUTES, SHOWN, 8, 2), 91, 0);
    int entry = kernel.struct("fuse_out_header").bytes() + kernel.struct("fuse_entry_out").bytes();
    holds(created, entry, "fuse_open_out", "fh", 8, "open_flags", 2);
  }

  @Test
  void repliesWithTheTimeOfBirth() {
    replied(
        Reply.attributesAndBirth(ATTRIBUTES, SHOWN),
        "fuse_statx_out",
        "attr_valid",
        5,
        "attr_valid_nsec",
        6,
        "flags",
        0,
        "stat.mask",
        kernel.number("STATX_BASIC_STATS") | kernel.number("STATX_BTIME"),
        "stat.attributes",
        0,
        "stat.attributes_mask",
        0,
        "stat.blksize",
        4096,
        "stat.nlink",
        2,
        "stat.uid",
        1000,
        "stat.gid",
        100,
        "stat.mode",
        0100644,
        "stat.ino",
        77,
        "stat.size",
        5000,
        "stat.blocks",
        2,
        "stat.atime.tv_sec",
        1,
        "stat.atime.tv_nsec",
        2,
        "stat.mtime.tv_sec",
        3,
        "stat.mtime.tv_nsec",
        4,
        "stat.ctime.tv_sec",
        5,
        "stat.ctime.tv_nsec",
        6,
        "stat.btime.tv_sec",
        7,
        "stat.btime.tv_nsec",
        8,
        "stat.rdev_major",
        0x12,
        "stat.rdev_minor",
        0x34);
  }

  @Test
  void notices() {
    int header = kernel.struct("fuse_out_header").bytes();
    int node = header + kernel.struct("fuse_notify_inval_inode_out").bytes();
    ByteBuffer content = Notice.content(8);
    assertEquals(node, content.limit());
    assertEquals(0, content.getLong(8), "it answers no request");
    assertEquals(kernel.number("FUSE_NOTIFY_INVAL_INODE"), content.getInt(4));
    holds(content, header, "fuse_notify_inval_inode_out", "ino", 8, "off", 0, "len", 0);
    holds(Notice.attributes(8), header, "fuse_notify_inval_inode_out", "ino", 8, "off", -1);
    ByteBuffer expired = Notice.name(8, Bytes.utf8("abc"), true);
    holds(expired, header, "fuse_notify_inval_entry_out", "flags", Notice.EXPIRE_ONLY);
    assertEquals(kernel.number("FUSE_EXPIRE_ONLY"), Notice.EXPIRE_ONLY);
    ByteBuffer name = Notice.name(8, Bytes.utf8("abc"), false);
    assertEquals(kernel.number("FUSE_NOTIFY_INVAL_ENTRY"), name.getInt(4));
    holds(name, header, "fuse_notify_inval_entry_out", "parent", 8, "namelen", 3, "flags", 0);
    int text = header + kernel.struct("fuse_notify_inval_entry_out").bytes();
    assertEquals(text + 4, name.limit());
    assertEquals('a', name.get(text));
    assertEquals(0, name.get(text + 3));
    assertEquals(header, Notice.names().limit());
  }

  @Test
  void repliesOfNumbers() {
    replied(Reply.opened(8, 2), "fuse_open_out", "fh", 8, "open_flags", 2);
    replied(Reply.written(9), "fuse_write_out", "size", 9);
    replied(Reply.size(9), "fuse_getxattr_out", "size", 9);
    replied(Reply.offset(1L << 40), "fuse_lseek_out", "offset", 1L << 40);
    replied(
        Reply.lock(new FileLock(0, false, 3, 4, LockKind.WRITE, 6)),
        "fuse_lk_out",
        "lk.start",
        3,
        "lk.end",
        4,
        "lk.type",
        1,
        "lk.pid",
        6);
    replied(
        Reply.statFileSystem(40_960, 8_192, 3, 4, 255),
        "fuse_statfs_out",
        "st.blocks",
        10,
        "st.bfree",
        2,
        "st.bavail",
        2,
        "st.files",
        7,
        "st.ffree",
        4,
        "st.bsize",
        4096,
        "st.frsize",
        4096,
        "st.namelen",
        255);
    replied(
        Reply.init(new Terms(7, 38, 131_072, 0x2_0000_0001L, 1 << 20, 256, 64)),
        "fuse_init_out",
        "major",
        7,
        "minor",
        38,
        "max_readahead",
        131_072,
        "flags",
        1,
        "flags2",
        2,
        "max_background",
        64,
        "congestion_threshold",
        48,
        "max_write",
        1 << 20,
        "time_gran",
        1,
        "max_pages",
        256);
  }

  @Test
  void listings() {
    for (boolean plus : new boolean[] {false, true}) {
      DirectoryReply reply = new DirectoryReply(4096, plus);
      assertTrue(reply.add(Bytes.utf8("abc"), 77, FileType.REGULAR, ATTRIBUTES, 5, SHOWN));
      assertTrue(reply.add(Bytes.utf8("d"), 78, FileType.DIRECTORY, ATTRIBUTES, 6, SHOWN));
      ByteBuffer message = Reply.finish(reply.finish(), 91, 0);
      int at = kernel.struct("fuse_out_header").bytes();
      int entry = plus ? kernel.struct("fuse_entry_out").bytes() : 0;
      Object[] first = {"ino", 77, "off", 5, "namelen", 3, "type", 8};
      holds(message, at + entry, "fuse_dirent", first);
      int name = kernel.struct("fuse_dirent").field("name").offset();
      assertEquals('a', message.get(at + entry + name));
      int next = at + entry + (name + 3 + 7) / 8 * 8;
      holds(message, next + entry, "fuse_dirent", "ino", 78, "off", 6, "namelen", 1, "type", 4);
      assertEquals(next + entry + (name + 1 + 7) / 8 * 8, message.limit());
    }
  }
}
