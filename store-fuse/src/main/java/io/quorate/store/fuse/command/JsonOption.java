package io.quorate.store.fuse.command;

import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** Whether a program reads the output. Mixed into every command that has one. */
final class JsonOption {
  static final String NAME = "--json";

  @Option(names = NAME, description = "Print JSON, of errors too; the README has the shapes.")
  private boolean wanted;

  boolean wanted() {
    return wanted;
  }

  /** Whether {@code command} was asked for JSON, whoever declares the option. */
  static boolean wantedBy(CommandLine command) {
    OptionSpec option = command.getCommandSpec().findOption(NAME);
    return option != null && Boolean.TRUE.equals(option.getValue());
  }

  /** The same of words that could not be parsed. */
  static boolean wantedBy(String[] words) {
    for (String word : words) {
      if (word.equals("--")) {
        return false;
      }
      if (word.equals(NAME)) {
        return true;
      }
    }
    return false;
  }
}
