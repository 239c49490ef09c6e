package io.quorate.store.fuse;

import io.quorate.store.fuse.command.NetConnector;
import io.quorate.store.fuse.command.QuorateCommand;
import io.quorate.store.fuse.command.Surroundings;
import java.util.List;

/** The {@code quorate} program. */
public final class Quorate {
  private Quorate() {}

  /** Runs the command that the words name, and exits with its status; {@code --help} lists them. */
  public static void main(String[] words) {
    quietLog(words);
    int status = QuorateCommand.run(Surroundings.ofProcess(new NetConnector()), words);
    if (status == 0) {
      ClassArchive.leaveIfAsked();
    }
    System.exit(status);
  }

  /**
   * What a command has to say it says itself, in a line; the log of the client below it would only
   * get between. A peer's log is all that there is to read of it.
   */
  private static void quietLog(String[] words) {
    List<String> all = List.of(words);
    String command = all.isEmpty() ? "" : all.getFirst();
    boolean wanted = command.equals("serve") || all.contains("--debug");
    setDefault("defaultLogLevel", wanted ? "info" : command.equals("mount") ? "warn" : "off");
    setDefault("showDateTime", "true");
    setDefault("dateTimeFormat", "yyyy-MM-dd HH:mm:ss.SSS");
    setDefault("showShortLogName", "true");
  }

  private static void setDefault(String name, String value) {
    String property = "org.slf4j.simpleLogger." + name;
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
