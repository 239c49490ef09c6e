package io.quorate.store.fuse.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorate.store.fuse.command.TestShell.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Completion in a real bash, and manual pages. */
class ShellHelpTest {
  @TempDir Path temp;

  private Outcome run(String... words) {
    return new TestShell(temp, new NetConnector()).run(words);
  }

  /** What bash offers for the last of {@code words}. */
  private List<String> offered(String... words) throws Exception {
    Path script = temp.resolve("completion");
    Files.writeString(script, run("completion", "bash").out());
    String program =
        ". \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMP_LINE=\"$*\";"
            + " COMP_POINT=${#COMP_LINE}; f=$(complete -p quorate | sed 's/.*-F \\([^ ]*\\).*/\\1/');"
            + " $f quorate \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD-1]}\";"
            + " printf '%s\\n' \"${COMPREPLY[@]}\"";
    List<String> command =
        new java.util.ArrayList<>(
            List.of("bash", "--norc", "-c", program, "bash", script.toString()));
    command.addAll(Arrays.asList(words));
    Process bash = new ProcessBuilder(command).directory(temp.toFile()).start();
    bash.getOutputStream().close();
    String out = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    bash.waitFor();
    return out.lines().map(String::strip).toList();
  }

  @Test
  void bashCompletesCommandsAndOptions() throws Exception {
    assertEquals(List.of("chmod", "chown"), offered("quorate", "ch"));
    assertEquals(List.of("sync"), offered("quorate", "sy"));
    List<String> options = offered("quorate", "sync", "--");
    assertTrue(options.containsAll(List.of("--delete", "--dry-run", "--checksum")), options + "");
    assertFalse(options.contains("--recursive"), options + "");
    assertEquals(List.of("bash", "zsh"), offered("quorate", "completion", ""));
  }

  @Test
  void zshGetsTheSameScriptWhichKnowsIt() {
    String script = run("completion", "zsh").out();
    assertTrue(script.contains("ZSH_VERSION") && script.contains("bashcompinit"));
    Outcome unknown = run("completion", "fish");
    assertEquals(ExitStatus.NOT_STARTED, unknown.status());
    assertTrue(unknown.err().contains("bash and zsh"), unknown.err());
  }

  @Test
  void everyCommandHasAPageWithAllItsOptions() {
    Map<String, String> pages = ManPages.pages();
    CommandLine root =
        QuorateCommand.commandLine(
            new TestShell(temp, new NetConnector())
                .surroundings(
                    new byte[0],
                    new java.io.ByteArrayOutputStream(),
                    new java.io.ByteArrayOutputStream()));
    assertEquals(root.getSubcommands().size() + 1, pages.size());
    root.getSubcommands()
        .forEach(
            (name, command) -> {
              String page = pages.get("quorate-" + name + ".1");
              for (OptionSpec option : command.getCommandSpec().options()) {
                for (String spelling : option.names()) {
                  assertTrue(
                      option.hidden() || page.contains(spelling.replace("-", "\\-")),
                      name + " " + spelling);
                }
              }
              assertTrue(page.contains(".SH EXIT STATUS"), page);
              assertFalse(page.contains("${"), page);
              assertFalse(page.contains("%n"), page);
              assertTrue(
                  pages.get("quorate.1").contains(".B " + name + "\n"), "quorate.1 lacks " + name);
            });
  }

  /** The formatter finds nothing to complain of, and shows the words. */
  @Test
  void groffFormatsThePages() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/groff")), "no groff here to format pages with");
    ManPages.main(new String[] {temp.resolve("man").toString()});
    for (String name : ManPages.pages().keySet()) {
      String text = formatted(temp.resolve("man").resolve(name));
      assertTrue(text.contains("SYNOPSIS"), text);
    }
    String sync = formatted(temp.resolve("man/quorate-sync.1"));
    assertTrue(sync.contains("quorate sync --delete -n site quorate:/www"), sync);
    assertTrue(sync.contains("quorate-sync - Make a tree like another"), sync);
  }

  private static String formatted(Path page) throws IOException, InterruptedException {
    Process groff =
        new ProcessBuilder("/usr/bin/groff", "-man", "-Tascii", "-ww", "-P-cbou", page.toString())
            .redirectErrorStream(true)
            .start();
    String text = new String(groff.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, groff.waitFor(), text);
    assertFalse(text.contains("warning") || text.contains("error:"), text);
    return text;
  }
}
