package io.quorate.store.fuse.command;

import java.util.Locale;

/** Numbers as people read them. */
final class Human {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private Human() {}

  /** As {@code 12.3 MiB}. */
  static String bytes(long bytes) {
    double scaled = bytes;
    int unit = 0;
    while (scaled >= 1000 && unit < UNITS.length - 1) {
      scaled /= 1024;
      unit++;
    }
    return unit == 0
        ? bytes + " B"
        : String.format(Locale.ROOT, scaled < 99.95 ? "%.1f %s" : "%.0f %s", scaled, UNITS[unit]);
  }

  /** As {@code 1,234}. */
  static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** As {@code 1,234 files} or {@code 1 file}. */
  static String count(long count, String noun) {
    return count(count) + " " + noun + (count == 1 ? "" : "s");
  }

  /** As {@code 310 ms}, {@code 4.2 s}, {@code 3 min 20 s}, {@code 5 h 2 min} or {@code 3 d 4 h}. */
  static String millis(long millis) {
    long seconds = millis / 1000;
    if (millis < 1000) {
      return millis + " ms";
    } else if (seconds < 60) {
      return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    } else if (seconds < 3600) {
      return seconds / 60 + " min " + seconds % 60 + " s";
    } else if (seconds < 86_400) {
      return seconds / 3600 + " h " + seconds / 60 % 60 + " min";
    }
    return seconds / 86_400 + " d " + seconds / 3600 % 24 + " h";
  }

  /** How many in a second, as {@code 1,234} or, below ten, {@code 1.2}. */
  static String perSecond(double count, long nanos) {
    double rate = count * 1e9 / Math.max(nanos, 1);
    return String.format(Locale.ROOT, rate < 9.95 ? "%.1f" : "%,.0f", rate);
  }

  /** As {@code 12.3 MiB/s}. */
  static String rate(long bytes, long nanos) {
    return bytes((long) (bytes * 1e9 / Math.max(nanos, 1))) + "/s";
  }

  /** As {@code 0:07} or {@code 1:02:03}. */
  static String clock(long seconds) {
    return seconds < 3600
        ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
        : String.format(
            Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }
}
