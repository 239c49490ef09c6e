package io.quorate.store.metadata;

import static io.quorate.store.metadata.Cluster.at;
import static io.quorate.store.metadata.Cluster.follow;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quorate.store.metadata.Command.XattrMode;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AttributeTest extends MetadataSuite {
  private static final Bytes NAME = Bytes.utf8("user.a");

  @BeforeEach
  void makeFile() {
    c.create("f");
  }

  private Attributes set(String path, AttributeChange change) {
    return c.node(new Command.SetAttributes(at(path), change));
  }

  private static AttributeChange owner(Integer uid, Integer gid) {
    return new AttributeChange(null, uid, gid, null, null, null);
  }

  @Test
  void eachAttributeIsSetAlone() {
    assertEquals(07755, set("f", AttributeChange.ofPermissions(0107755)).permissions());
    assertEquals(3, set("f", owner(3, null)).uid());
    Attributes a = set("f", new AttributeChange(null, null, 4, 1L, 2L, 3L));
    assertEquals(List.of(3, 4), List.of(a.uid(), a.gid()));
    assertEquals(List.of(1L, 2L, 3L), List.of(a.atimeNanos(), a.mtimeNanos(), a.birthNanos()));
    assertEquals(Cluster.stamp(c.metadata.appliedIndex()), a.ctimeNanos());
    assertEquals(c.metadata.appliedIndex(), a.version());
    Attributes now = set("f", AttributeChange.ofTimes(AttributeChange.NOW, null));
    assertEquals(Cluster.stamp(c.metadata.appliedIndex()), now.atimeNanos());
    assertEquals(2, now.mtimeNanos());
    assertEquals(-5, set("f", AttributeChange.ofTimes(null, -5L)).mtimeNanos());
  }

  @Test
  void aNewOwnerDropsSetuidAndSetgid() {
    set("f", AttributeChange.ofPermissions(06755));
    assertEquals(0755, set("f", owner(3, null)).permissions());
    set("f", AttributeChange.ofPermissions(02744));
    assertEquals(02744, set("f", owner(null, 5)).permissions(), "setgid without group execute");
    assertEquals(06755, set("f", new AttributeChange(06755, 9, 9, null, null, null)).permissions());
    c.mkdir("d");
    set("d", AttributeChange.ofPermissions(02755));
    assertEquals(02755, set("d", owner(1, 1)).permissions());
  }

  @Test
  void symlinksHaveOwnersAndTimesButNoPermissions() {
    c.symlink("l", "f");
    assertEquals(7, set("l", owner(7, null)).uid());
    assertEquals(0, c.stat("f").uid());
    c.refused(
        ErrorCode.NOT_SUPPORTED,
        new Command.SetAttributes(at("l"), AttributeChange.ofPermissions(0)));
    assertEquals(
        0600,
        c.node(new Command.SetAttributes(follow("l"), AttributeChange.ofPermissions(0600)))
            .permissions());
    c.refused(ErrorCode.NOT_FOUND, new Command.SetAttributes(at("none"), AttributeChange.NONE));
  }

  private Command setXattr(Bytes name, Bytes value, XattrMode mode) {
    return new Command.SetXattr(at("f"), name, value, mode);
  }

  @Test
  void xattrsAreSetListedAndRemoved() {
    c.ok(setXattr(NAME, Bytes.utf8("1"), XattrMode.CREATE));
    c.ok(setXattr(Bytes.utf8("user.b"), Bytes.EMPTY, XattrMode.ANY));
    c.refused(ErrorCode.EXISTS, setXattr(NAME, Bytes.utf8("2"), XattrMode.CREATE));
    c.ok(setXattr(NAME, Bytes.utf8("2"), XattrMode.REPLACE));
    c.refused(
        ErrorCode.NO_ATTRIBUTE, setXattr(Bytes.utf8("user.c"), Bytes.EMPTY, XattrMode.REPLACE));
    assertEquals(new Answer.Xattr(Bytes.utf8("2")), c.ask(new Query.GetXattr(at("f"), NAME)));
    assertEquals(
        new Answer.Xattrs(List.of(NAME, Bytes.utf8("user.b"))),
        c.ask(new Query.ListXattrs(at("f"))));
    c.ok(new Command.RemoveXattr(at("f"), NAME));
    c.refused(ErrorCode.NO_ATTRIBUTE, new Command.RemoveXattr(at("f"), NAME));
    c.refused(ErrorCode.NO_ATTRIBUTE, new Query.GetXattr(at("f"), NAME));
    c.mkdir("d");
    assertEquals(new Answer.Xattrs(List.of()), c.ask(new Query.ListXattrs(at("d"))));
  }

  @Test
  void xattrsHaveLimits() {
    Bytes longest = Bytes.utf8("n".repeat(255));
    Bytes largest = Bytes.wrap(new byte[64 << 10]);
    c.ok(setXattr(longest, largest, XattrMode.ANY));
    c.refused(ErrorCode.RANGE, setXattr(Bytes.utf8("n".repeat(256)), largest, XattrMode.ANY));
    c.refused(ErrorCode.RANGE, setXattr(NAME, Bytes.wrap(new byte[(64 << 10) + 1]), XattrMode.ANY));
    c.refused(ErrorCode.RANGE, setXattr(Bytes.EMPTY, largest, XattrMode.ANY));
    c.refused(ErrorCode.INVALID, setXattr(Bytes.utf8("a\0"), largest, XattrMode.ANY));
    for (int i = 1; i < 256; i++) {
      Bytes name = Bytes.utf8("%03d".formatted(i) + "n".repeat(252));
      c.ok(setXattr(name, Bytes.EMPTY, XattrMode.ANY));
    }
    c.refused(ErrorCode.NO_SPACE, setXattr(NAME, Bytes.EMPTY, XattrMode.ANY));
    c.ok(setXattr(longest, Bytes.EMPTY, XattrMode.ANY));
  }

  @Test
  void xattrsGoWithThePurgedInode() {
    c.ok(setXattr(NAME, Bytes.utf8("1"), XattrMode.ANY));
    c.ok(new Command.Unlink(at("f")));
    c.keepAlive();
    c.keepAlive();
    try (var cursor = c.tables.scan(MetadataTable.XATTRS, new byte[0], null)) {
      assertEquals(false, cursor.next());
    }
  }
}
