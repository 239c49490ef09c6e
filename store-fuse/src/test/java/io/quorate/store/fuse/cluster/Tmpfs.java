package io.quorate.store.fuse.cluster;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Small file systems in memory. Making one takes root; without, the test is skipped. */
public final class Tmpfs implements AutoCloseable {
  private final List<Path> mounted = new ArrayList<>();

  public void mount(Path at, int mib) throws IOException, InterruptedException {
    Files.createDirectories(at);
    Process mount =
        new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=" + mib + "m", "none", at.toString())
            .redirectErrorStream(true)
            .start();
    String complaint = new String(mount.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (mount.waitFor() != 0) {
      abort("needs the right to mount a tmpfs (root): " + complaint.strip());
    }
    mounted.add(at);
  }

  /** Lazily: the peers may run, and their directories are to be deleted next. */
  @Override
  public void close() throws IOException, InterruptedException {
    for (Path at : mounted) {
      new ProcessBuilder("umount", "-l", at.toString()).inheritIO().start().waitFor();
    }
  }
}
