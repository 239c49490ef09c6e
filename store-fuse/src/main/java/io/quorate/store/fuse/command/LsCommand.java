package io.quorate.store.fuse.command;

import io.quorate.store.FileEntry;
import io.quorate.store.Store;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists directories. Names come in the store's order (by bytes) and are never all in memory. */
@Command(
    name = "ls",
    description = "List a directory.",
    footerHeading = "%nExamples:%n",
    footer = {"  quorate ls /", "  quorate ls -lR /www", "  quorate ls --json /www"})
final class LsCommand extends ClientCommand {
  @Option(names = "-l", description = "Mode, links, owner, group, size and time as well.")
  private boolean detailed;

  @Option(names = "-H", description = "As -h elsewhere: sizes as 12.3 MiB instead of bytes.")
  private boolean human;

  @Option(
      names = {"-R", "--recursive"},
      description = "Directories below as well.")
  private boolean recursive;

  @Mixin private JsonOption json;

  @Parameters(paramLabel = "PATH", defaultValue = "/", description = "Default: /")
  private List<String> paths;

  private boolean first = true;

  @Override
  int run(Store store) throws Exception {
    return each(
        paths,
        word -> {
          Path path = inStore(store, word);
          if (Destination.isDirectory(path)) {
            list(store, path, word);
          } else {
            // Fails if there is no such thing.
            show(path, word, FileFacts.of(path));
          }
        });
  }

  private void list(Store store, Path directory, String shown) throws IOException {
    if (!json.wanted() && (recursive || paths.size() > 1)) {
      print((first ? "" : "\n") + FileFacts.printable(shown) + ":");
    }
    first = false;
    if (!json.wanted() && !detailed && !recursive) {
      names(directory);
      return;
    }
    List<Path> below = new ArrayList<>();
    try (DirectoryStream<FileEntry> entries = store.list(directory)) {
      for (FileEntry entry : entries) {
        FileFacts facts = FileFacts.of(entry.attributes());
        try {
          show(
              entry.path(),
              json.wanted() ? TreeWalk.join(shown, entry.path()) : name(entry.path()),
              facts);
        } catch (NoSuchFileException e) {
          // Removed since it was listed: then it is not there.
          continue;
        }
        if (recursive && facts.isDirectory()) {
          below.add(entry.path());
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    for (Path entry : below) {
      list(store, entry, TreeWalk.join(shown, entry));
    }
  }

  /** Attributes cost the peer a look at each file, and nobody has asked for them. */
  private void names(Path directory) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      entries.forEach(entry -> print(FileFacts.printable(name(entry))));
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  private void show(Path path, String shown, FileFacts facts) throws IOException {
    if (json.wanted()) {
      print(facts.json(path, shown));
    } else if (detailed) {
      print(
          String.format(
              Locale.ROOT,
              "%s %3d %5d %5d %12s %s %s%s",
              facts.modeText(),
              facts.links(),
              facts.uid(),
              facts.gid(),
              human ? Human.bytes(facts.sizeBytes()) : Long.toString(facts.sizeBytes()),
              FileFacts.time(facts.modified()),
              FileFacts.printable(shown),
              facts.arrow(path)));
    } else {
      print(FileFacts.printable(shown));
    }
  }
}
