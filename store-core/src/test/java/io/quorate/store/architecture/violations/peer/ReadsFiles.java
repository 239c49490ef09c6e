package io.quorate.store.architecture.violations.peer;

import io.quorate.store.architecture.violations.world.UsesPeer;
import java.nio.file.Files;
import java.nio.file.Path;

/** Goes to files past the disk. */
public final class ReadsFiles {
  boolean exists(Path path) {
    return Files.exists(path);
  }

  Class<?> downwards() {
    return UsesPeer.class;
  }
}
