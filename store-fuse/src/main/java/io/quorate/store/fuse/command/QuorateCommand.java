package io.quorate.store.fuse.command;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The {@code quorate} command: what operators run. */
@Command(
    name = "quorate",
    description = "Keeps one directory tree identical on several servers.",
    synopsisSubcommandLabel = "COMMAND",
    versionProvider = QuorateCommand.Version.class,
    subcommands = {
      DemoCommand.class,
      InitCommand.class,
      ServeCommand.class,
      MountCommand.class,
      UmountCommand.class,
      StatusCommand.class,
      HealCommand.class,
      ScrubCommand.class,
      PeerCommand.class,
      RecoverCommand.class,
      ExportCommand.class,
      LsCommand.class,
      PutCommand.class,
      GetCommand.class,
      CatCommand.class,
      StatCommand.class,
      MkdirCommand.class,
      MvCommand.class,
      RmCommand.class,
      CpCommand.class,
      SyncCommand.class,
      ImportCommand.class,
      LnCommand.class,
      ChmodCommand.class,
      ChownCommand.class,
      TouchCommand.class,
      TreeCommand.class,
      DuCommand.class,
      FindCommand.class,
      WatchCommand.class,
      CompletionCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  quorate demo               run four peers here and kill one of them",
      "  quorate init               write the configuration of a cluster to try out",
      "  quorate put -r site /www   copy a tree into the store",
      "  quorate status             see how the peers are",
      "",
      "'quorate COMMAND --help' tells more. Paths in the store begin with '/'."
    })
public final class QuorateCommand implements Runnable {
  /** The commands as the help lists them. */
  private static final Map<String, List<String>> GROUPS = new LinkedHashMap<>();

  static {
    GROUPS.put("Try it", List.of("demo"));
    GROUPS.put(
        "Run a cluster",
        List.of(
            "init", "serve", "mount", "umount", "status", "heal", "scrub", "peer", "recover",
            "export"));
    GROUPS.put(
        "Work with files",
        List.of("ls", "put", "get", "cat", "stat", "mkdir", "cp", "mv", "rm", "ln", "touch"));
    GROUPS.put(
        "Work with trees",
        List.of("sync", "import", "tree", "du", "find", "chmod", "chown", "watch"));
    GROUPS.put("Set up a shell", List.of("completion"));
  }

  private final Surroundings surroundings;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this text and exit.")
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version and exit.")
  private boolean version;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show where in the program an error arose.")
  private boolean debug;

  private QuorateCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** Runs the command that {@code words} name and answers its exit status. */
  public static int run(Surroundings surroundings, String... words) {
    int status = commandLine(surroundings).execute(words);
    try {
      surroundings.out().flush();
    } catch (OutputFailedException e) {
      if (e.readerGone()) {
        return ExitStatus.READER_GONE;
      }
      Complaint complaint = Complaint.of(e);
      surroundings.complain(complaint, JsonOption.wantedBy(words));
      return Math.max(status, complaint.exitStatus());
    }
    surroundings.err().flush();
    return status;
  }

  static CommandLine commandLine(Surroundings surroundings) {
    QuorateCommand root = new QuorateCommand(surroundings);
    CommandLine line = new CommandLine(root);
    line.setOut(writer(surroundings.out()));
    line.setErr(writer(surroundings.err()));
    line.setUsageHelpWidth(Math.min(surroundings.columns(), 100));
    line.setUsageHelpLongOptionsMaxWidth(26);
    line.setParameterExceptionHandler(QuorateCommand::wrongUsage);
    line.setExecutionExceptionHandler(
        (thrown, command, _) -> {
          if (thrown instanceof OutputFailedException e && e.readerGone()) {
            return ExitStatus.READER_GONE;
          }
          Complaint complaint = Complaint.of(thrown);
          surroundings.complain(complaint, JsonOption.wantedBy(command));
          root.trace(thrown);
          return complaint.exitStatus();
        });
    line.getCommandSpec().usageMessage().optionListHeading("%nOptions:%n");
    line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING, _ -> "");
    line.getHelpSectionMap()
        .put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, QuorateCommand::commandList);
    for (CommandLine command : line.getSubcommands().values()) {
      UsageMessageSpec usage = command.getCommandSpec().usageMessage();
      usage.optionListHeading("%nOptions:%n");
      usage.parameterListHeading("%n");
      usage.exitCodeListHeading("%nExit status:%n");
      if (usage.exitCodeList().isEmpty()) {
        usage.exitCodeList(ExitStatus.descriptions());
      }
    }
    return line;
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, stream.charset());
  }

  private static int wrongUsage(ParameterException thrown, String[] words) {
    CommandLine command = thrown.getCommandLine();
    String[] lines = String.valueOf(thrown.getMessage()).strip().split("\\R");
    StringBuilder message = new StringBuilder("quorate: " + String.join(" ", lines));
    List<String> similar = new ArrayList<>();
    if (thrown instanceof CommandLine.UnmatchedArgumentException unmatched) {
      similar.addAll(unmatched.getSuggestions());
    }
    if (!similar.isEmpty()) {
      message.append("; did you mean ").append(String.join(" or ", similar)).append('?');
    }
    command.getErr().println(message);
    command
        .getErr()
        .println("quorate: see '" + command.getCommandSpec().qualifiedName() + " --help'");
    return ExitStatus.NOT_STARTED;
  }

  private static String commandList(Help help) {
    StringBuilder list = new StringBuilder();
    GROUPS.forEach(
        (heading, names) -> {
          list.append(String.format("%n%s:%n", heading));
          for (String name : names) {
            Help command = Objects.requireNonNull(help.allSubcommands().get(name), name);
            String[] description = command.commandSpec().usageMessage().description();
            list.append(String.format("  %-10s %s%n", name, description[0]));
          }
        });
    return list.toString();
  }

  Surroundings surroundings() {
    return surroundings;
  }

  /** Shows a trace to those who asked for it. */
  void trace(Throwable thrown) {
    if (debug) {
      thrown.printStackTrace(surroundings.err());
    }
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is needed");
  }

  /** The version in the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = QuorateCommand.class.getPackage().getImplementationVersion();
      return new String[] {"quorate " + (version == null ? "(not packaged)" : version)};
    }
  }
}
