package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
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

  @Option(names = "--json", description = "A JSON array with an object for each file.")
  private boolean json;

  @Parameters(paramLabel = "PATH", defaultValue = "/", description = "Default: /")
  private List<String> paths;

  private boolean first = true;
  private boolean any;

  @Override
  int run(Store store) throws Exception {
    PrintStream out = surroundings().out();
    out.print(json ? "[" : "");
    int status =
        each(
            paths,
            word -> {
              Path path = inStore(store, word);
              if (Destination.isDirectory(path)) {
                list(path, word);
              } else {
                // Fails if there is no such thing.
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                show(path, word);
              }
            });
    out.print(json ? (any ? "\n]\n" : "]\n") : "");
    return status;
  }

  private void list(Path directory, String shown) throws IOException {
    PrintStream out = surroundings().out();
    if (!json && (recursive || paths.size() > 1)) {
      out.println((first ? "" : "\n") + FileFacts.printable(shown) + ":");
    }
    first = false;
    List<Path> below = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        try {
          show(entry, json ? join(shown, name) : name);
          if (recursive && Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
            below.add(entry);
          }
        } catch (NoSuchFileException e) {
          // Removed since it was listed: then it is not there.
          continue;
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    for (Path entry : below) {
      list(entry, join(shown, String.valueOf(entry.getFileName())));
    }
  }

  private static String join(String directory, String name) {
    return directory.endsWith("/") ? directory + name : directory + "/" + name;
  }

  private void show(Path path, String shown) throws IOException {
    PrintStream out = surroundings().out();
    if (json) {
      String object = Json.of(FileFacts.of(path).json(shown));
      out.print((any ? ",\n" : "\n") + object);
    } else if (detailed) {
      FileFacts facts = FileFacts.of(path);
      String target = facts.target() == null ? "" : " -> " + FileFacts.printable(facts.target());
      out.println(
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
              target));
    } else {
      out.println(FileFacts.printable(shown));
    }
    any = true;
  }
}
