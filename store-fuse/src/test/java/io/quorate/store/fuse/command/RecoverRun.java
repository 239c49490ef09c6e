package io.quorate.store.fuse.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One run of {@code quorate recover}.
 *
 * @param all what it printed
 */
public record RecoverRun(int status, String all) {

  /** Runs it for the peer of that configuration. */
  public static RecoverRun of(Path configuration, String survivors, String... more) {
    List<String> words =
        new ArrayList<>(List.of("recover", "--force-quorum", "--survivors", survivors));
    words.addAll(List.of(more));
    words.add(configuration.toString());
    TestShell.Outcome outcome =
        new TestShell(Path.of("/"), new NetConnector()).run(words.toArray(String[]::new));
    return new RecoverRun(outcome.status(), outcome.out() + outcome.err());
  }
}
