package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Renames files and directories within the store. */
@Command(
    name = "mv",
    description = {
      "Rename files and directories within the store.",
      "",
      "Each is renamed in one step: everybody sees it under the old name or under the new one."
    },
    customSynopsis = {"quorate mv [-n] FROM TO", "       quorate mv [-n] FROM... DIRECTORY"},
    footerHeading = "%nExamples:%n",
    footer = {"  quorate mv /www.new /www", "  quorate mv /in/a /in/b /out/"})
final class MvCommand extends ChangingCommand {
  @Option(
      names = {"-n", "--no-clobber"},
      description = "Never replace a file that exists.")
  private boolean keepExisting;

  @Parameters(paramLabel = "PATH", arity = "2..*", description = "The last one is the target.")
  private List<String> paths;

  @Override
  int run(Store store) throws Exception {
    List<String> words = paths.subList(0, paths.size() - 1);
    String last = paths.getLast();
    Destination destination = Destination.of(inStore(store, last), last, words.size());
    CopyOption[] options =
        keepExisting ? new CopyOption[0] : new CopyOption[] {StandardCopyOption.REPLACE_EXISTING};
    return each(
        words,
        word -> {
          Path from = inStore(store, word);
          Path to = destination.forSource(from, word);
          Files.move(from, to, options);
          done("mv", to, "from", from.toString());
        });
  }
}
