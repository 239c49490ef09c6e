package io.quorate.store.fuse.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.fuse.cluster.ProcessCluster;
import io.quorate.store.fuse.cluster.Tmpfs;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * POSIX ACLs by setfacl and getfacl. Each script is run on the kernel's own file system in memory,
 * and must go the same on a mount; what it leaves must show on a mount of another peer.
 */
final class AclOnMountTest {
  /** {@code as} runs a program as one that is not root, in a group of its own. */
  private static final String BEFORE =
      "umask 022; as() { setpriv --reuid=65533 --regid=65533 --clear-groups \"$@\"; }; ";

  /** Everything below, with owners, modes and lists. */
  private static final String SHOW =
      "find . | LC_ALL=C sort | while read -r x; do stat -c '%A %u:%g' \"$x\"; "
          + "[ -L \"$x\" ] || getfacl -n -- \"$x\"; done";

  @TempDir(cleanup = CleanupMode.NEVER)
  private static Path temporary;

  private static ProcessCluster cluster;
  private static MountProcess first;
  private static MountProcess second;
  private static Tmpfs memory;

  @BeforeAll
  static void start() throws Exception {
    MountProcess.assumePossible();
    for (String tool : List.of("setfacl", "setpriv", "rsync")) {
      Assumptions.assumeTrue(has(tool), tool + " is not installed");
    }
    sh(Path.of("/"), "chmod 755 " + temporary);
    memory = new Tmpfs();
    memory.mount(temporary.resolve("control"), 64);
    Assumptions.assumeTrue(
        sh(temporary.resolve("control"), "touch f && setfacl -m u:5:r f && rm f").isEmpty(),
        "this kernel has no ACLs on tmpfs to compare with");
    cluster = ProcessCluster.create(ProcessCluster.Settings.temporary("acl", 3, temporary));
    cluster.start();
    first = MountProcess.start(cluster, 1, temporary.resolve("first"));
    second = MountProcess.start(cluster, 2, temporary.resolve("second"));
  }

  @AfterAll
  static void stop() throws Exception {
    try (Tmpfs ignored = memory;
        ProcessCluster alsoIgnored = cluster;
        MountProcess one = first;
        MountProcess two = second) {
      // Closed in the reverse order.
    }
  }

