package io.quorate.store.metadata;

import static io.quorate.store.metadata.Cluster.at;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quorate.store.metadata.Command.RenameMode;
import io.quorate.store.metadata.Metadata.Change;
import io.quorate.store.metadata.Metadata.Change.Kind;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Over a tree of {@code f g d/ d/e/ d/e/h x/}. */
class RenameTest extends MetadataSuite {
  private long f;
  private long g;
  private long d;

  @BeforeEach
  void makeTree() {
    f = c.create("f").inode();
    g = c.create("g").inode();
    d = c.mkdir("d").inode();
    c.mkdir("d/e");
    c.create("d/e/h");
    c.mkdir("x");
  }

  private static Command.Rename rename(String from, String to) {
    return new Command.Rename(at(from), at(to), RenameMode.REPLACE);
  }

  private static Command.Rename rename(String from, String to, RenameMode mode) {
    return new Command.Rename(at(from), at(to), mode);
  }

  /** Of what was the file "f". */
  private Change change(Kind kind, long parent, String directory, String name, int move) {
    return new Change(
        kind,
        f,
        FileType.REGULAR,
        parent,
        Bytes.utf8(directory),
        Bytes.utf8(name),
        c.stat("x/n").contentVersion(),
        move);
  }

  @Test
  void pathsFollowDirectoriesThatMove() {
    c.mkdir("x/y");
    c.ok(rename("f", "x/y/f"));
    assertEquals("x/y", c.changes.get(1).directory().toString());
    c.ok(rename("x", "z"));
    c.ok(rename("z/y/f", "z/y/g"));
    assertEquals(
        List.of("z/y", "z/y"),
        c.changes.stream().map(change -> change.directory().toString()).toList());
    c.mkdir("w");
    c.ok(rename("z", "w", RenameMode.EXCHANGE));
    c.ok(rename("w/y/g", "w/y/h"));
    assertEquals(
        List.of("w/y", "w/y"),
        c.changes.stream().map(change -> change.directory().toString()).toList());
  }

  @Test
  void aReplacedFileLosesItsName() {
    c.ok(rename("f", "g"));
    assertEquals(
        List.of(Kind.REPLACED, Kind.REMOVED, Kind.CREATED),
        c.changes.stream().map(Change::kind).toList());
    assertEquals(List.of(true, false, false), c.changes.stream().map(Change::ends).toList());
  }

  @Test
  void movesToAFreeName() {
    c.ok(rename("f", "x/n"));
    assertEquals(f, c.stat("x/n").inode());
    assertEquals(List.of("d", "g", "x"), c.list(""));
    assertEquals(
        List.of(
            change(Kind.REMOVED, At.ROOT, "", "f", 1),
            change(Kind.CREATED, c.stat("x").inode(), "x", "n", 1)),
        c.changes);
    long stamp = Cluster.stamp(c.metadata.appliedIndex());
    assertEquals(stamp, c.stat("").mtimeNanos());
    assertEquals(stamp, c.stat("x").mtimeNanos());
    assertEquals(stamp, c.stat("x/n").ctimeNanos());
    assertEquals(c.stat("x/n").birthNanos(), c.stat("x/n").mtimeNanos());
  }

  @Test
  void movesWithinADirectory() {
    c.ok(rename("f", "n"));
    assertEquals(List.of("d", "g", "n", "x"), c.list(""));
    assertEquals(4, c.stat("").sizeBytes());
  }

  @Test
  void replacesAFileAndKeepsItForThoseWhoHaveItOpen() {
    c.ok(rename("f", "g"));
    assertEquals(f, c.stat("g").inode());
    assertEquals(0, ((Answer.Stat) c.ask(new Query.Stat(At.inode(g)))).attributes().links());
    assertEquals(3, c.stat("").sizeBytes());
  }

  @Test
  void twoNamesOfOneInodeStay() {
    c.ok(new Command.Link(at("f"), at("f2")));
    c.ok(rename("f", "f2"));
    assertEquals(List.of("d", "f", "f2", "g", "x"), c.list(""));
    assertEquals(List.of(), c.changes);
    c.ok(rename("f", "f"));
    c.ok(rename("d", "d"));
    c.refused(ErrorCode.EXISTS, rename("f", "f2", RenameMode.NO_REPLACE));
  }

