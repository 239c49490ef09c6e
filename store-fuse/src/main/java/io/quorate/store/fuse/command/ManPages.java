package io.quorate.store.fuse.command;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * Writes the manual pages from what the commands say of themselves, in roff's man(7) macros: one
 * page for each command, and one of all. The build runs it. (What picocli has for this makes
 * AsciiDoc, which only a Ruby program turns into a page that man can show.)
 */
public final class ManPages {
  private ManPages() {}

  /**
   * Writes all pages.
   *
   * @param words the directory for them, which is made if missing
   * @throws IOException if a page can not be written
   */
  public static void main(String[] words) throws IOException {
    Path directory = Files.createDirectories(Path.of(words[0]));
    for (Map.Entry<String, String> page : pages().entrySet()) {
      Files.writeString(directory.resolve(page.getKey()), page.getValue());
    }
  }

  /** Each page by its file's name. */
  static Map<String, String> pages() {
    PrintStream nowhere =
        new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);
    Surroundings surroundings =
        new Surroundings(
            new ByteArrayInputStream(new byte[0]),
            nowhere,
            nowhere,
            false,
            Map.of(),
            Path.of(""),
            new NetConnector());
    CommandLine root = QuorateCommand.commandLine(surroundings);
    Map<String, String> pages = new LinkedHashMap<>();
    pages.put("quorate.1", page(root, "quorate"));
    root.getSubcommands()
        .forEach(
            (name, command) ->
                pages.put("quorate-" + name + ".1", page(command, "quorate-" + name)));
    return pages;
  }

  private static String page(CommandLine command, String title) {
    CommandSpec spec = command.getCommandSpec();
    UsageMessageSpec usage = spec.usageMessage();
    StringBuilder out = new StringBuilder();
    // UTF-8 without a preprocessor's help, and no hyphens where options could break.
    out.append(".TH ").append(title.toUpperCase(java.util.Locale.ROOT)).append(" 1\n.nh\n.ad l\n");
    out.append(".SH NAME\n").append(escaped(title)).append(" \\- ").append(text(summary(usage)));
    out.append(".SH SYNOPSIS\n.nf\n");
    String synopsis =
        new CommandLine.Help(spec, CommandLine.Help.defaultColorScheme(Ansi.OFF)).synopsis(0);
    for (String line : synopsis.strip().split("\\R")) {
      out.append(literal(line.strip()));
    }
    out.append(".fi\n.SH DESCRIPTION\n");
    for (String paragraph : usage.description()) {
      out.append(paragraph.isEmpty() ? ".PP\n" : text(expanded(paragraph)));
    }
    commands(command, out);
    if (!spec.positionalParameters().isEmpty()) {
      out.append(".SH OPERANDS\n");
      for (PositionalParamSpec operand : spec.positionalParameters()) {
        tagged(".I " + escaped(operand.paramLabel()), operand, out);
      }
    }
    out.append(".SH OPTIONS\n");
    for (OptionSpec option : spec.options()) {
      if (!option.hidden()) {
        tagged(".B " + escaped(names(option)), option, out);
      }
    }
    if (!usage.exitCodeList().isEmpty()) {
      out.append(".SH EXIT STATUS\n");
      usage
          .exitCodeList()
          .forEach(
              (code, meaning) ->
                  out.append(".TP\n.B ").append(code).append('\n').append(text(meaning)));
    }
    if (usage.footer().length > 0) {
      out.append(".SH EXAMPLES\n.nf\n");
      for (String line : usage.footer()) {
        out.append(literal(expanded(line)));
      }
      out.append(".fi\n");
    }
    out.append(".SH SEE ALSO\n");
    String others =
        title.equals("quorate")
            ? String.join("(1), quorate-", command.getSubcommands().keySet())
            : "";
    out.append(text(others.isEmpty() ? "quorate(1)" : "quorate-" + others + "(1)"));
    return out.toString();
  }

  private static void commands(CommandLine command, StringBuilder out) {
    if (!command.getSubcommands().isEmpty()) {
      out.append(".SH COMMANDS\n");
      command
          .getSubcommands()
          .forEach(
              (name, below) ->
                  out.append(".TP\n.B ")
                      .append(escaped(name))
                      .append('\n')
                      .append(text(summary(below.getCommandSpec().usageMessage()))));
    }
  }

  private static String summary(UsageMessageSpec usage) {
    return usage.description().length == 0 ? "" : expanded(usage.description()[0]);
  }

  private static String names(OptionSpec option) {
    String label = option.arity().max() == 0 ? "" : " " + option.paramLabel();
    return String.join(", ", option.names()) + label;
  }

  private static void tagged(String tag, ArgSpec argument, StringBuilder out) {
    out.append(".TP\n").append(tag).append('\n');
    out.append(
        text(
            String.join(" ", argument.description())
                .replace("${COMPLETION-CANDIDATES}", candidates(argument))));
  }

  private static String candidates(ArgSpec argument) {
    Iterable<String> candidates = argument.completionCandidates();
    return candidates == null ? "" : String.join(", ", candidates);
  }

  /** Picocli's texts are formats. */
  private static String expanded(String text) {
    return text.replace("%n", "\n").replace("%%", "%");
  }

  private static String text(String text) {
    return literal(text.strip());
  }

  /** Lines that roff takes for text, whatever they begin with. */
  private static String literal(String text) {
    StringBuilder lines = new StringBuilder();
    for (String line : text.split("\n", -1)) {
      lines.append(line.startsWith(".") || line.startsWith("'") ? "\\&" : "");
      lines.append(escaped(line)).append('\n');
    }
    return lines.toString();
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\e")
        .replace("-", "\\-")
        .replace("'", "\\(aq")
        .replace("^", "\\(ha")
        .replace("~", "\\(ti");
  }
}
