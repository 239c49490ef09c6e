package io.quorate.store.fuse.twin;

import io.quorate.store.fuse.cluster.Hosts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Commands that run a class of the present class path in a JVM on a host. */
final class Jvm {
  static final ProcessBuilder.Redirect INHERIT = ProcessBuilder.Redirect.INHERIT;

  private Jvm() {}

  static List<String> on(int host, String heap, Class<?> program) {
    List<String> words = new ArrayList<>(Hosts.on(host));
    words.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            heap,
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            program.getName()));
    return words;
  }
}
