package io.quorate.store.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules that show in the sources only; for every module of the checkout. */
class SourceFilesTest {

  private static final int MAX_LINES = 800;
  private static final Set<String> EMPTY_NAMES =
      Set.of("impl", "util", "utils", "common", "helper", "helpers", "manager", "managers");
  private static final Pattern MONITOR = Pattern.compile("^\\s*synchronized\\s*\\(");
  private static final Path CHECKOUT = Path.of("").toAbsolutePath().getParent();

  @Test
  void theCheckoutKeepsTheRules() throws IOException {
    List<Path> files = new ArrayList<>();
    for (String module : List.of("store-core", "store-net", "store-fuse", "benchmarks")) {
      files.addAll(javaFiles(CHECKOUT.resolve(module).resolve("src")));
    }
    assertTrue(files.size() > 20, "found only " + files + " under " + CHECKOUT);
    assertEquals(List.of(), problems(files));
  }

  @Test
  void everyRuleCatches(@TempDir Path checkout) throws IOException {
    write(checkout.resolve("src/main/java/a/Long.java"), "//\n".repeat(MAX_LINES + 1));
    write(checkout.resolve("src/main/java/a/package-info.java"), "package a;\n");
    write(checkout.resolve("src/main/java/b/util/Fine.java"), "//\n".repeat(MAX_LINES));
    write(checkout.resolve("store-core/src/main/java/c/package-info.java"), "@NullMarked\n");
    write(checkout.resolve("store-core/src/main/java/c/Monitor.java"), "  synchronized (this) {\n");
    assertEquals(
        Set.of(
            "Long.java: 801 lines; 800 are the most",
            "Monitor.java: a monitor escapes the simulator's scheduler; use a ReentrantLock",
            "Fine.java: no package is named util; say what it is for",
            "Fine.java: its package has no @NullMarked package-info.java",
            "Long.java: its package has no @NullMarked package-info.java"),
        new TreeSet<>(problems(javaFiles(checkout))));
  }

  private static List<String> problems(List<Path> files) throws IOException {
    List<String> problems = new ArrayList<>();
    for (Path file : files) {
      List<String> lines = Files.readAllLines(file);
      Path directory = file.getParent();
      String name = file.getFileName().toString();
      if (lines.size() > MAX_LINES) {
        problems.add(name + ": " + lines.size() + " lines; " + MAX_LINES + " are the most");
      }
      for (Path part : packageOf(directory)) {
        if (EMPTY_NAMES.contains(part.toString())) {
          problems.add(name + ": no package is named " + part + "; say what it is for");
        }
      }
      if (!name.equals("package-info.java") && inMain(file) && !isNullMarked(directory)) {
        problems.add(name + ": its package has no @NullMarked package-info.java");
      }
      if (file.toString().contains("/store-core/src/main/")
          && lines.stream().anyMatch(line -> MONITOR.matcher(line).find())) {
        problems.add(name + ": a monitor escapes the simulator's scheduler; use a ReentrantLock");
      }
    }
    return problems;
  }

  /** What follows the source root, so that the place of the checkout does not count. */
  private static Path packageOf(Path directory) {
    String path = directory.toString();
    int root = path.lastIndexOf("/java/");
    return Path.of(root < 0 ? "" : path.substring(root + "/java/".length()));
  }

  private static boolean inMain(Path file) {
    return file.toString().contains("/src/main/java/");
  }

  private static boolean isNullMarked(Path directory) throws IOException {
    Path info = directory.resolve("package-info.java");
    return Files.exists(info) && Files.readString(info).contains("@NullMarked");
  }

  private static List<Path> javaFiles(Path root) throws IOException {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    }
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
