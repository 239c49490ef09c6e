package io.quorate.store.metadata;

import static io.quorate.store.metadata.Cluster.at;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Files that begin without a name. */
class UnnamedFileTest extends MetadataSuite {
  @BeforeEach
  void raise() {
    c.mkdir("d");
    c.refused(ErrorCode.NOT_SUPPORTED, unnamed(true));
    c.ok(new Command.Configure(null, FeatureLevels.UNNAMED_FILES));
  }

  private static Command unnamed(boolean linkable) {
    return new Command.CreateUnnamed(at("d"), 0640, new Caller(7, 8), linkable);
  }

  private static Command link(long inode, String path) {
    return new Command.Link(At.inode(inode), at(path));
  }

  private void expectGone(long inode) {
    Answer.Failed failed =
        assertInstanceOf(Answer.Failed.class, c.ask(new Query.Stat(At.inode(inode))));
    assertEquals(ErrorCode.STALE, failed.code());
  }

  private long inodes() {
    return ((Answer.Totals) c.ask(new Query.Totals())).inodes();
  }

  @Test
  void itGetsANameAndIsLikeAnyOther() {
    Attributes made = c.node(unnamed(true));
    assertEquals(
        List.of(0, 0640, 7, 8), List.of(made.links(), made.permissions(), made.uid(), made.gid()));
    assertEquals(List.of(), c.changes, "nobody has seen it");
    long inode = made.inode();
    c.publish(inode, Cluster.whole(0, c.chunk(100)));
    c.keepAlive(inode);
    c.keepAlive(inode);
    assertEquals(1, c.node(link(inode, "d/f")).links());
    assertEquals(Metadata.Change.Kind.CREATED, c.changes.getFirst().kind());
    c.keepAlive();
    c.keepAlive();
    assertEquals(100, c.stat("d/f").sizeBytes());
    assertEquals(2, c.node(link(inode, "d/g")).links());
    c.ok(new Command.Unlink(at("d/f")));
    c.ok(new Command.Unlink(at("d/g")));
    c.refused(ErrorCode.NOT_FOUND, link(inode, "d/h"));
    c.keepAlive();
    c.keepAlive();
    expectGone(inode);
  }

  @Test
  void itIsGoneWhenItsSessionLetsGo() {
    long before = inodes();
    long inode = c.node(unnamed(true)).inode();
    c.publish(inode, Cluster.whole(0, c.chunk(100)));
    c.keepAlive(inode);
    assertEquals(before + 1, inodes());
    c.keepAlive();
    expectGone(inode);
    assertEquals(before, inodes());
  }

  @Test
  void whatIsGoneInPartGetsNoName() {
    long inode = c.node(unnamed(true)).inode();
    for (int part = 0; part < 3; part++) {
      Extent[] writes = new Extent[1000];
      for (int i = 0; i < writes.length; i++) {
        writes[i] = Cluster.whole(8L * (1000 * part + i), c.chunk(4));
      }
      c.publish(inode, writes);
    }
    c.keepAlive(inode);
    c.keepAlive();
    assertInstanceOf(Answer.Stat.class, c.ask(new Query.Stat(At.inode(inode))), "in part only");
    Result late = c.run(link(inode, "d/f"));
    assertEquals(ErrorCode.NOT_FOUND, assertInstanceOf(Result.Failed.class, late).code());
    c.keepAlive();
    expectGone(inode);
  }

  @Test
  void itIsGoneWhenItsSessionEnds() {
    long before = inodes();
    long inode = c.node(unnamed(true)).inode();
    c.keepAlive(inode);
    long ended = c.session;
    c.use(c.openSession(), 0);
    c.keepAlive();
    assertEquals(before + 1, inodes());
    c.lead(new Command.EndSession(ended));
    c.keepAlive();
    expectGone(inode);
    assertEquals(before, inodes());
  }

  @Test
  void oneThatIsNotToHaveANameGetsNone() {
    long inode = c.node(unnamed(false)).inode();
    c.refused(ErrorCode.NOT_FOUND, link(inode, "d/f"));
  }

  @Test
  void itIsMadeByTheRulesOfItsDirectory() {
    c.ok(
        new Command.SetXattr(
            at("d"),
            PosixAcl.DEFAULT,
            PosixAclTest.value("u:7 U5:7 g:5 m:7 o:5"),
            Command.XattrMode.ANY));
    assertEquals(0640, c.node(unnamed(true)).permissions());
    c.ok(new Command.RemoveDirectory(at("d")));
    c.refused(ErrorCode.NOT_FOUND, unnamed(true));
  }
}