  private static boolean has(String tool) {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, tool)));
  }

  private static String sh(Path directory, String script) throws Exception {
    Process process =
        new ProcessBuilder("sh", "-c", script)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // The mode and the list change each other.
        "touch f; chmod 640 f; setfacl -m u:65533:rwx,g:7:x f; getfacl -cn f; stat -c %a f;"
            + " chmod 604 f; getfacl -cn f; setfacl -x u:65533 f; getfacl -cn f; stat -c %a f",
        "touch f; setfacl -m u:5:rw f; setfacl -b f; getfacl -cn f; stat -c %a f;"
            + " setfacl -b f; setfacl -m u::rwx,g::x,o::r f; stat -c %A f; getfattr -m - f",
        "touch f; setfacl -m m::rx f; stat -c %A f; getfattr --absolute-names -m - f;"
            + " chmod 2070 f; getfacl -cn f",
        // What is made in a directory with a default.
        "mkdir d; setfacl -d -m u:65533:rwx,g:7:rx d; getfacl -cn d; umask 077; touch d/f;"
            + " mkdir -p d/s/t; mkfifo d/s/p; ln -s f d/l; ln d/f d/s/h; mknod d/n p",
        "mkdir d; setfacl -d -m u::rx,g::rwx,o::- d; umask 0; touch d/f; mkdir d/s; umask 077;"
            + " touch d/s/f; cp /bin/true d/x",
        "mkdir d; chmod 2775 d; chgrp 7 d; setfacl -d -m g:7:rwx d; mkdir d/s; touch d/s/f;"
            + " setfacl -k d; umask 027; touch d/g; mkdir d/t",
        // Who may do what.
        "echo secret > f; chmod 600 f; as cat f; setfacl -m u:65533:r f; as cat f;"
            + " as sh -c 'echo x >> f'; setfacl -m u:65533:rw f; as sh -c 'echo x >> f'; cat f;"
            + " chmod 600 f; as cat f; chmod 640 f; as cat f; as sh -c 'echo y >> f'",
        "echo secret > f; chmod 600 f; setfacl -m g:65533:r f; as cat f; setfacl -m m::- f;"
            + " as cat f; setfacl -b f; chmod 644 f; setfacl -m u:65533:- f; as cat f",
        "mkdir d; chmod 700 d; echo x > d/f; as cat d/f; setfacl -m u:65533:x d; as cat d/f;"
            + " as ls d; as touch d/g; setfacl -m u:65533:rwx d; as ls d; as touch d/g; ls d",
        "touch f; as setfacl -m u:5:r f; as chmod 777 f; chown 65533 f; as setfacl -m u:5:r f",
        // setgid goes if the owner is not in the group.
        "touch f g; chgrp 65533 g; chown 65533 f g; chmod 2770 f g; as setfacl -m u:5:r f g;"
            + " stat -c %a f g; chmod 2770 f; setfacl -m u:6:r f; stat -c %a f",
        // What can not be.
        "touch f; setfacl -d -m u:5:r f; ln -s f l; setfacl -m u:5:r l; getfacl -cn f;"
            + " setfattr -n system.posix_acl_access -v 0x02 f; setfattr -h -n"
            + " system.posix_acl_access -v 0x0200000001000600ffffffff04000400ffffffff20000000"
            + "ffffffff l; setfattr -n system.posix_acl_access -v 0x02000000010006 f;"
            + " setfattr -n system.posix_acl_access -v 0x0200000001000600ffffffff f;"
            + " setfattr -n system.posix_acl_access -v 0x0300000001000600ffffffff04000400fff"
            + "fffff20000000ffffffff f; setfattr -x system.posix_acl_access f",
        // Copies keep them.
        "mkdir a; echo x > a/f; setfacl -m u:65533:rw a/f; chmod 651 a/f; mkdir a/d;"
            + " setfacl -m g:7:rx a/d; setfacl -d -m g:7:rx,u:5:- a/d; echo y > a/d/g; cp -a a b;"
            + " tar --acls -cf t a; mkdir c; tar --acls -C c -xf t; rsync -aA a/ r/; rm t;"
            + " mv a/f a/moved; cat r/d/g"
      })
  void goesAsInMemory(String script) throws Exception {
    List<String> said = new ArrayList<>();
    for (MountProcess mount : new MountProcess[] {null, first}) {
      Path top = mount == null ? temporary.resolve("control") : mount.directory();
      Path directory = Files.createTempDirectory(top, "case");
      Libc.call("chmod", directory.toString(), 0777);
      String here = sh(directory, BEFORE + script);
      Path elsewhere =
          mount == null ? directory : second.directory().resolve(directory.getFileName());
      said.add(here + "----\n" + sh(elsewhere, SHOW));
    }
    assertTrue(said.getFirst().contains("user::"), said.getFirst());
    assertEquals(said.getFirst(), said.getLast());
  }

  @Test
  void whatAnotherPeerSetsCountsAtOnce() throws Exception {
    Path here = first.directory();
    Path there = second.directory();
    sh(here, "echo secret > shared; chmod 600 shared");
    assertTrue(sh(there, BEFORE + "as cat shared").contains("Permission denied"));
    for (int round = 0; round < 5; round++) {
      sh(here, "setfacl -m u:65533:r shared");
      assertEquals("secret\n", sh(there, BEFORE + "as cat shared"));
      sh(here, "setfacl -x u:65533 shared");
      assertTrue(sh(there, BEFORE + "as cat shared").contains("Permission denied"));
    }
  }

  @Test
  void aMountWithoutThemGoesByTheMode() throws Exception {
    sh(first.directory(), "echo x > plain; chmod 600 plain; setfacl -m u:65533:r plain");
    assertEquals("x\n", sh(first.directory(), BEFORE + "as cat plain"));
    Path directory = temporary.resolve("noacl");
    try (MountProcess mount = MountProcess.start(cluster, 3, directory, "-o", "noacl")) {
      assertTrue(sh(mount.directory(), BEFORE + "as cat plain").contains("Permission denied"));
      assertTrue(sh(mount.directory(), "setfacl -m u:5:r plain").contains("not supported"));
      assertFalse(sh(mount.directory(), "getfattr -m - plain").contains("posix_acl"));
    }
  }
}
