package io.quorate.store.benchmarks.duel;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how much of everything. */
final class Amounts {
  @Option(
      names = "--short",
      description =
          "A fifth of the work, a tenth of the entries and three rounds, unless the other options say otherwise.")
  private boolean brief;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "How often all is measured; the median counts. Default: 5")
  private @Nullable Integer rounds;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      description =
          "How long Quorate does all that first, so that the peers' code is compiled, which on two"
              + " cores takes most of a minute. Default: 60")
  private double warmUpSeconds = 60;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "How many use small files at once. Default: 8")
  private int threads = 8;

  @Option(
      names = "--files",
      paramLabel = "N",
      description = "How many small files of each kind in a round. Default: 2000")
  private @Nullable Integer files;

  @Option(
      names = "--file-bytes",
      paramLabel = "N",
      description = "The size of a small file. Default: 16384")
  private int fileBytes = 16 << 10;

  @Option(
      names = "--writes",
      paramLabel = "N",
      description = "How many small writes with fsync in a round. Default: 2000")
  private @Nullable Integer writes;

  @Option(
      names = "--large-mib",
      paramLabel = "N",
      description = "The size of the large file. Default: 512")
  private @Nullable Integer largeMib;

  @Option(
      names = "--entries",
      paramLabel = "N",
      description = "How many files the directory has that is listed. Default: 10000")
  private @Nullable Integer entries;

  int rounds() {
    return rounds != null ? rounds : brief ? 3 : 5;
  }

  double warmUpSeconds() {
    return warmUpSeconds;
  }

  Scale scale(boolean sync, Scale.@Nullable Archive archive) {
    return new Scale(
        threads,
        amount(files, 2000),
        fileBytes,
        amount(writes, 2000),
        amount(largeMib, 512),
        entries != null ? entries : brief ? 1000 : 10_000,
        sync,
        archive);
  }

  private int amount(@Nullable Integer given, int full) {
    return given != null ? given : brief ? full / 5 : full;
  }

  /** What is wrong with them; empty if nothing. */
  String complaint() {
    Scale scale = scale(true, null);
    StringBuilder wrong = new StringBuilder();
    complain(wrong, "--rounds", rounds(), 1, 1000);
    complain(wrong, "--threads", threads, 1, 256);
    complain(wrong, "--files", scale.files(), threads, 10_000_000);
    complain(wrong, "--file-bytes", fileBytes, 1, 64 << 20);
    complain(wrong, "--writes", scale.writes(), threads, 10_000_000);
    complain(wrong, "--large-mib", scale.largeMib(), 1, 1 << 20);
    complain(wrong, "--entries", scale.entries(), 1, 10_000_000);
    if (wrong.isEmpty() && (warmUpSeconds < 0 || warmUpSeconds > 3600)) {
      wrong.append("--warm-up is ").append(warmUpSeconds).append("; it must be up to 3600");
    }
    return wrong.toString();
  }

  private static void complain(StringBuilder wrong, String option, int value, int from, int to) {
    if (wrong.isEmpty() && (value < from || value > to)) {
      wrong.append(option).append(" is ").append(value);
      wrong.append("; it must be from ").append(from).append(" to ").append(to);
    }
  }
}
