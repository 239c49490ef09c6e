package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes directories. */
@Command(
    name = "mkdir",
    description = "Make directories.",
    footerHeading = "%nExample:%n",
    footer = "  quorate mkdir -p /www/images/2026")
final class MkdirCommand extends ChangingCommand {
  @Option(
      names = {"-p", "--parents"},
      description = "Parents that are missing as well; no error if it exists.")
  private boolean parents;

  @Parameters(paramLabel = "PATH", arity = "1..*", description = "Directories to make.")
  private List<String> paths;

  @Override
  int run(Store store) throws Exception {
    return each(
        paths,
        word -> {
          Path path = inStore(store, word);
          if (parents) {
            makeAll(path);
          } else {
            Files.createDirectory(path);
            done("mkdir", path);
          }
        });
  }

  /** As {@link Files#createDirectories}, which does not tell which of them it made. */
  private void makeAll(Path path) throws IOException {
    try {
      Files.createDirectory(path);
      done("mkdir", path);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(path)) {
        throw e;
      }
    } catch (NoSuchFileException e) {
      Path parent = path.getParent();
      if (parent == null) {
        throw e;
      }
      makeAll(parent);
      makeAll(path);
    }
  }
}
