package io.quorate.store.benchmarks.duel;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * A row of the table: work, and how it differs from other rows of the same work.
 *
 * @param threads at once; of the work that this differs for
 * @param bytes of a small file; of the work that this differs for
 * @param entries of a directory; of the work that this differs for
 */
record Row(Work work, int threads, int bytes, int entries) {
  /** In the order in which a round does them. */
  static final Comparator<Row> ORDER =
      Comparator.comparing(Row::work)
          .thenComparingInt(Row::entries)
          .thenComparingInt(Row::bytes)
          .thenComparingInt(Row::threads);

  /** The row of a work that other work goes on with. */
  static Row first(Work work, Scale scale) {
    return new Row(
        work, scale.threads().getFirst(), scale.fileBytes().getFirst(), entries(work, scale));
  }

  private static int entries(Work work, Scale scale) {
    return work.varies() == Work.Varies.WITH_ENTRIES ? scale.entries().getFirst() : 0;
  }

  /** What is to be done so that the work of these names can be, in order. */
  static List<Row> of(List<String> keys, Scale scale) {
    TreeSet<Row> rows = new TreeSet<>(ORDER);
    for (Work work : Work.values()) {
      if (keys.contains(work.key()) && work.isPossible(scale)) {
        all(work, scale).forEach(row -> row.addTo(rows, scale));
      }
    }
    return List.copyOf(rows);
  }

  private void addTo(TreeSet<Row> rows, Scale scale) {
    for (Work need : work.needs(scale)) {
      first(need, scale).withEntries(entries).addTo(rows, scale);
    }
    rows.add(this);
  }

  private static List<Row> all(Work work, Scale scale) {
    Row first = first(work, scale);
    List<Row> all = new ArrayList<>();
    switch (work.varies()) {
      case NOT -> all.add(first);
      case WITH_SIZE_AND_THREADS -> {
        for (int bytes : scale.fileBytes()) {
          scale.threads().forEach(threads -> all.add(new Row(work, threads, bytes, 0)));
        }
      }
      case WITH_ENTRIES -> scale.entries().forEach(entries -> all.add(first.withEntries(entries)));
    }
    return all;
  }

  private Row withEntries(int number) {
    return new Row(work, threads, bytes, number);
  }

  /** Whether it is the one of its work that other work goes on with. */
  boolean isFirst(Scale scale) {
    return equals(first(work, scale));
  }

  /** What the JSON calls it: the same in each run that does the same. */
  String key() {
    return switch (work.varies()) {
      case NOT -> work.key();
      case WITH_SIZE_AND_THREADS -> work.key() + "-" + size().replace(" ", "") + "-" + threads;
      case WITH_ENTRIES -> work.key() + "-" + entries;
    };
  }

  /** In words. */
  String what(Scale scale) {
    String what = work.what(scale);
    return switch (work.varies()) {
      case NOT -> what;
      case WITH_SIZE_AND_THREADS ->
          what + ", " + size() + ", " + threads + (threads == 1 ? " thread" : " threads");
      case WITH_ENTRIES -> String.format("%s, %,d", what, entries);
    };
  }

  private String size() {
    return bytes % 1024 == 0 ? bytes / 1024 + " KiB" : bytes + " B";
  }

  /** What the load generator on a host is told. */
  Task task(int host, Path round, Scale scale) {
    return work.task(this, round, scale).on(host);
  }
}
