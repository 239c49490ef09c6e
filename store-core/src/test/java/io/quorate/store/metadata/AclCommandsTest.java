package io.quorate.store.metadata;

import static io.quorate.store.metadata.Cluster.at;
import static io.quorate.store.metadata.PosixAclTest.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.quorate.store.metadata.Command.XattrMode;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** ACLs and mode bits, as commands change them. */
class AclCommandsTest extends MetadataSuite {
  private static final Bytes LIST = value("u:6 U5:7 g:4 m:5 o:0");

  @BeforeEach
  void makeFiles() {
    c.create("f");
    c.mkdir("d");
    c.ok(new Command.Configure(null, FeatureLevels.POSIX_ACLS));
  }

  private static Command.SetXattr set(String path, Bytes name, Bytes value) {
    return new Command.SetXattr(at(path), name, value, XattrMode.ANY);
  }

  private void expectNone(String path, Bytes name) {
    assertEquals(
        ErrorCode.NO_ATTRIBUTE, ((Answer.Failed) c.ask(new Query.GetXattr(at(path), name))).code());
  }

  private void expect(Bytes value, String path, Bytes name) {
    assertEquals(new Answer.Xattr(value), c.ask(new Query.GetXattr(at(path), name)));
  }

  private void chmod(String path, int permissions) {
    c.ok(new Command.SetAttributes(at(path), AttributeChange.ofPermissions(permissions)));
  }

  @Test
  void aListSetsTheModeAndTheModeTheList() {
    c.ok(set("f", PosixAcl.ACCESS, LIST));
    assertEquals(0650, c.stat("f").permissions());
    expect(LIST, "f", PosixAcl.ACCESS);
    assertEquals(new Answer.Xattrs(List.of(PosixAcl.ACCESS)), c.ask(new Query.ListXattrs(at("f"))));
    chmod("f", 04721);
    expect(value("u:7 U5:7 g:4 m:2 o:1"), "f", PosixAcl.ACCESS);
    c.ok(
        new Command.Publish(
            c.stat("f").inode(),
            -1,
            List.of(),
            List.of(),
            -1,
            AttributeChange.ofPermissions(0600)));
    expect(value("u:6 U5:7 g:4 m:0 o:0"), "f", PosixAcl.ACCESS);
    c.ok(new Command.RemoveXattr(at("f"), PosixAcl.ACCESS));
    assertEquals(0600, c.stat("f").permissions(), "the mask stays what the group has");
    expectNone("f", PosixAcl.ACCESS);
  }

  @Test
  void aListThatSaysWhatTheModeSaysIsNotKept() {
    c.ok(set("f", PosixAcl.ACCESS, LIST));
    c.ok(set("f", PosixAcl.ACCESS, value("u:7 g:1 o:2")));
    assertEquals(0712, c.stat("f").permissions());
    expectNone("f", PosixAcl.ACCESS);
    c.ok(set("f", PosixAcl.ACCESS, LIST));
    c.ok(set("f", PosixAcl.ACCESS, value("")));
    assertEquals(0650, c.stat("f").permissions());
    expectNone("f", PosixAcl.ACCESS);
    c.ok(new Command.RemoveXattr(at("f"), PosixAcl.ACCESS));
  }

  @Test
  void setgidGoesIfItIsToGo() {
    chmod("f", 06770);
    c.ok(set("f", PosixAcl.ACCESS, LIST));
    assertEquals(06650, c.stat("f").permissions());
    c.ok(new Command.SetXattr(at("f"), PosixAcl.ACCESS, LIST, XattrMode.ANY_WITHOUT_SETGID));
    assertEquals(04650, c.stat("f").permissions());
  }

  @Test
  void whatCanNotBeIsRefused() {
    c.symlink("l", "f");
    c.refused(ErrorCode.NOT_SUPPORTED, set("l", PosixAcl.ACCESS, LIST));
    c.refused(ErrorCode.NOT_SUPPORTED, new Command.RemoveXattr(at("l"), PosixAcl.ACCESS));
    c.refused(ErrorCode.INVALID, set("f", PosixAcl.ACCESS, value("u:6 U5:4 g:4 o:4")));
    c.refused(ErrorCode.ACCESS_DENIED, set("f", PosixAcl.DEFAULT, LIST));
    c.ok(set("f", PosixAcl.DEFAULT, value("")));
    c.refused(
        ErrorCode.NO_ATTRIBUTE,
        new Command.SetXattr(at("f"), PosixAcl.ACCESS, LIST, XattrMode.REPLACE));
  }

