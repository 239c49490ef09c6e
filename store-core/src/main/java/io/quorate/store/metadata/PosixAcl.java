package io.quorate.store.metadata;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * An access control list as POSIX 1003.1e draft 17 has it, and what it and the mode bits do to each
 * other. The value of the attributes {@link #ACCESS} and {@link #DEFAULT} is that of Linux,
 * little-endian:
 *
 * <pre>
 * version:4 (2)  { tag:2  permissions:2  id:4 }*
 * </pre>
 *
 * <p>The entries are in the order of their tags: owner, users, group, groups, mask, others; there
 * is a mask if a user or group is named.
 */
public final class PosixAcl {
  /** The attribute that says who may use an inode. */
  public static final Bytes ACCESS = Bytes.utf8("system.posix_acl_access");

  /** The attribute of a directory that says what is made in it begins with. */
  public static final Bytes DEFAULT = Bytes.utf8("system.posix_acl_default");

  private static final int VERSION = 2;
  private static final int HEADER_BYTES = 4;
  private static final int ENTRY_BYTES = 8;
  private static final int RIGHTS = 07;
  private static final int CLASSES = 0777;

  /** Whom an entry is about; the codes are those of Linux. */
  private enum Tag {
    OWNER(0x01),
    USER(0x02),
    GROUP(0x04),
    NAMED_GROUP(0x08),
    MASK(0x10),
    OTHERS(0x20);

    private final int code;

    Tag(int code) {
      this.code = code;
    }

    boolean names() {
      return this == USER || this == NAMED_GROUP;
    }

    static Tag of(int code) {
      for (Tag tag : values()) {
        if (tag.code == code) {
          return tag;
        }
      }
      throw invalid("there is no tag " + code);
    }
  }

  private record Entry(Tag tag, int rights, int id) {
    Entry with(int others) {
      return new Entry(tag, others, id);
    }
  }

  private final List<Entry> entries;

  private PosixAcl(List<Entry> entries) {
    this.entries = List.copyOf(entries);
  }

  /** Whether it is one of the two. */
  public static boolean isName(Bytes name) {
    return name.equals(ACCESS) || name.equals(DEFAULT);
  }

  /** What to do to something new. */
  record Inherited(int permissions, PosixAcl acl) {}

  // ---- the value

  /**
   * Reads a value.
   *
   * @throws Refused if it is none, with what is wrong
   */
  static PosixAcl decode(Bytes value) {
    ByteBuffer in = ByteBuffer.wrap(value.unsafeArray()).order(ByteOrder.LITTLE_ENDIAN);
    if (in.remaining() < HEADER_BYTES || (in.remaining() - HEADER_BYTES) % ENTRY_BYTES != 0) {
      throw invalid(in.remaining() + " bytes");
    }
    int version = in.getInt();
    if (version != VERSION) {
      throw new Refused(ErrorCode.NOT_SUPPORTED, "an ACL of version " + version);
    }
    List<Entry> entries = new ArrayList<>();
    while (in.hasRemaining()) {
      Tag tag = Tag.of(in.getShort() & 0xffff);
      entries.add(new Entry(tag, in.getShort() & 0xffff, in.getInt()));
    }
    check(entries);
    return new PosixAcl(entries);
  }

  private static void check(List<Entry> entries) {
    int[] counts = new int[Tag.values().length];
    Tag before = Tag.OWNER;
    boolean named = false;
    for (Entry entry : entries) {
      if ((entry.rights() & ~RIGHTS) != 0) {
        throw invalid("an entry has the rights " + Integer.toOctalString(entry.rights()));
      }
      if (entry.tag().compareTo(before) < 0) {
        throw invalid(entry.tag() + " comes after " + before);
      }
      if (entry.tag().names() && entry.id() == -1) {
        throw invalid("an entry names nobody");
      }
      before = entry.tag();
      named |= entry.tag().names();
      counts[before.ordinal()]++;
    }
    if (entries.isEmpty()) {
      return; // Linux takes it for none at all.
    }
    for (Tag tag : List.of(Tag.OWNER, Tag.GROUP, Tag.OTHERS)) {
      if (counts[tag.ordinal()] != 1) {
        throw invalid(counts[tag.ordinal()] + " entries for " + tag);
      }
    }
    int masks = counts[Tag.MASK.ordinal()];
    if (masks > 1 || named && masks == 0) {
      throw invalid(masks + " masks");
    }
  }

  private static Refused invalid(String what) {
    return new Refused(ErrorCode.INVALID, "no ACL: " + what);
  }

  Bytes encode() {
    ByteBuffer out =
        ByteBuffer.allocate(HEADER_BYTES + ENTRY_BYTES * entries.size())
            .order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(VERSION);
    for (Entry entry : entries) {
      out.putShort((short) entry.tag().code).putShort((short) entry.rights()).putInt(entry.id());
    }
    return Bytes.wrap(out.array());
  }

  // ---- the mode bits

  /** Whether it says nothing. */
  boolean isEmpty() {
    return entries.isEmpty();
  }

  /** Whether the mode bits say all that it says. */
  boolean isMinimal() {
    return entries.stream().noneMatch(entry -> entry.tag().names() || entry.tag() == Tag.MASK);
  }

  private boolean hasMask() {
    return entries.stream().anyMatch(entry -> entry.tag() == Tag.MASK);
  }

  /** By how far the mode's bits for an entry are to be shifted; −1 if none are about it. */
  private static int shift(Tag tag, boolean mask) {
    return switch (tag) {
      case OWNER -> 6;
      case GROUP -> mask ? -1 : 3;
      case MASK -> 3;
      case OTHERS -> 0;
      case USER, NAMED_GROUP -> -1;
    };
  }

  /** {@code permissions} with the bits of the three classes as this list has them. */
  int permissions(int permissions) {
    boolean mask = hasMask();
    int classes = 0;
    for (Entry entry : entries) {
      int shift = shift(entry.tag(), mask);
      classes |= shift < 0 ? 0 : entry.rights() << shift;
    }
    return permissions & ~CLASSES | classes;
  }

  /**
   * An access list that the store has given, as it is once the mode has these permissions; as it is
   * if it is no list, which it may be if it was stored below the feature level.
   */
  public static Bytes withPermissions(Bytes list, int permissions) {
    try {
      return decode(list).withPermissions(permissions).encode();
    } catch (Refused e) {
      return list;
    }
  }

  /** What chmod(2) makes of it: owner, mask (the group where there is none) and others. */
  PosixAcl withPermissions(int permissions) {
    boolean mask = hasMask();
    List<Entry> changed = new ArrayList<>(entries.size());
    for (Entry entry : entries) {
      int shift = shift(entry.tag(), mask);
      changed.add(shift < 0 ? entry : entry.with(permissions >> shift & RIGHTS));
    }
    return new PosixAcl(changed);
  }

  /** What something made with {@code permissions} where this is the default begins with. */
  Inherited inherited(int permissions) {
    boolean mask = hasMask();
    List<Entry> left = new ArrayList<>(entries.size());
    for (Entry entry : entries) {
      int shift = shift(entry.tag(), mask);
      left.add(shift < 0 ? entry : entry.with(entry.rights() & permissions >> shift));
    }
    PosixAcl acl = new PosixAcl(left);
    return new Inherited(acl.permissions(permissions), acl);
  }
}
