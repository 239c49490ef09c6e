package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Changes owners and groups. */
@Command(
    name = "chown",
    description = "Change owner and group.",
    footerHeading = "%nExamples:%n",
    footer = {"  quorate chown 1000:1000 /www/a", "  quorate chown -R :33 /www"})
final class ChownCommand extends ChangingCommand {
  @Option(
      names = {"-R", "--recursive"},
      description = "What is below as well. Symbolic links are changed themselves.")
  private boolean recursive;

  @Parameters(index = "0", paramLabel = "OWNER", description = "UID, UID:GID or :GID, as numbers.")
  private String owner;

  @Parameters(index = "1..*", paramLabel = "PATH", arity = "1..*", description = "Files to change.")
  private List<String> paths;

  @Override
  void check() {
    if (!owner.matches("\\d{1,9}(:\\d{1,9})?|:\\d{1,9}")) {
      throw Failure.notStarted(
          "'" + owner + "' is not an owner; peers know numbers: UID, UID:GID or :GID");
    }
  }

  @Override
  int run(Store store) throws Exception {
    List<String> ids = List.of(owner.split(":", -1));
    return each(
        paths,
        word ->
            TreeWalk.of(
                store,
                inStore(store, word),
                word,
                (path, _, facts, _, _) -> {
                  set(path, "unix:uid", ids.getFirst());
                  set(path, "unix:gid", ids.size() > 1 ? ids.getLast() : "");
                  done(
                      "chown",
                      path,
                      "uid",
                      id(ids, 0, facts.uid()),
                      "gid",
                      id(ids, 1, facts.gid()));
                  return recursive;
                }));
  }

  /** What was set, or what it was before. */
  private static int id(List<String> ids, int index, int before) {
    String id = ids.size() > index ? ids.get(index) : "";
    return id.isEmpty() ? before : Integer.parseInt(id);
  }

  private static void set(Path path, String attribute, String id) throws IOException {
    if (!id.isEmpty()) {
      Files.setAttribute(path, attribute, Integer.parseInt(id), LinkOption.NOFOLLOW_LINKS);
    }
  }
}