  @Test
  void whatIsMadeInADirectoryInheritsItsDefault() {
    Bytes standard = value("u:7 U5:7 g:5 m:7 o:5");
    c.ok(set("d", PosixAcl.DEFAULT, standard));
    assertEquals(0755, c.stat("d").permissions(), "the default is not the directory's own");
    int carried = NewPermissions.of(0666, 0077);
    c.ok(new Command.Create(at("d/f"), carried, Caller.ROOT, true));
    assertEquals(0664, c.stat("d/f").permissions(), "the umask is not asked");
    expect(value("u:6 U5:7 g:5 m:6 o:4"), "d/f", PosixAcl.ACCESS);
    expectNone("d/f", PosixAcl.DEFAULT);
    chmod("d", 02755);
    c.ok(new Command.MakeDirectory(at("d/s"), NewPermissions.of(0750, 0777), Caller.ROOT));
    assertEquals(02750, c.stat("d/s").permissions());
    expect(value("u:7 U5:7 g:5 m:5 o:0"), "d/s", PosixAcl.ACCESS);
    expect(standard, "d/s", PosixAcl.DEFAULT);
    c.ok(new Command.MakeNode(at("d/s/n"), FileType.FIFO, 0600, 0, Caller.ROOT));
    expect(value("u:6 U5:7 g:5 m:0 o:0"), "d/s/n", PosixAcl.ACCESS);
    c.put("d/s/p");
    expect(value("u:6 U5:7 g:5 m:4 o:4"), "d/s/p", PosixAcl.ACCESS);
    c.symlink("d/l", "f");
    assertEquals(0777, c.stat("d/l").permissions());
    expectNone("d/l", PosixAcl.ACCESS);
    c.ok(set("d", PosixAcl.DEFAULT, value("u:7 g:1 o:0")));
    c.ok(new Command.Create(at("d/m"), carried, Caller.ROOT, true));
    assertEquals(0600, c.stat("d/m").permissions());
    expectNone("d/m", PosixAcl.ACCESS);
    c.ok(new Command.RemoveXattr(at("d"), PosixAcl.DEFAULT));
    c.ok(new Command.Create(at("d/u"), carried, Caller.ROOT, true));
    assertEquals(0600, c.stat("d/u").permissions(), "now the umask counts");
  }

  @Test
  void belowTheFeatureLevelItIsAnAttributeLikeOthers() {
    c.tables.close();
    Cluster old = Cluster.inMemory();
    old.create("f");
    old.mkdir("d");
    old.ok(set("f", PosixAcl.ACCESS, LIST));
    old.ok(set("d", PosixAcl.DEFAULT, Bytes.utf8("no list")));
    assertEquals(0644, old.stat("f").permissions());
    old.ok(new Command.Create(at("d/f"), NewPermissions.of(0666, 0022), Caller.ROOT, true));
    assertEquals(0644, old.stat("d/f").permissions());
    old.refused(ErrorCode.NO_ATTRIBUTE, new Command.RemoveXattr(at("d/f"), PosixAcl.ACCESS));
    old.ok(new Command.Configure(null, FeatureLevels.POSIX_ACLS));
    old.ok(new Command.Create(at("d/g"), NewPermissions.of(0666, 0022), Caller.ROOT, true));
    assertEquals(0644, old.stat("d/g").permissions(), "what is no list counts for nothing");
    old.check();
    old.close();
    openCluster();
  }

  @Test
  void aLevelThatThisVersionDoesNotKnowEndsThePeer() {
    Command unknown = new Command.Configure(null, FeatureLevels.HIGHEST + 1);
    assertThrows(IllegalStateException.class, () -> c.run(unknown));
  }
}
