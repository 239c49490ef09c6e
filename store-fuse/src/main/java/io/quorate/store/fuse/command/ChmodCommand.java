package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import java.nio.file.Files;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Changes permissions. */
@Command(
    name = "chmod",
    description = "Change permissions.",
    footerHeading = "%nExamples:%n",
    footer = {"  quorate chmod 640 /www/secret", "  quorate chmod -R go-w,a+X /www"})
final class ChmodCommand extends ChangingCommand {
  @Option(
      names = {"-R", "--recursive"},
      description = "What is below as well; symbolic links there are passed over.")
  private boolean recursive;

  @Parameters(index = "0", paramLabel = "MODE", description = "As 755, u+x or go-w,a+X.")
  private String mode;

  @Parameters(index = "1..*", paramLabel = "PATH", arity = "1..*", description = "Files to change.")
  private List<String> paths;

  @Override
  void check() {
    ModeChange.apply(mode, 0, false);
  }

  @Override
  int run(Store store) throws Exception {
    return each(
        paths,
        word ->
            TreeWalk.of(
                store,
                inStore(store, word).toRealPath(),
                word,
                (path, _, facts, _, _) -> {
                  if (!facts.isSymbolicLink()) {
                    // The walk's is as old as its page; what to add to is the mode of now.
                    FileFacts now = FileFacts.of(path);
                    int changed = ModeChange.apply(mode, now.mode(), now.isDirectory());
                    Files.setAttribute(path, "unix:mode", changed);
                    done("chmod", path, "mode", String.format("%04o", changed & 07777));
                  }
                  return recursive;
                }));
  }
}
