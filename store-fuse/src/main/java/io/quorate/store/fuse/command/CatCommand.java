package io.quorate.store.fuse.command;

import io.quorate.store.QuorateException;
import io.quorate.store.Store;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Writes files to standard output. */
@Command(
    name = "cat",
    description = "Write files to standard output.",
    footerHeading = "%nExample:%n",
    footer = "  quorate cat /logs/monday /logs/tuesday | less")
final class CatCommand extends ClientCommand {
  @Parameters(paramLabel = "PATH", arity = "1..*", description = "Files in the store.")
  private List<String> paths;

  @Override
  int run(Store store) throws QuorateException {
    int status = ExitStatus.DONE;
    PrintStream out = surroundings().out();
    for (String word : paths) {
      try {
        store.get(inStore(store, word), out);
      } catch (QuorateException e) {
        throw e;
      } catch (IOException e) {
        status = Math.max(status, complain(e));
      }
      if (out.checkError()) {
        throw Failure.failed("standard output was closed before all was written");
      }
    }
    return status;
  }
}
