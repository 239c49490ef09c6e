package io.quorate.store.benchmarks.duel;

import io.quorate.store.benchmarks.BenchmarkProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The {@code duel show} command: the pictures and the short table of a run. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    usageHelpAutoWidth = true,
    description = {
      "Prints the table of ratios of a run in Markdown, as the README has it, and draws its pictures."
    })
final class Show extends BenchmarkProgram {
  @Parameters(index = "0", paramLabel = "FILE", description = "The JSON of the run.")
  private Path file = Path.of("");

  @Option(
      names = "--pictures",
      paramLabel = "DIR",
      description = "Where to leave the pictures. Default: there are none")
  private Path pictures = Path.of("");

  @Override
  public Integer call() throws IOException {
    Run run = Run.read(file);
    out.println(new Headline(run).table());
    if (!pictures.toString().isEmpty()) {
      check(Files.isDirectory(pictures), "--pictures " + pictures + " is not a directory");
      new Pictures(run).draw(pictures, "duel").forEach(out::println);
    }
    return ExitCode.OK;
  }
}
