package io.quorate.store.fuse.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How far the kernel reads ahead of a program that reads on and on. That also limits how much it
 * asks for at a time, which is 128 KiB unless told otherwise; and each time costs a round in the
 * cluster. What is agreed on when the mount begins can only make it less.
 */
public final class ReadAhead {
  private static final Path DEVICES = Path.of("/sys/class/bdi");

  private ReadAhead() {}

  /**
   * Sets it for what is mounted on a directory. It stays as it is where that is not allowed:
   * without root, or with a /sys that is read-only or not there.
   */
  public static void set(Path directory, int bytes) {
    try {
      String device = MountTable.device(directory);
      if (device != null) {
        Path setting = DEVICES.resolve(device).resolve("read_ahead_kb");
        Files.writeString(setting, Integer.toString(bytes >> 10));
      }
    } catch (IOException e) {
      // Then large files are read in more steps.
    }
  }
}
