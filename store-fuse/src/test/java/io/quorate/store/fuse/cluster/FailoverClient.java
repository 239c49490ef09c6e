package io.quorate.store.fuse.cluster;

import io.quorate.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A client in a process, and maybe a network, of its own: appends numbered lines to a file until
 * its standard input closes, and says after each which peer serves it.
 */
final class FailoverClient {
  static final String FILE = "/appended";

  private FailoverClient() {}

  /** Takes the key file and the addresses in order of preference. */
  public static void main(String[] words) throws IOException {
    List<String> peers = List.of(words).subList(1, words.length);
    try (Store store = Store.connect(Path.of(words[0]), peers, FaultCase.PATIENT)) {
      Files.createFile(store.path(FILE));
      for (int line = 0; System.in.available() == 0; line++) {
        Files.writeString(store.path(FILE), line + "\n", StandardOpenOption.APPEND);
        System.out.println("acknowledged " + line + " served by " + store.status().reporter());
      }
    }
  }
}
