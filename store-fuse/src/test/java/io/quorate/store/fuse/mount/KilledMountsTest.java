package io.quorate.store.fuse.mount;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.quorate.store.fuse.cluster.ProcessCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that people use, on the mount of a peer whose process is killed meanwhile: nothing that
 * they were told is stored is lost. All are at work at the one kill, since the locks that it leaves
 * have half a minute to live.
 */
final class KilledMountsTest {
  private static final Path SCRIPT = Path.of("src/test/programs/killed").toAbsolutePath();

  private static final List<String> PROGRAMS =
      List.of("sqlite", "blocks", "fio", "dbench", "git", "tar", "rsync");

  @TempDir(cleanup = CleanupMode.NEVER)
  private static Path temporary;

  @TestFactory
  @Timeout(600)
  Stream<DynamicTest> nothingAcknowledgedIsLost() throws Exception {
    MountProcess.assumePossible();
    try (ProcessCluster cluster =
        ProcessCluster.create(ProcessCluster.Settings.temporary("killed", 3, temporary))) {
      String said = run(cluster.directory());
      System.out.print(said);
      return PROGRAMS.stream().map(program -> verdict(program, said));
    }
  }

  private static DynamicTest verdict(String program, String said) {
    return dynamicTest(
        program,
        () -> {
          assumeFalse(said.contains(program + ": not installed"), () -> program + " is missing");
          assertTrue(said.contains(program + ": as it should be"), said);
        });
  }

  private static String run(Path cluster) throws Exception {
    Path output = temporary.resolve("said");
    Process script =
        new ProcessBuilder(SCRIPT.toString(), command().toString(), cluster.toString(), "short")
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      script.waitFor();
    } finally {
      // Told to end, it takes its peers and their mounts away.
      script.destroy();
      if (!script.waitFor(60, TimeUnit.SECONDS)) {
        script.destroyForcibly();
      }
    }
    return Files.readString(output);
  }

  /** The quorate command as this build has it. */
  private static Path command() throws IOException {
    String words =
        MountProcess.quorate().stream()
            .map(word -> "'" + word + "'")
            .collect(Collectors.joining(" "));
    Path file = temporary.resolve("quorate");
    Files.writeString(file, "#!/bin/sh\nexec " + words + " \"$@\"\n", StandardCharsets.UTF_8);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }
}
