package io.quorate.store.fuse.command;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Prints what lets a shell complete commands and options. */
@Command(
    name = "completion",
    description = "Print a script that completes commands and options in a shell.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  . <(quorate completion bash)                   in ~/.bashrc",
      "  . <(quorate completion zsh)                    in ~/.zshrc",
      "  quorate completion bash > /etc/bash_completion.d/quorate"
    })
final class CompletionCommand implements Callable<Integer> {
  private static final List<String> SHELLS = List.of("bash", "zsh");

  /** What completion itself offers. */
  static final class Shells implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return SHELLS.iterator();
    }
  }

  @ParentCommand private QuorateCommand root;
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "SHELL",
      completionCandidates = Shells.class,
      description = "One of: ${COMPLETION-CANDIDATES}")
  private String shell;

  @Override
  public Integer call() {
    if (!SHELLS.contains(shell)) {
      throw Failure.notStarted(
          "'" + shell + "' has no script; there is one for " + String.join(" and ", SHELLS));
    }
    // One script for both: it asks which shell reads it, and turns zsh's bashcompinit on.
    root.surroundings().out().print(AutoComplete.bash("quorate", spec.root().commandLine()));
    return ExitStatus.DONE;
  }
}
