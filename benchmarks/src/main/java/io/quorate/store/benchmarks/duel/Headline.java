package io.quorate.store.benchmarks.duel;

import io.quorate.store.benchmarks.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The short table of a run: medians, and how many times as fast as the others Quorate is. */
final class Headline {
  private final Run run;

  Headline(Run run) {
    this.run = run;
  }

  /** In Markdown. */
  String table() {
    List<String> names = List.copyOf(run.stores().keySet());
    List<String> rivals = new ArrayList<>();
    if (names.contains(QuorateContender.NAME)) {
      rivals.addAll(names);
      rivals.remove(QuorateContender.NAME);
      rivals.remove(LocalContender.NAME);
    }
    StringBuilder table = new StringBuilder("| work |");
    names.forEach(name -> table.append(' ').append(run.stores().get(name)).append(" |"));
    rivals.forEach(name -> table.append(" ÷ ").append(run.stores().get(name)).append(" |"));
    table.append("\n|---").append("|---:".repeat(names.size() + rivals.size())).append("|\n");
    for (Run.Measured row : run.figures()) {
      if (!row.paced()) {
        table.append("| ").append(row.what()).append(", ").append(row.unit()).append(" |");
        names.forEach(name -> table.append(cell(median(row, name))));
        for (String rival : rivals) {
          double ratio = median(row, QuorateContender.NAME) / median(row, rival);
          String text = String.format(Locale.ROOT, "%.2f", ratio);
          table.append(Double.isNaN(ratio) ? " - |" : ' ' + text + " |");
        }
        table.append('\n');
      }
    }
    return table.toString();
  }

  private static double median(Run.Measured row, String store) {
    Run.Speeds speeds = row.of().get(store);
    return speeds == null ? Double.NaN : speeds.perSecond().median();
  }

  private static String cell(double value) {
    return Double.isNaN(value) ? " - |" : ' ' + Figure.number(value) + " |";
  }
}
