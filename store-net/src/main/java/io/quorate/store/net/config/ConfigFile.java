package io.quorate.store.net.config;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a configuration file: {@code name = value}, empty lines, and lines that begin with
 * '#'. Space around names and values is ignored; a '#' within a value belongs to it.
 */
final class ConfigFile {
  private static final long MAX_BYTES = 1 << 20;

  /** A value and the line that it stands in. */
  record Setting(String name, String value, int line) {}

  private final Path path;
  private final Map<String, Setting> settings = new LinkedHashMap<>();

  private ConfigFile(Path path) {
    this.path = path;
  }

  /**
   * Reads a file.
   *
   * @param known names that may be set
   * @param isFamily whether a name that is not among them may be set all the same
   * @throws ConfigException if the file is missing, is not text, sets an unknown name, or one twice
   */
  static ConfigFile read(Path path, Collection<String> known, Predicate<String> isFamily)
      throws IOException {
    ConfigFile file = new ConfigFile(path);
    int number = 0;
    for (String line : lines(path)) {
      number++;
      String text = line.strip();
      if (text.isEmpty() || text.startsWith("#")) {
        continue;
      }
      int equals = text.indexOf('=');
      if (equals <= 0) {
        throw new ConfigException(
            path,
            number,
            "\"" + text + "\" is not of the form name = value; comments begin with #");
      }
      String name = text.substring(0, equals).strip();
      String value = text.substring(equals + 1).strip();
      if (!known.contains(name) && !isFamily.test(name)) {
        throw new ConfigException(
            path, number, "there is no field \"" + name + "\"" + suggestion(name, known));
      }
      Setting before = file.settings.putIfAbsent(name, new Setting(name, value, number));
      if (before != null) {
        throw new ConfigException(
            path, number, name + " is set a second time; line " + before.line() + " sets it too");
      }
      if (value.isEmpty()) {
        throw new ConfigException(
            path, number, name + " has no value; give one, or remove the line for the default");
      }
    }
    return file;
  }

  private static List<String> lines(Path path) throws IOException {
    try {
      if (Files.size(path) > MAX_BYTES) {
        throw new ConfigException(path, 0, "it is larger than 1 MiB and no configuration file");
      }
      return Files.readAllLines(path);
    } catch (NoSuchFileException e) {
      throw new ConfigException(path, 0, "there is no such file");
    } catch (MalformedInputException e) {
      throw new ConfigException(path, 0, "it is not UTF-8 text");
    }
  }

  Path path() {
    return path;
  }

  @Nullable Setting find(String name) {
    return settings.get(name);
  }

  Collection<Setting> all() {
    return settings.values();
  }

  /** The line that sets {@code name}, 0 if none does. */
  int line(String name) {
    Setting setting = settings.get(name);
    return setting == null ? 0 : setting.line();
  }

  Setting require(String name, String whatToDo) throws ConfigException {
    Setting setting = settings.get(name);
    if (setting == null) {
      throw new ConfigException(path, 0, name + " is missing; " + whatToDo);
    }
    return setting;
  }

  /** A whole number within a range. */
  long number(String name, long least, long most, long otherwise) throws ConfigException {
    Setting setting = settings.get(name);
    return setting == null ? otherwise : number(setting, least, most, false);
  }

  /** A number of bytes within a range; KiB, MiB and GiB may follow it. */
  long bytes(String name, long least, long most, long otherwise) throws ConfigException {
    Setting setting = settings.get(name);
    return setting == null ? otherwise : number(setting, least, most, true);
  }

  private long number(Setting setting, long least, long most, boolean units)
      throws ConfigException {
    String digits = setting.value();
    int shift = 0;
    if (units) {
      for (String unit : List.of("KiB", "MiB", "GiB")) {
        shift += 10;
        if (digits.endsWith(unit)) {
          digits = digits.substring(0, digits.length() - unit.length()).strip();
          break;
        }
        if (unit.equals("GiB")) {
          shift = 0;
        }
      }
    }
    try {
      long value = Math.multiplyExact(Long.parseLong(digits), 1L << shift);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException | ArithmeticException e) {
      // Said below, as for a number out of range.
    }
    throw problem(
        setting,
        units
            ? "allowed are " + sized(least) + " to " + sized(most)
            : "allowed are " + least + " to " + most);
  }

  private static String sized(long bytes) {
    for (int shift = 30; shift >= 10; shift -= 10) {
      if (bytes != 0 && bytes % (1L << shift) == 0) {
        return (bytes >> shift) + " " + List.of("KiB", "MiB", "GiB").get(shift / 10 - 1);
      }
    }
    return Long.toString(bytes);
  }

  /** An exception about a value. */
  ConfigException problem(Setting setting, String whatIsAllowed) {
    return new ConfigException(
        path, setting.line(), setting.name() + " is \"" + setting.value() + "\"; " + whatIsAllowed);
  }

  /** A path in the file is relative to the file's directory. */
  Path resolve(Setting setting) throws ConfigException {
    try {
      return path.toAbsolutePath().resolveSibling(setting.value()).normalize();
    } catch (java.nio.file.InvalidPathException e) {
      throw problem(setting, "that is not a path: " + e.getReason());
    }
  }

  private static String suggestion(String name, Collection<String> known) {
    String nearest = "";
    int best = Integer.MAX_VALUE;
    for (String candidate : known) {
      int distance = distance(name.toLowerCase(java.util.Locale.ROOT), candidate);
      if (distance < best) {
        best = distance;
        nearest = candidate;
      }
    }
    return best <= 3 || best <= nearest.length() / 3
        ? "; did you mean \"" + nearest + "\"?"
        : "; the fields are " + String.join(", ", known);
  }

  /** Levenshtein's edit distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(change, 1 + Math.min(above, row[j - 1]));
        diagonal = above;
      }
    }
    return row[b.length()];
  }
}
