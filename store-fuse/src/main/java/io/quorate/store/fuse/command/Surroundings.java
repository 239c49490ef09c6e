package io.quorate.store.fuse.command;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * What a command was started with. A record, so that tests can put anything in its place.
 *
 * @param terminal whether standard error is a terminal, where progress may be painted
 * @param directory the working directory
 */
public record Surroundings(
    InputStream in,
    PrintStream out,
    PrintStream err,
    boolean terminal,
    Map<String, String> environment,
    Path directory,
    Connector connector) {

  /** Those of this process. Output is UTF-8 whatever the locale: names in the store are. */
  public static Surroundings ofProcess(Connector connector) {
    return new Surroundings(
        System.in,
        stream(FileDescriptor.out),
        stream(FileDescriptor.err),
        isTerminal(2),
        System.getenv(),
        Path.of(""),
        connector);
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    FileOutputStream file = new FileOutputStream(descriptor);
    boolean err = descriptor == FileDescriptor.err;
    return new PrintStream(
        new BufferedOutputStream(err ? file : OutputFailedException.failing(file), 8192),
        err,
        StandardCharsets.UTF_8);
  }

  /** Whether this process' standard output is a terminal, for what is run on it. */
  static boolean outIsTerminal() {
    return isTerminal(1);
  }

  private static boolean isTerminal(int descriptor) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException e) {
      // No /proc: then no progress bar either.
      return false;
    }
  }

  /** Columns to paint progress in. */
  int columns() {
    try {
      return Math.clamp(Integer.parseInt(environment.getOrDefault("COLUMNS", "80")), 40, 160);
    } catch (NumberFormatException e) {
      return 80;
    }
  }

  /** How to call this program again: by its name if the shell finds it so. */
  String program() {
    String launcher = System.getProperty("quorate.launcher", "quorate");
    Path parent = Path.of(launcher).getParent();
    String[] searched = environment.getOrDefault("PATH", "").split(":");
    return parent == null || Arrays.asList(searched).contains(parent.toString())
        ? "quorate"
        : launcher;
  }

  /**
   * Tells what went wrong, on standard error.
   *
   * @param json as an object instead of a line for people
   */
  void complain(Complaint complaint, boolean json) {
    err.println(json ? complaint.json() : "quorate: " + complaint.line());
    err.flush();
  }
}
