package io.quorate.store.metadata;

import static io.quorate.store.metadata.Cluster.at;
import static io.quorate.store.metadata.Cluster.follow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.metadata.Metadata.Change;
import io.quorate.store.metadata.Metadata.Change.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

class NamespaceTest extends MetadataSuite {
  private Command.Create createAt(String path, boolean exclusive) {
    return new Command.Create(at(path), 0644, Caller.ROOT, exclusive);
  }

  private Command.MakeDirectory mkdirAt(String path) {
    return new Command.MakeDirectory(at(path), 0755, Caller.ROOT);
  }

  private Command.Unlink unlink(String path) {
    return new Command.Unlink(at(path));
  }

  private Command.RemoveDirectory rmdir(String path) {
    return new Command.RemoveDirectory(at(path));
  }

  @Test
  void theRootIsThereFromTheStart() {
    Attributes root = c.stat("");
    assertEquals(At.ROOT, root.inode());
    assertEquals(2, root.links());
    assertEquals(0040755, root.mode());
    assertEquals(root, c.stat("/"));
    assertEquals(root, c.stat("."));
    assertEquals(root, c.stat(".."));
  }

  @Test
  void createMakesAFileWithTheEntrysTime() {
    Attributes file = c.node(new Command.Create(at("f"), 07644, new Caller(7, 8), true));
    long stamp = Cluster.stamp(c.metadata.appliedIndex());
    assertEquals(FileType.REGULAR, file.type());
    assertEquals(07644, file.permissions());
    assertEquals(7, file.uid());
    assertEquals(8, file.gid());
    assertEquals(1, file.links());
    assertEquals(0, file.sizeBytes());
    assertEquals(List.of(stamp, stamp, stamp, stamp), times(file));
    assertEquals(c.metadata.appliedIndex(), file.version());
    assertEquals(file, c.stat("f"));
    assertEquals(stamp, c.stat("").mtimeNanos());
    assertEquals(1, c.stat("").sizeBytes());
    assertEquals(List.of(change(Kind.CREATED, file)), c.changes);
  }

  /** Of a file "f" in the root. */
  private static Change change(Kind kind, Attributes file) {
    return new Change(
        kind,
        file.inode(),
        FileType.REGULAR,
        At.ROOT,
        Bytes.EMPTY,
        Bytes.utf8("f"),
        file.contentVersion(),
        0);
  }

  private static List<Long> times(Attributes a) {
    return List.of(a.atimeNanos(), a.mtimeNanos(), a.ctimeNanos(), a.birthNanos());
  }

  @Test
  void createAnswersAnExistingFileUnlessExclusive() {
    Attributes file = c.create("f");
    Result.Node again = assertInstanceOf(Result.Node.class, c.run(createAt("f", false)));
    assertFalse(again.created());
    assertEquals(file, again.attributes());
    c.refused(ErrorCode.EXISTS, createAt("f", true));
    c.mkdir("d");
    c.refused(ErrorCode.IS_DIRECTORY, createAt("d", false));
    c.refused(ErrorCode.EXISTS, createAt("d", true));
    c.refused(ErrorCode.EXISTS, createAt(".", true));
    c.refused(ErrorCode.IS_DIRECTORY, createAt("d/", false));
    c.refused(ErrorCode.IS_DIRECTORY, createAt("new/", false));
    c.refused(ErrorCode.NOT_DIRECTORY, createAt("f/", false));
    c.refused(ErrorCode.NOT_DIRECTORY, createAt("f/x", true));
    c.refused(ErrorCode.NOT_FOUND, createAt("none/x", true));
  }

  @Test
  void createFollowsADanglingLinkIfAsked() {
    c.symlink("link", "target");
    c.refused(ErrorCode.EXISTS, createAt("link", true));
    Attributes made = c.node(new Command.Create(follow("link"), 0644, Caller.ROOT, false));
    assertEquals(made.inode(), c.stat("target").inode());
  }

  @Test
  void namesHaveLimits() {
    String longest = "x".repeat(255);
    c.create(longest);
    c.refused(ErrorCode.NAME_TOO_LONG, createAt(longest + "x", true));
    c.refused(ErrorCode.NAME_TOO_LONG, new Query.Stat(at(longest + "x")));
    c.refused(ErrorCode.NAME_TOO_LONG, createAt("a/".repeat(2048) + "x", true));
    c.refused(ErrorCode.INVALID, createAt("a\0b", true));
    c.refused(ErrorCode.INVALID, new Query.Stat(at("\0")));
  }

