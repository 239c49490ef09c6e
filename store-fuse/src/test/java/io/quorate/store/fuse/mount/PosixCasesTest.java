package io.quorate.store.fuse.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.quorate.store.fuse.cluster.ProcessCluster;
import io.quorate.store.fuse.cluster.Tmpfs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Cases as words of {@link PosixCalls}, in files beside this class. Each is run on the kernel's own
 * file system in memory, and must go the same on a mount. Where that one is known to differ from
 * what is right, a line ends in {@code => ANSWER}: the mount must answer that.
 */
final class PosixCasesTest {
  private static final List<String> FILES =
      List.of("privileges", "names", "rights", "content", "attributes", "locks");

  @TempDir(cleanup = CleanupMode.NEVER)
  private static Path temporary;

  private static ProcessCluster cluster;
  private static MountProcess mount;
  private static Tmpfs memory;

  @BeforeAll
  static void start() throws Exception {
    MountProcess.assumePossible();
    Libc.call("chmod", temporary.toString(), 0755);
    memory = new Tmpfs();
    memory.mount(temporary.resolve("control"), 64);
    cluster = ProcessCluster.create(ProcessCluster.Settings.temporary("cases", 3, temporary));
    cluster.start();
    // As a local file system is mounted: what setuid and devices mean is up to who mounts.
    mount = MountProcess.start(cluster, 1, temporary.resolve("mount"), "-o", "suid,dev");
  }

  @AfterAll
  static void stop() throws Exception {
    try (Tmpfs ignored = memory;
        ProcessCluster alsoIgnored = cluster;
        MountProcess last = mount) {
      // Closed in the reverse order.
    }
  }

  /** A name after {@code ==}, and lines. */
  private record Case(String name, List<String> lines) {
    static List<Case> read(String file) throws IOException {
      List<Case> all = new ArrayList<>();
      try (InputStream in = PosixCasesTest.class.getResourceAsStream("cases-" + file + ".txt")) {
        String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        for (String line : text.lines().toList()) {
          if (line.startsWith("== ")) {
            all.add(new Case(file + ": " + line.substring(3), new ArrayList<>()));
          } else if (!line.isBlank() && !line.startsWith("#")) {
            all.getLast().lines().add(line);
          }
        }
      }
      return all;
    }

    /** What each line answers; where it must, on a mount, answer something of its own, that. */
    String run(Path top, boolean control) throws Exception {
      Path directory = Files.createTempDirectory(top, "case");
      Libc.call("chmod", directory.toString(), 0777);
      long umask = Libc.call("umask", 022);
      StringBuilder all = new StringBuilder();
      try (PosixCalls calls = new PosixCalls(directory)) {
        for (String line : lines) {
          String[] both = line.split(" => ", 2);
          String answer = calls.run(both[0]);
          if (control && both.length > 1) {
            answer = both[1].strip();
          }
          all.append(both[0].strip()).append(" → ").append(answer).append('\n');
        }
      } finally {
        Libc.call("umask", umask);
      }
      return all.toString();
    }
  }

  @TestFactory
  Stream<DynamicTest> cases() throws IOException {
    List<Case> all = new ArrayList<>();
    for (String file : FILES) {
      all.addAll(Case.read(file));
    }
    return all.stream().map(one -> DynamicTest.dynamicTest(one.name(), () -> check(one)));
  }

  private static void check(Case one) throws Exception {
    assertFalse(one.lines().isEmpty());
    assertEquals(one.run(temporary.resolve("control"), true), one.run(mount.directory(), false));
  }
}
