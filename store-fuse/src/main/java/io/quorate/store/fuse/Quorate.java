package io.quorate.store.fuse;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code quorate} command: what operators run. */
@Command(
    name = "quorate",
    description = "Keeps one directory tree identical on several servers.",
    mixinStandardHelpOptions = true,
    versionProvider = Quorate.Version.class)
public final class Quorate implements Runnable {

  @Spec private CommandSpec spec;

  private Quorate() {}

  /** Runs the command and exits with its status: 0 for success, 2 for wrong usage. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Quorate()).execute(args));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is needed");
  }

  /** The version in the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Quorate.class.getPackage().getImplementationVersion();
      return new String[] {"quorate " + (version == null ? "(not packaged)" : version)};
    }
  }
}
