package io.quorate.store.benchmarks.soak;

import java.util.EnumMap;
import java.util.Map;

/**
 * What there was of each quantity of a peer at one time.
 *
 * @param operations done on its host so far
 * @param values in units of the quantity; what is not known is not in it
 */
record Reading(long operations, Map<Quantity, Double> values) {
  private static final String SEPARATOR = " ";

  Reading {
    values = Map.copyOf(values);
  }

  /** In one line, for {@link #parse}. */
  String line() {
    StringBuilder line = new StringBuilder(Long.toString(operations));
    values.forEach(
        (quantity, value) ->
            line.append(SEPARATOR).append(quantity.key()).append('=').append(value));
    return line.toString();
  }

  static Reading parse(String line) {
    String[] words = line.split(SEPARATOR);
    Map<Quantity, Double> values = new EnumMap<>(Quantity.class);
    for (Quantity quantity : Quantity.values()) {
      String prefix = quantity.key() + "=";
      for (String word : words) {
        if (word.startsWith(prefix)) {
          values.put(quantity, Double.parseDouble(word.substring(prefix.length())));
        }
      }
    }
    return new Reading(Long.parseLong(words[0]), values);
  }
}
