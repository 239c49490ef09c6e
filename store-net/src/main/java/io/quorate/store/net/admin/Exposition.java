package io.quorate.store.net.admin;

import io.quorate.store.net.metrics.PeerNumbers;
import java.math.BigDecimal;
import java.util.List;

/** Numbers in the text format that Prometheus reads, version 0.0.4. */
final class Exposition {
  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private Exposition() {}

  /** Numbers of one name must follow each other, as the format has it. */
  static String of(List<PeerNumbers.Number> numbers) {
    StringBuilder text = new StringBuilder();
    for (String name : numbers.stream().map(PeerNumbers.Number::name).distinct().toList()) {
      boolean first = true;
      for (PeerNumbers.Number number : numbers) {
        if (number.name().equals(name)) {
          append(text, number, first);
          first = false;
        }
      }
    }
    return text.toString();
  }

  private static void append(StringBuilder text, PeerNumbers.Number number, boolean first) {
    String name = "quorate_" + number.name().replace('.', '_') + (number.counter() ? "_total" : "");
    if (first) {
      text.append("# HELP ").append(name).append(' ').append(number.help()).append('\n');
      text.append("# TYPE ").append(name).append(number.counter() ? " counter\n" : " gauge\n");
    }
    text.append(name);
    if (!number.tag().isEmpty()) {
      // Values are words and numbers of this program: nothing to quote in them.
      text.append('{').append(number.tag()).append("=\"");
      text.append(number.tagValue()).append("\"}");
    }
    text.append(' ').append(text(number.value())).append('\n');
  }

  private static String text(double value) {
    return Double.isNaN(value) ? "NaN" : BigDecimal.valueOf(value).toPlainString();
  }
}
