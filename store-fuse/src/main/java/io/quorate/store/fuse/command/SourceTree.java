package io.quorate.store.fuse.command;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A tree to put into a store, and what it must look like when read back: each file with the SHA-256
 * of its content, each link with its target. Names are relative, with slashes, and in order, a
 * directory before what is in it.
 *
 * @param origin where it is from, for people
 */
record SourceTree(
    String origin,
    SortedSet<String> directories,
    SortedMap<String, SourceFile> files,
    SortedMap<String, String> links) {
  /** Of the JDK, files above this size stay out: many small ones say more than one large one. */
  private static final long MOST_JDK_FILE_BYTES = 4L << 20;

  private static final long MOST_JDK_BYTES = 48L << 20;
  private static final int MOST_JDK_FILES = 2_000;

  /** A regular file to copy. */
  record SourceFile(Path path, long sizeBytes, String sha256) {}

  long bytes() {
    return files.values().stream().mapToLong(SourceFile::sizeBytes).sum();
  }

  /** All of a directory. */
  static SourceTree of(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw Failure.notStarted("'" + directory + "' is not a directory");
    }
    Collector collector = new Collector(Long.MAX_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE);
    Path root = directory.toRealPath();
    collector.add(root, "");
    SourceTree tree = collector.tree(directory.toString());
    if (tree.files().isEmpty()) {
      throw Failure.notStarted("'" + directory + "' has no files in it");
    }
    return tree;
  }

  /**
   * What any machine has that can run this: the files of the running JDK, and then classes out of
   * its image, up to some thousands.
   */
  static SourceTree ofJdk() throws IOException {
    Collector collector = new Collector(MOST_JDK_FILE_BYTES, MOST_JDK_BYTES, MOST_JDK_FILES);
    Path home = Path.of(System.getProperty("java.home"));
    for (String part : List.of("conf", "include", "legal", "lib")) {
      if (Files.isDirectory(home.resolve(part))) {
        collector.add(home.resolve(part).toRealPath(), part);
      }
    }
    Path image = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules/java.base/java");
    collector.add(image, "classes");
    return collector.tree("the running JDK, " + home);
  }

  /** The SHA-256 of all that {@code in} has, in hex. */
  static String sha256(InputStream in) throws IOException {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[1 << 16];
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      digest.update(buffer, 0, count);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static final class Collector {
    private final long mostFileBytes;
    private final long mostBytes;
    private final int mostFiles;
    private final SortedSet<String> directories = new TreeSet<>();
    private final SortedMap<String, SourceFile> files = new TreeMap<>();
    private final SortedMap<String, String> links = new TreeMap<>();
    private final List<String> leftOut = new ArrayList<>();
    private long bytes;

    Collector(long mostFileBytes, long mostBytes, int mostFiles) {
      this.mostFileBytes = mostFileBytes;
      this.mostBytes = mostBytes;
      this.mostFiles = mostFiles;
    }

    void add(Path root, String prefix) throws IOException {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes a) {
              String name = name(directory);
              if (!name.isEmpty()) {
                directories.add(name);
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              if (files.size() >= mostFiles || bytes >= mostBytes) {
                return FileVisitResult.TERMINATE;
              }
              take(file, attributes, name(file));
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException thrown) {
              leftOut.add(name(file));
              return FileVisitResult.CONTINUE;
            }

            private String name(Path path) {
              String relative = root.relativize(path).toString();
              String slash = prefix.isEmpty() || relative.isEmpty() ? "" : "/";
              return prefix + slash + relative;
            }
          });
    }

    private void take(Path file, BasicFileAttributes attributes, String name) throws IOException {
      if (attributes.isSymbolicLink()) {
        links.put(name, Files.readSymbolicLink(file).toString());
      } else if (attributes.isRegularFile() && attributes.size() <= mostFileBytes) {
        try (InputStream in = Files.newInputStream(file)) {
          files.put(name, new SourceFile(file, attributes.size(), sha256(in)));
          bytes += attributes.size();
        } catch (java.nio.file.AccessDeniedException e) {
          leftOut.add(name);
        }
      }
    }

    SourceTree tree(String origin) {
      String note =
          leftOut.isEmpty()
              ? ""
              : " (without " + Human.count(leftOut.size(), "file") + " that can not be read)";
      return new SourceTree(
          origin + note,
          Collections.unmodifiableSortedSet(directories),
          Collections.unmodifiableSortedMap(files),
          Collections.unmodifiableSortedMap(links));
    }
  }

  /** A name that {@code a} has and {@code b} lacks, or null. */
  static @Nullable String firstLacking(SortedSet<String> a, SortedSet<String> b) {
    return a.stream().filter(name -> !b.contains(name)).findFirst().orElse(null);
  }
}
