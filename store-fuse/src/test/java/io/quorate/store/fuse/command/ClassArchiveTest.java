package io.quorate.store.fuse.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.fuse.command.TestShell.Outcome;
import io.quorate.store.net.server.LocalCluster;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The archive of classes that the launcher has commands leave for each other: with the launcher as
 * it is, in a checkout that looks as after a build.
 */
class ClassArchiveTest {
  private static final Outcome LISTING = new Outcome(ExitStatus.DONE, "a\nb\n", "");

  /** Prints the flags that the JVM was given before anything else. */
  private static final String SHOW_FLAGS = "-XX:+PrintCommandLineFlags";

  private static final String MAKES = "-XX:+RecordDynamicDumpInfo";
  private static final String USES = "-XX:SharedArchiveFile=";

  @TempDir static Path root;
  private static LocalCluster cluster;
  private static Path jars;
  private static boolean mounted;

  @TempDir Path temp;

  @BeforeAll
  static void start() throws IOException {
    cluster = LocalCluster.start(3);
    try (Store store =
        new NetConnector()
            .connect(cluster.files().client(), StoreOptions.defaults(), Duration.ofSeconds(10))) {
      Files.createFile(store.path("/a"));
      Files.createFile(store.path("/b"));
    }
    Path bin = Files.createDirectories(root.resolve("store-fuse/bin"));
    for (String script : List.of("quorate", "launcher.bash")) {
      Files.copy(Path.of("bin", script), bin.resolve(script), StandardCopyOption.COPY_ATTRIBUTES);
    }
    Files.createFile(root.resolve("pom.xml"));
    for (String module : List.of("store-core", "store-net", "store-fuse")) {
      Files.createDirectories(root.resolve(module).resolve("src/main"));
      Files.createFile(root.resolve(module).resolve("pom.xml"));
    }
    jars = Files.createDirectories(root.resolve("store-fuse/target/launch-test"));
    addJars();
    Files.writeString(root.resolve("store-fuse/target/launcher.stamp"), "launch-test\n");
  }

  /** The class path of a program may have directories in it; that of an archive may not. */
  private static void addJars() throws IOException {
    String[] parts = System.getProperty("java.class.path").split(File.pathSeparator);
    for (int i = 0; i < parts.length; i++) {
      Path part = Path.of(parts[i]).toAbsolutePath();
      Path jar = jars.resolve(i + ".jar");
      if (Files.isDirectory(part)) {
        int status =
            ToolProvider.findFirst("jar")
                .orElseThrow()
                .run(System.out, System.err, "-cf", jar.toString(), "-C", part.toString(), ".");
        assertEquals(0, status);
      } else if (Files.exists(part)) {
        Files.createSymbolicLink(jar, part);
      }
    }
  }

  @AfterAll
  static void stop() throws IOException {
    cluster.close();
    try (Stream<Path> all = Files.list(jars)) {
      for (Path jar : all.filter(Files::isSymbolicLink).toList()) {
        Files.delete(jar);
      }
    }
  }

  @AfterEach
  void removeArchives() throws IOException {
    for (Path archive : archives()) {
      Files.delete(archive);
    }
  }

  private Process launch(Path out, Path err, String javaOptions, String... words)
      throws IOException {
    List<String> line = new ArrayList<>(List.of(root.resolve("store-fuse/bin/quorate").toString()));
    line.addAll(List.of(words));
    ProcessBuilder builder =
        new ProcessBuilder(line).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("QUORATE_JAVA_OPTS", javaOptions);
    builder.environment().put(ClusterOption.VARIABLE, cluster.files().client().toString());
    Process process = builder.start();
    process.getOutputStream().close();
    return process;
  }

  private Outcome quorate(String javaOptions, String... words) throws Exception {
    Path out = temp.resolve("out");
    Path err = temp.resolve("err");
    int status = launch(out, err, javaOptions, words).waitFor();
    return new Outcome(status, Files.readString(out), Files.readString(err));
  }

  private Outcome list() throws Exception {
    return quorate("", "ls");
  }

  /** All that is beside the jars. */
  private static List<Path> archives() throws IOException {
    try (Stream<Path> all = Files.list(jars)) {
      return all.filter(file -> !file.toString().endsWith(".jar")).toList();
    }
  }

  private Path archive() throws Exception {
    assertEquals(LISTING, list());
    List<Path> archives = archives();
    assertEquals(1, archives.size(), archives::toString);
    return archives.getFirst();
  }

  private String flags(String... words) throws Exception {
    return quorate(SHOW_FLAGS, words).out();
  }

