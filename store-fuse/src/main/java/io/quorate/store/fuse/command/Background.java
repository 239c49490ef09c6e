package io.quorate.store.fuse.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A command that goes on in a process of its own: the same words once more, with one that says so.
 * What that process says on its way is passed on, until it says that it is ready or ends.
 */
final class Background {
  static final String DETACHED = "--detached";

  /** How it says that it is ready. */
  static final String MOUNTED = "mounted on ";

  private Background() {}

  /** Starts it, and answers the exit status of this process. */
  static int start(Surroundings surroundings) throws IOException {
    List<String> words = new ArrayList<>(ownWords());
    words.add(DETACHED);
    Process process =
        new ProcessBuilder(words)
            .redirectInput(Path.of("/dev/null").toFile())
            .directory(surroundings.directory().toAbsolutePath().toFile())
            .start();
    Thread.ofPlatform().daemon().start(() -> passOn(process, surroundings));
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        surroundings.err().println(line);
        if (line.startsWith(MOUNTED)) {
          return ExitStatus.DONE;
        }
      }
    }
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      return ExitStatus.FAILED;
    }
  }

  private static void passOn(Process process, Surroundings surroundings) {
    process.errorReader(StandardCharsets.UTF_8).lines().forEach(surroundings.err()::println);
  }

  /** The command line of this process, however long. */
  private static List<String> ownWords() throws IOException {
    byte[] line = Files.readAllBytes(Path.of("/proc/self/cmdline"));
    String text = new String(line, StandardCharsets.UTF_8);
    return List.of(text.substring(0, text.length() - 1).split("\0", -1));
  }
}