  @Test
  void namesAreBytesAndOrderUnsigned() {
    List<byte[]> names =
        List.of(
            new byte[] {(byte) 0xff}, new byte[] {'a'}, new byte[] {(byte) 0x80}, "é".getBytes());
    for (byte[] name : names) {
      c.ok(new Command.Create(At.child(1, Bytes.copyOf(name)), 0644, Caller.ROOT, true));
    }
    Answer.Listing listing =
        (Answer.Listing) c.ask(new Query.ListDirectory(at(""), Bytes.EMPTY, 10, true));
    assertEquals(
        List.of(
            Bytes.copyOf(names.get(1)),
            Bytes.copyOf(names.get(2)),
            Bytes.copyOf(names.get(3)),
            Bytes.copyOf(names.get(0))),
        listing.entries().stream().map(Answer.DirectoryEntry::name).toList());
  }

  @Test
  void mkdirCountsLinks() {
    Attributes d = c.mkdir("d");
    assertEquals(2, d.links());
    assertEquals(3, c.stat("").links());
    c.mkdir("d/e/");
    assertEquals(3, c.stat("d").links());
    c.refused(ErrorCode.EXISTS, mkdirAt("d"));
    c.refused(ErrorCode.EXISTS, mkdirAt("."));
    c.refused(ErrorCode.EXISTS, mkdirAt("/"));
    c.refused(ErrorCode.EXISTS, mkdirAt("d/e/.."));
    c.create("f");
    c.refused(ErrorCode.EXISTS, mkdirAt("f"));
    c.refused(ErrorCode.NOT_DIRECTORY, mkdirAt("f/g"));
  }

  @Test
  void setgidDirectoriesHandTheirGroupDown() {
    c.ok(new Command.MakeDirectory(at("d"), 02775, new Caller(1, 50)));
    Attributes file = c.node(new Command.Create(at("d/f"), 0644, new Caller(2, 3), true));
    assertEquals(50, file.gid());
    assertEquals(0644, file.permissions());
    Attributes sub = c.node(new Command.MakeDirectory(at("d/s"), 0755, new Caller(2, 3)));
    assertEquals(50, sub.gid());
    assertEquals(02755, sub.permissions());
    assertEquals(50, c.symlink("d/l", "x").gid());
  }

  @Test
  void symlinksResolveInTheMiddleAndAtTheEndIfAsked() {
    c.mkdir("d");
    c.create("d/f");
    c.symlink("toD", "d");
    c.symlink("abs", "/d/f");
    c.symlink("d/up", "../abs");
    c.symlink("slash", "d/");
    long f = c.stat("d/f").inode();
    assertEquals(f, c.stat("toD/f").inode());
    assertEquals(f, statFollowing("abs"));
    assertEquals(f, statFollowing("toD/up"));
    assertEquals(f, c.stat("slash/f").inode());
    assertEquals(FileType.SYMLINK, c.stat("abs").type());
    assertEquals(4, c.stat("abs").sizeBytes());
    assertEquals(0120777, c.stat("abs").mode());
    assertEquals(c.stat("d").inode(), c.stat("toD/").inode(), "a slash follows the link");
    c.refused(ErrorCode.NOT_DIRECTORY, new Query.Stat(at("abs/")));
    assertEquals(
        new Answer.Symlink(Bytes.utf8("/d/f")), c.ask(new Query.ReadSymlink(follow("abs"))));
    c.refused(ErrorCode.INVALID, new Query.ReadSymlink(at("d")));
  }

  private long statFollowing(String path) {
    return assertInstanceOf(Answer.Stat.class, c.ask(new Query.Stat(follow(path))))
        .attributes()
        .inode();
  }

  @Test
  void symlinksThatLeadNowhereSaySo() {
    c.symlink("self", "self");
    c.symlink("dangling", "none");
    c.refused(ErrorCode.LOOP, new Query.Stat(follow("self")));
    c.refused(ErrorCode.LOOP, new Query.Stat(at("self/x")));
    c.refused(ErrorCode.NOT_FOUND, new Query.Stat(follow("dangling")));
    c.refused(ErrorCode.NOT_FOUND, new Query.Stat(at("dangling/")));
    c.refused(ErrorCode.NOT_FOUND, new Command.MakeSymlink(at("e"), Bytes.EMPTY, Caller.ROOT));
    c.refused(
        ErrorCode.NAME_TOO_LONG,
        new Command.MakeSymlink(at("e"), Bytes.utf8("x".repeat(4096)), Caller.ROOT));
    c.refused(ErrorCode.INVALID, new Command.MakeSymlink(at("e"), Bytes.utf8("a\0"), Caller.ROOT));
    c.refused(ErrorCode.EXISTS, new Command.MakeSymlink(at("self"), Bytes.utf8("x"), Caller.ROOT));
    c.refused(ErrorCode.NOT_FOUND, new Command.MakeSymlink(at("n/"), Bytes.utf8("x"), Caller.ROOT));
  }