  @Test
  void aClientThatSucceedsLeavesIt() throws Exception {
    assertEquals(ExitStatus.FAILED, quorate("", "ls", "/missing").status());
    assertEquals(ExitStatus.NOT_STARTED, quorate("", "ls", "-c", "nowhere").status());
    assertEquals(ExitStatus.DONE, quorate("", "--help").status());
    assertEquals(List.of(), archives());
    Path archive = archive();
    byte[] first = Files.readAllBytes(archive);
    Path loaded = temp.resolve("loaded");
    assertEquals(LISTING, quorate("-Xlog:class+load:file=" + loaded, "ls"));
    assertTrue(
        Files.readAllLines(loaded, StandardCharsets.UTF_8).stream()
            .anyMatch(
                line ->
                    line.contains(" " + NetConnector.class.getName() + " ")
                        && line.contains("shared objects file (top)")),
        "the classes come from it");
    assertEquals(ExitStatus.FAILED, quorate("", "ls", "/missing").status());
    assertEquals(List.of(archive), archives());
    assertEquals(-1, Arrays.mismatch(first, Files.readAllBytes(archive)), "it stays");
  }

  @Test
  void aDamagedOneIsPassedOver() throws Exception {
    Path archive = archive();
    byte[] whole = Files.readAllBytes(archive);
    byte[] random = new byte[whole.length];
    new SplittableRandom(1).nextBytes(random);
    byte[] header = whole.clone();
    Arrays.fill(header, 8, 600, (byte) 'x');
    for (byte[] damaged :
        List.of(
            Arrays.copyOf(whole, whole.length / 2),
            Arrays.copyOf(whole, 100),
            random,
            Arrays.copyOf(random, 100),
            header)) {
      Files.write(archive, damaged);
      assertEquals(LISTING, list());
      Outcome help = quorate("", "--help");
      assertEquals(ExitStatus.DONE, help.status());
      assertEquals("", help.err());
      assertTrue(help.out().startsWith("Usage: "), help.out());
    }
    Files.write(archive, new byte[0]);
    assertEquals(LISTING, list());
    assertNotEquals(0, Files.size(archive), "as if there were none");
  }

  @Test
  void whereItCannotBeWritten() throws Exception {
    // The last flag wins; the name with the process's number is too long for any file system.
    Path tooLong = jars.resolve("x".repeat(254));
    assertEquals(LISTING, quorate("-Dquorate.archive=" + tooLong, "ls"));
    assertEquals(LISTING, quorate("-Dquorate.archive=" + temp.resolve("no/where"), "ls"));
    assertEquals(List.of(), archives());
  }

  @Test
  void inADirectoryThatIsReadOnly() throws Exception {
    makeReadOnly();
    try {
      assertEquals(LISTING, list());
      assertFalse(flags("ls").contains(MAKES));
      assertEquals(List.of(), archives());
    } finally {
      makeWritable();
    }
    Path archive = archive();
    makeReadOnly();
    try {
      assertEquals(LISTING, list());
      assertTrue(flags("ls").contains(USES + archive));
    } finally {
      makeWritable();
    }
  }

  /** By its mode; for the superuser, whom that does not stop, by a mount over itself. */
  private static void makeReadOnly() throws Exception {
    Files.setPosixFilePermissions(jars, PosixFilePermissions.fromString("r-xr-xr-x"));
    if (Files.isWritable(jars)) {
      run("mount", "--bind", jars.toString(), jars.toString());
      run("mount", "-o", "remount,bind,ro", jars.toString());
      mounted = true;
    }
    assertFalse(Files.isWritable(jars));
  }

  private static void makeWritable() throws Exception {
    if (mounted) {
      run("umount", jars.toString());
      mounted = false;
    }
    Files.setPosixFilePermissions(jars, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void run(String... words) throws Exception {
    assertEquals(
        0, new ProcessBuilder(words).inheritIO().start().waitFor(), List.of(words)::toString);
  }

  @Test
  void severalAtOnce() throws Exception {
    List<Process> running = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      running.add(launch(temp.resolve("out" + i), temp.resolve("err" + i), "", "ls"));
    }
    for (int i = 0; i < 4; i++) {
      int status = running.get(i).waitFor();
      assertEquals(
          LISTING,
          new Outcome(
              status,
              Files.readString(temp.resolve("out" + i)),
              Files.readString(temp.resolve("err" + i))));
    }
    archive();
  }

  @Test
  void onlyClientsMakeItAndPeersDoNotUseIt() throws Exception {
    assertTrue(flags("ls", "/missing").contains(MAKES));
    assertFalse(flags("serve", "-c", "nowhere").contains(MAKES));
    assertFalse(flags("--help").contains(MAKES));
    Path archive = archive();
    assertTrue(flags("ls").contains(USES + archive));
    assertTrue(flags("--help").contains(USES + archive));
    String serve = flags("serve", "-c", "nowhere");
    assertTrue(serve.contains("-XX:+UseSerialGC"), serve);
    assertFalse(serve.contains(USES), serve);
    assertFalse(serve.contains(MAKES), serve);
  }
}
