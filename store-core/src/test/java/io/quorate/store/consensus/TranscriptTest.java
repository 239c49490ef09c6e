package io.quorate.store.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Plays the conversations in {@code src/test/resources/consensus}: a line that begins with {@code
 * >} is a command, the lines up to the next command say what must happen, {@code #} begins a
 * comment. After a wanted change of behaviour {@code -Dquorate.rewrite=true} writes them anew, to
 * be read and judged.
 */
class TranscriptTest {
  private static final Path TRANSCRIPTS = Path.of("src/test/resources/consensus");

  static List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(TRANSCRIPTS)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void conversationGoesAsWritten(String name) throws IOException {
    Path file = TRANSCRIPTS.resolve(name);
    String written = Files.readString(file);
    String played = play(name, new Rules());
    if (Boolean.getBoolean("quorate.rewrite")) {
      Files.writeString(file, played);
    } else {
      assertEquals(written, played);
    }
  }

  @Test
  void committingAnOlderTermsEntryIsNoticed() {
    Rules broken = BrokenRules.COMMIT_ENTRIES_OF_EARLIER_TERMS.rules;
    ModelChecker.Violation violation =
        assertThrows(ModelChecker.Violation.class, () -> play("commit-only-own-term.txt", broken));
    assertTrue(violation.getMessage().startsWith("leader completeness"), violation.getMessage());
  }

  /** Plays the conversation of that name, as far as the checker lets it. */
  static String play(String name, Rules rules) throws IOException {
    String script = Files.readString(TRANSCRIPTS.resolve(name));
    Transcript transcript = new Transcript(rules);
    StringBuilder played = new StringBuilder();
    for (String line : script.lines().toList()) {
      if (line.startsWith(">")) {
        played.append(line).append('\n').append(transcript.execute(line.substring(1)));
      } else if (line.startsWith("#") || line.isBlank()) {
        played.append(line).append('\n');
      }
    }
    return played.toString();
  }
}