  @Test
  void fortySymlinksAreFollowedAndNoMore() {
    c.create("l0");
    for (int i = 1; i <= 41; i++) {
      c.symlink("l" + i, "l" + (i - 1));
    }
    assertEquals(c.stat("l0").inode(), statFollowing("l40"));
    c.refused(ErrorCode.LOOP, new Query.Stat(follow("l41")));
  }

  @Test
  void dotsResolve() {
    c.mkdir("a");
    c.mkdir("a/b");
    c.create("f");
    assertEquals(c.stat("a"), c.stat("a/b/.."));
    assertEquals(c.stat("a/b"), c.stat("a//./b/../b/."));
    assertEquals(c.stat(""), c.stat("a/../../.."));
    assertEquals(c.stat("a"), c.stat("/a"));
    c.refused(ErrorCode.NOT_DIRECTORY, new Query.Stat(at("f/.")));
    c.refused(ErrorCode.NOT_DIRECTORY, new Query.Stat(at("f/..")));
    c.refused(ErrorCode.NOT_FOUND, new Query.Stat(at("none/..")));
    long f = c.stat("f").inode();
    c.refused(ErrorCode.NOT_DIRECTORY, new Query.Stat(new At(f, Bytes.utf8(".."), false)));
    c.refused(ErrorCode.NOT_DIRECTORY, new Query.Stat(new At(f, Bytes.utf8("x"), false)));
    c.refused(ErrorCode.STALE, new Query.Stat(At.inode(999)));
    c.refused(ErrorCode.STALE, new Query.Stat(new At(999, Bytes.utf8("x"), false)));
  }

  @Test
  void nodesKeepTypeAndDevice() {
    Attributes device =
        c.node(new Command.MakeNode(at("n"), FileType.BLOCK_DEVICE, 0600, 0x801, Caller.ROOT));
    assertEquals(0060600, device.mode());
    assertEquals(0x801, device.device());
    Attributes fifo = c.node(new Command.MakeNode(at("p"), FileType.FIFO, 0600, 5, Caller.ROOT));
    assertEquals(0, fifo.device());
    c.refused(ErrorCode.INVALID, new Query.MapContent(at("p"), 0, 0, 1, 1));
    c.refused(
        ErrorCode.INVALID, new Command.MakeNode(at("d"), FileType.DIRECTORY, 0, 0, Caller.ROOT));
    c.refused(ErrorCode.EXISTS, new Command.MakeNode(at("p"), FileType.FIFO, 0, 0, Caller.ROOT));
    c.refused(ErrorCode.INVALID, new Command.Truncate(at("p"), 0));
  }

  @Test
  void hardLinksCount() {
    Attributes file = c.create("f");
    Attributes linked = c.node(new Command.Link(at("f"), at("g")));
    assertEquals(2, linked.links());
    assertEquals(file.inode(), c.stat("g").inode());
    c.mkdir("d");
    c.refused(ErrorCode.NOT_PERMITTED, new Command.Link(at("d"), at("h")));
    c.refused(ErrorCode.EXISTS, new Command.Link(at("f"), at("g")));
    c.refused(ErrorCode.NOT_FOUND, new Command.Link(at("none"), at("h")));
    c.refused(ErrorCode.NOT_FOUND, new Command.Link(at("f"), at("h/")));
    c.symlink("s", "f");
    assertEquals(FileType.SYMLINK, c.node(new Command.Link(at("s"), at("s2"))).type());
    assertEquals(3, c.node(new Command.Link(follow("s"), at("i"))).links());
    c.ok(unlink("f"));
    assertEquals(2, c.stat("g").links());
    assertEquals(new Answer.Totals(4, 0), c.ask(new Query.Totals()));
  }

  @Test
  void linksEndAtTheLimit() {
    Inode inode = Inode.decode(1, c.tables.get(MetadataTable.INODES, Keys.of(1)));
    assertEquals(2, inode.links);
    long file = c.create("f").inode();
    overwriteLinks(file, Transaction.MAX_LINKS);
    c.refused(ErrorCode.TOO_MANY_LINKS, new Command.Link(at("f"), at("g")));
    overwriteLinks(file, 1);
    overwriteLinks(1, Transaction.MAX_LINKS);
    c.refused(ErrorCode.TOO_MANY_LINKS, mkdirAt("d"));
    c.create("files-do-not-count");
    overwriteLinks(1, 2);
  }

