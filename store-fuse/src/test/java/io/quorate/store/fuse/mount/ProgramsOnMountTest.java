package io.quorate.store.fuse.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that people use, on two mounts; and on one whose process is killed meanwhile. */
@Timeout(300)
final class ProgramsOnMountTest {
  private static final Path SCRIPT = Path.of("src/test/programs/on-mount").toAbsolutePath();

  /** Acknowledged before the process is killed. */
  private static final int LINES_BEFORE_KILL = 12;

  @TempDir(cleanup = CleanupMode.NEVER)
  private static Path temporary;

  private static MountPair mounts;

  @BeforeAll
  static void mount() throws Exception {
    mounts = MountPair.start("programs", temporary);
  }

  @AfterAll
  static void unmount() throws Exception {
    if (mounts != null) {
      mounts.close();
    }
  }

  private static Process start(Path directory, String... words) throws IOException {
    return new ProcessBuilder(words)
        .directory(directory.toFile())
        .redirectErrorStream(true)
        .start();
  }

  private static String said(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tar", "rsync", "git", "sqlite", "fio", "dbench"})
  void leavesWhatItShould(String program) throws Exception {
    Process script =
        start(
            temporary,
            SCRIPT.toString(),
            mounts.first().directory().toString(),
            mounts.second().directory().toString(),
            "short",
            program);
    String said = said(script);
    assertEquals(0, script.waitFor(), said);
    System.out.print(said);
  }

  /**
   * Runs a shell that says a line for each thing that was acknowledged, kills what serves the mount
   * after some, mounts anew, and has another shell look.
   *
   * @param loop endless; run in a directory of the mount
   * @param look gets a file with the lines as its argument, and fails if something is missing
   */
  private static void killDuring(String name, String loop, String look) throws Exception {
    Path directory = temporary.resolve("killed-" + name);
    List<String> acknowledged = new ArrayList<>();
    try (MountProcess killed = MountProcess.start(mounts.cluster(), 3, directory)) {
      Path work = Files.createDirectory(directory.resolve("killed-" + name));
      Process shell = start(temporary, "sh", "-c", "cd " + work + " && " + loop);
      try (BufferedReader lines = shell.inputReader(StandardCharsets.UTF_8)) {
        while (acknowledged.size() < LINES_BEFORE_KILL) {
          String line = lines.readLine();
          assertTrue(line != null, () -> name + " ended after " + acknowledged);
          acknowledged.add(line);
        }
        killed.kill();
        // What was said before the mount was gone counts as well.
        lines.lines().filter(line -> line.startsWith("done ")).forEach(acknowledged::add);
      }
      shell.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
    Path list = Files.write(Files.createTempFile(temporary, name, ".list"), acknowledged);
    try (MountProcess again = MountProcess.start(mounts.cluster(), 3, directory)) {
      Process shell =
          start(
              again.directory().resolve("killed-" + name),
              "sh",
              "-c",
              look,
              "look",
              list.toString());
      String said = said(shell);
      assertEquals(0, shell.waitFor(), said);
    }
  }

  @Test
  void noFileThatWasSyncedIsLost() throws Exception {
    killDuring(
        "files",
        "i=0; while :; do i=$((i+1)); head -c 20000 /dev/zero | tr '\\0' x |"
            + " dd of=f$i conv=fsync status=none || exit; echo done $i; done",
        "while read word i; do [ $(tr -d x < f$i | wc -c) = 0 ] && [ $(wc -c < f$i) = 20000 ]"
            + " || { echo f$i is not whole; exit 1; }; done < $1");
  }

  @Test
  void noCommitOfGitIsLost() throws Exception {
    killDuring(
        "git",
        "export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@t GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@t;"
            + " git init -q . && git config core.fsync all; i=0; while :; do i=$((i+1));"
            + " echo $i > f$i && git add f$i && git commit -qm $i || exit; echo done $i; done",
        "last=$(tail -n 1 $1); git fsck --strict 2>&1 | grep -v dangling | grep -i 'error\\|missing'"
            + " && exit 1; [ $(git rev-list --count HEAD) -ge ${last#done } ]"
            + " || { echo commits are missing; exit 1; }");
  }

  @Test
  void noTransactionOfSqliteIsLost() throws Exception {
    killDuring(
        "sqlite",
        "sqlite3 db 'pragma journal_mode=wal; create table t(a);' > /dev/null; i=0; while :; do"
            + " i=$((i+1)); sqlite3 db \"pragma synchronous=full; insert into t values($i);\""
            + " || exit; echo done $i; done",
        "last=$(tail -n 1 $1); [ \"$(sqlite3 db 'pragma integrity_check')\" = ok ] &&"
            + " [ $(sqlite3 db 'select count(*) from t') -ge ${last#done } ]"
            + " || { echo transactions are missing; exit 1; }");
  }
}
