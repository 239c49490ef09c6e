package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes hard and symbolic links. */
@Command(
    name = "ln",
    description = "Make a hard or symbolic link.",
    footerHeading = "%nExamples:%n",
    footer = {"  quorate ln -s ../current/site /www/site", "  quorate ln /a /b"})
final class LnCommand extends ChangingCommand {
  @Option(
      names = {"-s", "--symbolic"},
      description = "A symbolic link; TARGET is kept as it is written, and need not exist.")
  private boolean symbolic;

  @Parameters(index = "0", paramLabel = "TARGET", description = "What the link leads to.")
  private String target;

  @Parameters(index = "1", paramLabel = "LINK", description = "The link, or a directory for it.")
  private String link;

  @Override
  int run(Store store) throws IOException {
    Path place = inStore(store, link);
    Path existing = symbolic ? store.fileSystem().getPath(target) : inStore(store, target);
    if (Destination.isDirectory(place) && existing.getFileName() != null) {
      place = place.resolve(existing.getFileName());
    }
    if (symbolic) {
      Files.createSymbolicLink(place, existing);
    } else {
      Files.createLink(place, existing);
    }
    done("ln", place, "target", existing.toString(), "symbolic", symbolic);
    return ExitStatus.DONE;
  }
}
