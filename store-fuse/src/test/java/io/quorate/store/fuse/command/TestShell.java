package io.quorate.store.fuse.command;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Runs commands as a shell does, and keeps what they print. */
final class TestShell {
  private final Path directory;
  private final Connector connector;
  private final Map<String, String> environment = new HashMap<>();
  private boolean terminal;

  TestShell(Path directory, Connector connector) {
    this.directory = directory;
    this.connector = connector;
  }

  record Outcome(int status, String out, String err) {}

  TestShell with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  TestShell onTerminal() {
    terminal = true;
    return this;
  }

  Outcome run(String... words) {
    return runWith(new byte[0], words);
  }

  Outcome runWith(byte[] input, String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status = QuorateCommand.run(surroundings(input, out, err), words);
    return new Outcome(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  Surroundings surroundings(byte[] input, ByteArrayOutputStream out, ByteArrayOutputStream err) {
    return new Surroundings(
        new ByteArrayInputStream(input),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        terminal,
        environment,
        directory,
        connector);
  }
}
