package io.quorate.store.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A program that measures, as it is run from a command line. */
public abstract class BenchmarkProgram implements Callable<Integer> {
  protected final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  @Spec private CommandLine.Model.CommandSpec spec;

  /**
   * Runs it, and exits with its status; {@code --help} tells the options. What it fails with is a
   * line on standard error; with {@code NAME_DEBUG} in the environment, NAME being the program's,
   * also where that came from.
   */
  protected static void run(BenchmarkProgram program, String[] words) {
    CommandLine line = new CommandLine(program);
    String name = line.getCommandName();
    line.setExecutionExceptionHandler(
        (thrown, command, _) -> {
          command.getErr().println(name + ": " + thrown);
          if (System.getenv(name.toUpperCase(Locale.ROOT) + "_DEBUG") != null) {
            thrown.printStackTrace(command.getErr());
          }
          return ExitCode.USAGE;
        });
    System.exit(line.execute(words));
  }

  /** Ends the program as wrongly used unless the condition holds. */
  protected final void check(boolean condition, String complaint) {
    if (!condition) {
      throw new ParameterException(spec.commandLine(), complaint);
    }
  }

  /** Says so if others use this machine. */
  protected final void warnIfBusy() throws IOException {
    if (Double.parseDouble(Machine.loadAverage()) > 1) {
      out.println("  WARNING  this machine is busy: the figures will be lower than they could be");
    }
  }
}
