package io.quorate.store.fuse.command;

import io.quorate.store.QuorateException;
import io.quorate.store.Store;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what the store knows of a file. */
@Command(
    name = "stat",
    description = "Show size, mode, owner and times of files.",
    footerHeading = "%nExample:%n",
    footer = "  quorate stat /www/index.html")
final class StatCommand extends ClientCommand {
  @Option(names = "--json", description = "A line of JSON for each file.")
  private boolean json;

  @Parameters(paramLabel = "PATH", arity = "1..*", description = "Symbolic links are not followed.")
  private List<String> paths;

  @Override
  int run(Store store) throws QuorateException {
    int status = ExitStatus.DONE;
    for (String word : paths) {
      Path path = inStore(store, word);
      try {
        FileFacts facts = FileFacts.of(path);
        if (json) {
          surroundings().out().println(Json.of(facts.json(path, path.toString())));
        } else {
          print(path, facts, surroundings().out());
        }
      } catch (QuorateException e) {
        throw e;
      } catch (IOException e) {
        status = Math.max(status, complain(e));
      }
    }
    return status;
  }

  private static void print(Path path, FileFacts facts, PrintStream out) throws IOException {
    out.println(FileFacts.printable(path.toString()) + facts.arrow(path));
    out.println("  type      " + facts.type());
    out.println("  size      " + Human.count(facts.sizeBytes(), "byte"));
    out.println(
        String.format(
            Locale.ROOT, "  mode      %04o (%s)", facts.mode() & 07777, facts.modeText()));
    out.println("  owner     uid " + facts.uid() + ", gid " + facts.gid());
    out.println("  inode     " + facts.inode() + ", " + Human.count(facts.links(), "link"));
    out.println("  modified  " + facts.modified());
    out.println("  changed   " + facts.changed());
    out.println("  accessed  " + facts.accessed());
  }
}