  @Test
  void movesADirectoryWithItsParentsLinks() {
    c.ok(rename("d/e", "x/e2"));
    assertEquals(2, c.stat("d").links());
    assertEquals(3, c.stat("x").links());
    assertEquals(c.stat("x"), c.stat("x/e2/.."));
    assertEquals(List.of("h"), c.list("x/e2"));
  }

  @Test
  void replacesAnEmptyDirectory() {
    c.ok(rename("d", "x"));
    assertEquals(d, c.stat("x").inode());
    assertEquals(3, c.stat("").links());
    c.refused(ErrorCode.NOT_FOUND, new Query.Stat(at("d")));
  }

  @Test
  void respectsTypes() {
    c.refused(ErrorCode.NOT_EMPTY, rename("x", "d"));
    c.refused(ErrorCode.IS_DIRECTORY, rename("f", "x"));
    c.refused(ErrorCode.NOT_DIRECTORY, rename("x", "f"));
    c.refused(ErrorCode.NOT_FOUND, rename("none", "f"));
    c.refused(ErrorCode.NOT_FOUND, rename("f", "none/x"));
    c.refused(ErrorCode.NOT_DIRECTORY, rename("f", "g/x"));
    c.refused(ErrorCode.NOT_DIRECTORY, rename("f/", "n"));
    c.refused(ErrorCode.NOT_DIRECTORY, rename("f", "n/"));
    c.ok(rename("x/", "y/"));
  }

  @Test
  void neverCutsATreeOff() {
    c.refused(ErrorCode.INVALID, rename("d", "d/e/sub"));
    c.refused(ErrorCode.INVALID, rename("d", "d/sub"));
    c.refused(ErrorCode.INVALID, rename("d", "d/e/h"));
    c.refused(ErrorCode.NOT_EMPTY, rename("d/e", "d"));
    c.refused(ErrorCode.INVALID, rename("d", "d/e", RenameMode.EXCHANGE));
    c.refused(ErrorCode.INVALID, rename("d/e", "d", RenameMode.EXCHANGE));
    c.refused(ErrorCode.INVALID, rename("d/e/h", "d", RenameMode.EXCHANGE));
    c.refused(ErrorCode.INVALID, rename("d/.", "n"));
    c.refused(ErrorCode.INVALID, rename("d/e/..", "n"));
    c.refused(ErrorCode.INVALID, rename("f", "d/.."));
    c.refused(ErrorCode.INVALID, rename("/", "n"));
  }

  @Test
  void noReplaceLeavesTheTarget() {
    c.refused(ErrorCode.EXISTS, rename("f", "g", RenameMode.NO_REPLACE));
    c.ok(rename("f", "n", RenameMode.NO_REPLACE));
    assertEquals(f, c.stat("n").inode());
  }

  @Test
  void exchangeSwapsFiles() {
    c.ok(rename("f", "d/e/h", RenameMode.EXCHANGE));
    assertEquals(f, c.stat("d/e/h").inode());
    assertEquals(4, c.stat("").sizeBytes());
    c.ok(rename("f", "g", RenameMode.EXCHANGE));
    assertEquals(g, c.stat("f").inode());
    c.refused(ErrorCode.NOT_FOUND, rename("f", "none", RenameMode.EXCHANGE));
  }

  @Test
  void exchangeSwapsADirectoryWithAFile() {
    c.ok(rename("d/e", "f", RenameMode.EXCHANGE));
    assertEquals(f, c.stat("d/e").inode());
    assertEquals(2, c.stat("d").links());
    assertEquals(5, c.stat("").links());
    assertEquals(c.stat(""), c.stat("f/.."));
  }

  @Test
  void exchangeSwapsDirectories() {
    c.ok(rename("d/e", "x", RenameMode.EXCHANGE));
    assertEquals(3, c.stat("d").links());
    assertEquals(List.of("h"), c.list("x"));
    assertEquals(c.stat(""), c.stat("x/.."));
    assertEquals(d, c.stat("d/e/..").inode());
  }

  @Test
  void symlinksAreRenamedThemselves() {
    c.symlink("l", "x");
    c.ok(rename("l", "m"));
    assertEquals(FileType.SYMLINK, c.stat("m").type());
    c.refused(ErrorCode.NOT_DIRECTORY, rename("m/", "n"));
    c.ok(rename("f", "m"));
    assertEquals(f, c.stat("m").inode());
    assertEquals(FileType.DIRECTORY, c.stat("x").type());
  }
}
