package io.quorate.store.fuse.mount;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Runs the same calls on a control and on one mount or two of the same tree, and compares after
 * each what it answered, what all names and open files are now, and which of their times it has
 * moved.
 */
final class CallComparison {
  private final Path control;
  private final List<Path> mounts;

  CallComparison(Path control, List<Path> mounts) {
    this.control = control;
    this.mounts = mounts;
  }

  /** What differs first, or null. */
  String run(List<String> lines) throws Exception {
    Path own = Files.createTempDirectory(control, "calls");
    Libc.call("chmod", own.toString(), 0777);
    Path first = mounts.getFirst().resolve(own.getFileName());
    Files.createDirectory(first);
    Libc.call("chmod", first.toString(), 0777);
    List<Path> there = mounts.stream().map(mount -> mount.resolve(own.getFileName())).toList();
    try (Side expected = new Side(List.of(own), there.size() > 1);
        Side actual = new Side(there, there.size() > 1)) {
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i);
        Map<String, String> right = expected.run(line, i, RandomCalls.names());
        Map<String, String> seen = actual.run(line, i, expected.there());
        right.keySet().retainAll(seen.keySet());
        for (String name : seen.keySet()) {
          if (!isSame(right.getOrDefault(name, ""), seen.get(name))) {
            return "after '%s'%n--- control%n%s%n--- mount%n%s"
                .formatted(line, shown(right), shown(seen));
          }
        }
      }
      String right = tree(own);
      String seen = tree(mounts.getLast().resolve(own.getFileName()));
      return right.equals(seen)
          ? null
          : "at the end\n--- control\n" + right + "\n--- mount\n" + seen;
    } finally {
      remove(own);
      remove(first);
    }
  }

  private static String shown(Map<String, String> all) {
    return String.join(
        "\n", all.entrySet().stream().map(one -> one.getKey() + " " + one.getValue()).toList());
  }

  /** The publish of what was written moves ctime again: that may come later than the write. */
  private static boolean isSame(String right, String seen) {
    return seen.equals(right)
        || (right.endsWith("-")
            && seen.equals(right.substring(0, right.length() - 1) + "c")
            && right.matches("10\\d{4} .*"));
  }

  private static void remove(Path directory) throws Exception {
    new ProcessBuilder("rm", "-rf", directory.toString()).inheritIO().start().waitFor();
  }

  private static String tree(Path directory) throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> found = Files.walk(directory)) {
      for (Path path : found.sorted().toList()) {
        all.append(directory.relativize(path)).append(' ');
        all.append(PosixFacts.of(Libc.User.ROOT, Libc.AT_FDCWD, path.toString(), false));
        if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
          all.append(' ').append(Arrays.hashCode(Files.readAllBytes(path)));
        }
        all.append('\n');
      }
    }
    return all.toString();
  }

  /** The control, a mount, or two. Names are asked for in turns. */
  private static final class Side implements AutoCloseable {
    private final List<PosixCalls> calls = new ArrayList<>();
    private final boolean publishes;
    private List<String> there = List.of();
    private Map<String, PosixFacts.Node> before = new HashMap<>();

    Side(List<Path> roots, boolean publishes) {
      roots.forEach(root -> calls.add(new PosixCalls(root)));
      this.publishes = publishes;
    }

    /** The open file that a line is about: it is on its own mount. Null for names. */
    private static String file(String line) {
      List<String> files = RandomCalls.files();
      return Stream.of(line.split(" ")).filter(files::contains).findFirst().orElse(null);
    }

    /** Names that were there before the last call or are after it. */
    List<String> there() {
      return there;
    }

    /** What it answered, and what there is of each of the names and each open file. */
    Map<String, String> run(String line, int number, List<String> names) throws Exception {
      Map<String, String> all = new TreeMap<>();
      String file = file(line);
      int mount = file == null ? number : RandomCalls.files().indexOf(file) / 2;
      PosixCalls one = calls.get(mount % calls.size());
      all.put("", one.run(line));
      if (publishes && file != null) {
        one.run("fsync " + file); // The other mount is to see it.
      }
      Map<String, PosixFacts.Node> now = new TreeMap<>();
      PosixCalls asked = calls.get((number + 1) % calls.size());
      for (String name : names) {
        now.put(name, asked.node(name));
      }
      now.put(".", asked.node("."));
      there = names.stream().filter(name -> isThere(now, name) || isThere(before, name)).toList();
      for (PosixCalls each : calls) {
        each.open().forEach((name, it) -> now.put(name, PosixFacts.node(it, "")));
      }
      now.forEach((name, node) -> all.put(name, node.facts() + moved(before.get(name), node)));
      before = now;
      return all;
    }

    private static boolean isThere(Map<String, PosixFacts.Node> nodes, String name) {
      return nodes.get(name) instanceof PosixFacts.Node node && node.inode() != 0;
    }

    private static String moved(PosixFacts.Node was, PosixFacts.Node is) {
      if (was == null || was.inode() != is.inode() || is.inode() == 0) {
        return "";
      }
      return (was.mtime().equals(is.mtime()) ? " -" : " m")
          + (was.ctime().equals(is.ctime()) ? "-" : "c")
          + (was.birth().equals(is.birth()) ? "" : " born anew");
    }

    @Override
    public void close() {
      calls.forEach(PosixCalls::close);
    }
  }
}
