package io.quorate.store.fuse.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What is mounted where, as the kernel tells this process. */
public final class MountTable {
  private static final Path TABLE = Path.of("/proc/self/mountinfo");
  private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");

  /** Columns before the optional ones, which a dash ends; then type and source. */
  private static final int DIRECTORY = 4;

  /** Major and minor number, with a colon between them. */
  private static final int DEVICE = 2;

  private MountTable() {}

  /** A mount. */
  public record Entry(String type, String source) {}

  /** What is mounted on a directory, on top; null if nothing is, or if it can not be told. */
  public static @Nullable Entry find(Path directory) throws IOException {
    String line = line(directory);
    if (line == null) {
      return null;
    }
    String[] rest = line.substring(line.indexOf(" - ") + 3).split(" ", -1);
    return new Entry(rest[0], rest.length > 1 ? unescaped(rest[1]) : "");
  }

  /** The numbers of the device, as in 0:45, of what {@link #find} finds; without asking that. */
  static @Nullable String device(Path directory) throws IOException {
    String line = line(directory);
    return line == null ? null : line.split(" ", -1)[DEVICE];
  }

  /** The last one is on top. */
  private static @Nullable String line(Path directory) throws IOException {
    if (!Files.isReadable(TABLE)) {
      return null;
    }
    String found = null;
    for (String line : Files.readAllLines(TABLE, StandardCharsets.ISO_8859_1)) {
      String[] columns = line.split(" ", -1);
      if (columns.length > DIRECTORY
          && line.indexOf(" - ") > 0
          && unescaped(columns[DIRECTORY]).equals(directory.toString())) {
        found = line;
      }
    }
    return found;
  }

  private static String unescaped(String word) {
    Matcher octal = OCTAL.matcher(word);
    String bytes =
        octal.replaceAll(
            match ->
                Matcher.quoteReplacement(
                    String.valueOf((char) Integer.parseInt(match.group(1), 8))));
    return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }
}
