package io.quorate.store.net.config;

import java.io.IOException;
import java.nio.file.Path;

/** A file that a person wrote has a mistake. The message begins with file and line. */
public final class ConfigException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * @param line line of the mistake, from 1; 0 if it is in no line, as when a field is missing
   */
  public ConfigException(Path file, int line, String problem) {
    super(file + (line > 0 ? ":" + line : "") + ": " + problem);
  }
}
