package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Removes files and trees. */
@Command(
    name = "rm",
    description = "Remove files and, with -r, directories.",
    footerHeading = "%nExample:%n",
    footer = "  quorate rm -r /www.old")
final class RmCommand extends ChangingCommand {
  private static final int AT_ONCE = 8;

  @Option(
      names = {"-r", "--recursive"},
      description = "Directories with all that is in them.")
  private boolean recursive;

  @Option(
      names = {"-f", "--force"},
      description = "Say nothing of what is not there.")
  private boolean force;

  @Parameters(paramLabel = "PATH", arity = "1..*", description = "What to remove.")
  private List<String> paths;

  @Override
  int run(Store store) throws Exception {
    return each(
        paths,
        word -> {
          Path path = inStore(store, word);
          if (path.equals(store.path("/"))) {
            throw Failure.notStarted("'" + word + "' is the root of the store, which can not go");
          }
          try {
            remove(path, word);
          } catch (NoSuchFileException e) {
            if (!force) {
              throw e;
            }
          }
        });
  }

  private void remove(Path path, String word) throws Exception {
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      Files.delete(path);
      done("rm", path);
    } else if (recursive) {
      removeTree(path);
    } else {
      throw new FileSystemException(word, null, "is a directory; -r removes it with its contents");
    }
  }

  /** Files first, side by side; then the directories, the deepest ones first. */
  private void removeTree(Path root) throws Exception {
    List<Path> directories = new ArrayList<>();
    BoundedTasks tasks = new BoundedTasks(AT_ONCE);
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            tasks.submit(() -> removeOne(file));
            return tasks.failed() ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException thrown)
              throws IOException {
            if (thrown != null) {
              throw thrown;
            }
            directories.add(directory);
            return FileVisitResult.CONTINUE;
          }
        });
    tasks.await();
    for (Path directory : directories) {
      removeOne(directory);
    }
  }

  private void removeOne(Path path) throws IOException {
    if (Files.deleteIfExists(path)) {
      done("rm", path);
    }
  }
}