  /** As if so many names were there: making 65,000 takes too long. */
  private void overwriteLinks(long id, int links) {
    Draft draft = new Draft(c.tables, c.metadata.digest());
    Inode inode = new View(draft).need(id);
    inode.links = links;
    draft.put(MetadataTable.INODES, Keys.of(id), inode.encode());
    Digest digest = draft.digest();
    c.tables.write(
        draft
            .toBatch()
            .put(MetadataTable.STATE, new byte[] {'d'}, Keys.of(digest.high(), digest.low())));
    c.metadata = Metadata.open(c.tables, Genesis.DEFAULT);
  }

  @Test
  void unlinkRemovesNamesButNoDirectories() {
    c.create("f");
    c.mkdir("d");
    c.symlink("toD", "d");
    c.refused(ErrorCode.NOT_FOUND, unlink("none"));
    c.refused(ErrorCode.IS_DIRECTORY, unlink("d"));
    c.refused(ErrorCode.IS_DIRECTORY, unlink("."));
    c.refused(ErrorCode.IS_DIRECTORY, unlink(""));
    c.refused(ErrorCode.NOT_DIRECTORY, unlink("f/"));
    c.refused(ErrorCode.NOT_DIRECTORY, unlink("toD/"));
    c.ok(unlink("toD"));
    Attributes file = c.stat("f");
    c.ok(unlink("f"));
    assertEquals(List.of(change(Kind.REMOVED, file)), c.changes);
    c.refused(ErrorCode.NOT_FOUND, new Query.Stat(at("f")));
    assertEquals(List.of("d"), c.list(""));
  }

  @Test
  void rmdirTakesEmptyDirectoriesOnly() {
    c.mkdir("d");
    c.mkdir("d/e");
    c.create("f");
    c.symlink("toE", "d/e");
    c.refused(ErrorCode.NOT_EMPTY, rmdir("d"));
    c.refused(ErrorCode.NOT_DIRECTORY, rmdir("f"));
    c.refused(ErrorCode.NOT_DIRECTORY, rmdir("toE/"));
    c.refused(ErrorCode.NOT_FOUND, rmdir("none"));
    c.refused(ErrorCode.INVALID, rmdir("d/e/."));
    c.refused(ErrorCode.NOT_EMPTY, rmdir("d/e/.."));
    c.refused(ErrorCode.INVALID, rmdir("/"));
    c.ok(rmdir("d/e/"));
    assertEquals(2, c.stat("d").links());
    c.ok(rmdir("d"));
    assertEquals(2, c.stat("").links());
  }

  @Test
  void aRemovedDirectoryTakesNoNames() {
    long d = c.mkdir("d").inode();
    c.ok(rmdir("d"));
    Bytes name = Bytes.utf8("x");
    c.refused(ErrorCode.NOT_FOUND, new Command.Create(At.child(d, name), 0644, Caller.ROOT, true));
    c.refused(ErrorCode.NOT_FOUND, new Query.Stat(At.child(d, Bytes.utf8(".."))));
    c.create("f");
    c.refused(
        ErrorCode.NOT_FOUND,
        new Command.Rename(at("f"), At.child(d, name), Command.RenameMode.REPLACE));
    assertEquals(0, ((Answer.Stat) c.ask(new Query.Stat(At.inode(d)))).attributes().links());
  }

  @Test
  void listingsComeInPages() {
    c.mkdir("d");
    for (int i = 0; i < 25; i++) {
      c.create("d/" + (char) ('a' + i));
    }
    c.create("e"); // A neighbour in the table, which must not show.
    StringBuilder seen = new StringBuilder();
    Bytes after = Bytes.EMPTY;
    int pages = 0;
    boolean end = false;
    while (!end) {
      Answer.Listing page =
          (Answer.Listing) c.ask(new Query.ListDirectory(at("d"), after, 10, pages == 0));
      for (Answer.DirectoryEntry entry : page.entries()) {
        seen.append(entry.name());
        assertEquals(pages == 0, entry.attributes() != null);
        after = entry.name();
      }
      end = page.end();
      pages++;
    }
    assertEquals("abcdefghijklmnopqrstuvwxy", seen.toString());
    assertEquals(3, pages);
    c.refused(ErrorCode.INVALID, new Query.ListDirectory(at("d"), Bytes.EMPTY, 0, false));
    c.refused(ErrorCode.INVALID, new Query.ListDirectory(at("d"), Bytes.EMPTY, 10_001, false));
    c.refused(ErrorCode.NOT_DIRECTORY, new Query.ListDirectory(at("e"), Bytes.EMPTY, 1, false));
  }

  @Test
  void numbersAreNeverUsedTwice() {
    long first = c.create("f").inode();
    c.ok(unlink("f"));
    c.keepAlive();
    c.keepAlive();
    assertEquals(new Answer.Totals(1, 0), c.ask(new Query.Totals()));
    long second = c.create("f").inode();
    assertNotEquals(first, second);
    assertTrue(second > first);
  }
}
