package io.quorate.store.benchmarks.site;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Files that come with the program, with places to fill in: <code>${name}</code>. */
final class Template {
  private static final Pattern PLACE = Pattern.compile("\\$\\{(\\w+)}");

  private Template() {}

  /** Writes one with the values of its places; a place without a value is an error. */
  static void write(String name, Map<String, String> values, Path target) throws IOException {
    Matcher places = PLACE.matcher(new String(bytes(name), StandardCharsets.UTF_8));
    String text =
        places.replaceAll(
            place -> {
              String value = values.get(place.group(1));
              if (value == null) {
                throw new IllegalArgumentException(name + " wants " + place.group());
              }
              return Matcher.quoteReplacement(value);
            });
    Files.writeString(target, text);
  }

  /** Writes one as it is. */
  static void copy(String name, Path target) throws IOException {
    Files.createDirectories(target.toAbsolutePath().getParent());
    Files.write(target, bytes(name));
  }

  private static byte[] bytes(String name) throws IOException {
    try (InputStream in = Template.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new NoSuchFileException(name);
      }
      return in.readAllBytes();
    }
  }
}
