package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What {@code put}, {@code get} and {@code cp} share: they differ in direction only. */
abstract class TransferCommand extends ChangingCommand {
  static final String STREAM = "-";

  @Option(
      names = {"-r", "--recursive"},
      description = "Copy directories with all that is in them.")
  private boolean recursive;

  @Mixin private AtOnceOption atOnce;

  @Option(
      names = {"-q", "--quiet"},
      description = "No progress, even on a terminal.")
  private boolean quiet;

  @Override
  void check() {
    atOnce.check();
  }

  /**
   * Copies {@code sources} to {@code destination}, and says so on a terminal.
   *
   * @param words the sources as the user wrote them
   */
  final int transfer(
      Store store,
      String title,
      List<Path> sources,
      List<String> words,
      Destination destination,
      TreeCopy.FileCopier copier)
      throws Exception {
    for (int i = 0; i < sources.size(); i++) {
      // Fails if there is no such thing.
      Files.readAttributes(sources.get(i), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!recursive && Destination.isDirectory(sources.get(i))) {
        throw new FileSystemException(words.get(i), null, "is a directory; -r copies it");
      }
    }
    boolean shown = surroundings().terminal() && !quiet;
    long[] total = shown ? measure(sources) : new long[] {-1, -1};
    try (Progress progress =
        shown
            ? new Progress(surroundings(), title, total[0], total[1])
            : Progress.silent(surroundings())) {
      TreeCopy copy =
          new TreeCopy(
              copier,
              preserve(),
              atOnce.files(),
              progress,
              (source, target, bytes) -> tell(store, title, source, target, bytes),
              this::complain);
      for (int i = 0; i < sources.size(); i++) {
        Path source = sources.get(i);
        Path target = destination.forSource(source, words.get(i));
        if (Destination.isDirectory(source)) {
          refuseIntoItself(source, target, words.get(i));
          copy.tree(source, target);
        } else {
          // A link named on the command line stands for the file that it points to.
          copy.file(source.toRealPath(), target);
        }
      }
      int status = copy.await();
      if (shown) {
        summary(title, progress);
      }
      return status;
    }
  }

  /** Whether modes and times become those of the originals, whatever was there. */
  boolean preserve() {
    return true;
  }

  /** A path as programs are told of it. */
  String shown(Path path, Store store) {
    return path.toString();
  }

  private void tell(Store store, String title, @Nullable Path source, Path target, long bytes) {
    if (source == null) {
      done("mkdir", shown(target, store));
    } else {
      done(title, shown(target, store), "from", shown(source, store), "bytes", bytes);
    }
  }

  /** Such a copy would find what it has just made, and never end. */
  private static void refuseIntoItself(Path source, Path target, String word) throws IOException {
    if (source.getFileSystem() != target.getFileSystem()) {
      return;
    }
    Path existing = target;
    while (existing.getParent() != null && Files.notExists(existing)) {
      existing = existing.getParent();
    }
    if (existing
        .toRealPath()
        .resolve(existing.relativize(target))
        .startsWith(source.toRealPath())) {
      throw new FileSystemException(word, null, "can not be copied into itself");
    }
  }

  private void summary(String title, Progress progress) {
    long nanos = progress.elapsedNanos();
    progress.above(
        () ->
            surroundings()
                .err()
                .println(
                    title
                        + ": "
                        + Human.count(progress.files(), "file")
                        + ", "
                        + Human.bytes(progress.bytes())
                        + " in "
                        + Human.millis(nanos / 1_000_000)
                        + " ("
                        + Human.rate(progress.bytes(), nanos)
                        + ")"));
  }

  /** Files and bytes to come. */
  private static long[] measure(List<Path> sources) throws IOException {
    long[] total = new long[2];
    for (Path source : sources) {
      Files.walkFileTree(
          source,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              total[0]++;
              total[1] += attributes.isRegularFile() ? attributes.size() : 0;
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException thrown) {
              // The copy itself will report it.
              return FileVisitResult.CONTINUE;
            }
          });
    }
    return total;
  }

  /** Progress for a stream that nobody knows the length of. */
  final Progress streamProgress(String title) {
    return quiet ? Progress.silent(surroundings()) : new Progress(surroundings(), title, 1, -1);
  }

  static InputStream counting(InputStream in, Progress progress) {
    return new FilterInputStream(in) {
      @Override
      public int read() throws IOException {
        int value = super.read();
        progress.addBytes(value < 0 ? 0 : 1);
        return value;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = super.read(bytes, offset, length);
        progress.addBytes(Math.max(count, 0));
        return count;
      }
    };
  }

  static OutputStream counting(OutputStream out, Progress progress) {
    return new FilterOutputStream(out) {
      @Override
      public void write(int value) throws IOException {
        out.write(value);
        progress.addBytes(1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
        progress.addBytes(length);
      }
    };
  }

  @Override
  abstract int run(Store store) throws Exception;
}
