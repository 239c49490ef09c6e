package io.quorate.store.benchmarks.duel;

import io.quorate.store.benchmarks.BenchmarkProgram;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The {@code duel compare} command: what has changed from one run to another. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    usageHelpAutoWidth = true,
    description = {
      "Compares two runs, and marks what has changed beyond noise: every round of the one was slower"
          + " than every round of the other, and the medians differ by more than --percent.",
      "With five rounds each, chance does that to one figure in 126. If the other stores have"
          + " changed too, it was the machine."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:nothing of Quorate is slower beyond noise",
      "1:something is",
      "2:they could not be compared"
    })
final class Compare extends BenchmarkProgram {
  @Parameters(index = "0", paramLabel = "BEFORE", description = "The JSON of the earlier run.")
  private Path before = Path.of("");

  @Parameters(index = "1", paramLabel = "AFTER", description = "The JSON of the later run.")
  private Path after = Path.of("");

  @Option(
      names = "--percent",
      defaultValue = "5",
      paramLabel = "N",
      description = "Less than that is not a change. Default: 5")
  private double percent;

  @Option(names = "--all", description = "Show what has not changed, too.")
  private boolean all;

  @Override
  public Integer call() throws IOException {
    check(percent >= 0, "--percent is " + percent + "; it must be from 0");
    Comparison comparison = new Comparison(Run.read(before), Run.read(after), percent / 100);
    List<String> settings = comparison.differentFacts();
    if (!settings.isEmpty()) {
      out.println("The runs differ in more than the code:");
      settings.forEach(line -> out.println("  " + line));
      out.println();
    }
    out.println(comparison.table(all));
    return comparison.isSlower(QuorateContender.NAME) ? ExitCode.SOFTWARE : ExitCode.OK;
  }
}
