package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Reads a tree back through one peer and compares it with its source: the same names, the same
 * links, each file with the same SHA-256.
 */
final class Verification {
  private final SourceTree tree;
  private final int readers;
  private final ReadBack readBack;

  /** How a file is read back; a test may put a liar in its place. */
  interface ReadBack {
    InputStream open(Path path) throws IOException;
  }

  Verification(SourceTree tree, int readers, ReadBack readBack) {
    this.tree = tree;
    this.readers = readers;
    this.readBack = readBack;
  }

  /**
   * What was seen.
   *
   * @param equalFiles how many files were as their source
   * @param differences by name, what is different
   */
  record Report(int equalFiles, long bytes, long nanos, SortedMap<String, String> differences) {}

  Report run(Store store, Path root, Progress progress) throws Exception {
    long startNanos = System.nanoTime();
    SortedMap<String, String> differences = Collections.synchronizedSortedMap(new TreeMap<>());
    compareNames(root, differences);
    for (Map.Entry<String, String> link : tree.links().entrySet()) {
      try {
        String target = Files.readSymbolicLink(root.resolve(link.getKey())).toString();
        if (!target.equals(link.getValue())) {
          differences.put(link.getKey(), "points to " + target + ", not to " + link.getValue());
        }
      } catch (IOException e) {
        differences.put(link.getKey(), Complaint.of(e).line());
      }
    }
    BoundedTasks tasks = new BoundedTasks(readers);
    for (Map.Entry<String, SourceTree.SourceFile> file : tree.files().entrySet()) {
      tasks.submit(
          () -> {
            compareContent(root, file.getKey(), file.getValue(), differences);
            progress.addBytes(file.getValue().sizeBytes());
            progress.addFile();
          });
    }
    tasks.await();
    int different = (int) differences.keySet().stream().filter(tree.files()::containsKey).count();
    return new Report(
        tree.files().size() - different, tree.bytes(), System.nanoTime() - startNanos, differences);
  }

  private void compareContent(
      Path root, String name, SourceTree.SourceFile source, SortedMap<String, String> differences) {
    try (InputStream in = readBack.open(root.resolve(name))) {
      String sha256 = SourceTree.sha256(in);
      if (!sha256.equals(source.sha256())) {
        differences.put(name, "has SHA-256 " + sha256 + ", its source has " + source.sha256());
      }
    } catch (IOException e) {
      differences.put(name, Complaint.of(e).line());
    }
  }

  private void compareNames(Path root, SortedMap<String, String> differences) throws IOException {
    SortedSet<String> expected = new TreeSet<>(tree.directories());
    expected.addAll(tree.files().keySet());
    expected.addAll(tree.links().keySet());
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes a) {
            if (!directory.equals(root)) {
              seen(directory);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes a) {
            seen(file);
            return FileVisitResult.CONTINUE;
          }

          private void seen(Path path) {
            String name = root.relativize(path).toString();
            if (!expected.remove(name)) {
              differences.put(name, "is there, and not in the source");
            }
          }
        });
    for (String name : expected) {
      differences.put(name, "is missing");
    }
  }
}
