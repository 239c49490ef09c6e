package io.quorate.store.fuse.command;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Columns as wide as their widest cell. */
final class Table {
  private final boolean[] toTheRight;
  private final int[] widths;
  private final List<String[]> rows = new ArrayList<>();

  /** Each heading begins with {@code <} or {@code >}: how its column is aligned. */
  Table(String... headings) {
    toTheRight = new boolean[headings.length];
    widths = new int[headings.length];
    String[] names = new String[headings.length];
    for (int i = 0; i < headings.length; i++) {
      toTheRight[i] = headings[i].startsWith(">");
      names[i] = headings[i].substring(1);
    }
    row(names);
  }

  void row(String... cells) {
    rows.add(cells);
    for (int i = 0; i < cells.length; i++) {
      widths[i] = Math.max(widths[i], cells[i].length());
    }
  }

  void print(PrintStream out) {
    for (String[] cells : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < cells.length; i++) {
        String padding = " ".repeat(widths[i] - cells[i].length());
        line.append(i == 0 ? "" : "  ")
            .append(toTheRight[i] ? padding + cells[i] : cells[i] + padding);
      }
      out.println(line.toString().stripTrailing());
    }
  }
}
