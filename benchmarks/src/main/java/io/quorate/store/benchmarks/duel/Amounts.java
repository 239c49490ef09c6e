package io.quorate.store.benchmarks.duel;

import java.util.List;
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
      names = "--full",
      description =
          "Small files of 16, 4 and 256 KiB by 8, 1 and 32 threads, and directories of 10000 and"
              + " 100000 entries, unless the other options say otherwise. It takes hours.")
  private boolean full;

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
      split = ",",
      paramLabel = "N",
      description =
          "How many use small files at once. With the first of several all is done, with the others"
              + " small files are created. Default: 8")
  private @Nullable List<Integer> threads;

  @Option(
      names = "--files",
      paramLabel = "N",
      description =
          "How many small files of each kind in a round, and requests to the site. Default: 2000")
  private @Nullable Integer files;

  @Option(
      names = "--file-bytes",
      split = ",",
      paramLabel = "N",
      description =
          "The size of a small file. With the first of several all is done, with the others small"
              + " files are created. Default: 16384")
  private @Nullable List<Integer> fileBytes;

  @Option(
      names = "--writes",
      paramLabel = "N",
      description = "How many small reads, and small writes with fsync, in a round. Default: 2000")
  private @Nullable Integer writes;

  @Option(
      names = "--large-mib",
      paramLabel = "N",
      description = "The size of the large file. Default: 1024")
  private @Nullable Integer largeMib;

  @Option(
      names = "--entries",
      split = ",",
      paramLabel = "N",
      description = "How many files the directory has that is listed. Default: 10000")
  private @Nullable List<Integer> entries;

  @Option(
      names = "--site-files",
      paramLabel = "N",
      description = "How many files of 10 KiB to 2 MiB the visitors of the site read. Default: 500")
  private @Nullable Integer siteFiles;

  @Option(
      names = "--paced-seconds",
      paramLabel = "N",
      description =
          "For how long work is done at a fixed rate, to see latencies; 0 for not. Default: 10")
  private @Nullable Double pacedSeconds;

  int rounds() {
    return rounds != null ? rounds : brief ? 3 : 5;
  }

  double warmUpSeconds() {
    return warmUpSeconds;
  }

  Scale scale(boolean sync, boolean tmpfs, Scale.@Nullable Archive archive) {
    return new Scale(
        threads != null ? threads : full ? List.of(8, 1, 32) : List.of(8),
        amount(files, 2000),
        fileBytes != null
            ? fileBytes
            : full ? List.of(16 << 10, 4 << 10, 256 << 10) : List.of(16 << 10),
        amount(writes, 2000),
        amount(largeMib, 1024),
        entries != null
            ? entries
            : full ? List.of(10_000, 100_000) : List.of(brief ? 1000 : 10_000),
        amount(siteFiles, 500),
        pacedSeconds != null ? pacedSeconds : brief ? 4 : 10,
        sync,
        tmpfs,
        archive);
  }

  private int amount(@Nullable Integer given, int usual) {
    return given != null ? given : brief ? usual / 5 : usual;
  }

  /** What is wrong with them; empty if nothing. */
  String complaint() {
    Scale scale = scale(true, false, null);
    StringBuilder wrong = new StringBuilder();
    if (brief && full) {
      wrong.append("--short and --full exclude each other");
    }
    complain(wrong, "--rounds", rounds(), 1, 1000);
    int most = 1;
    for (int number : scale.threads()) {
      complain(wrong, "--threads", number, 1, 256);
      most = Math.max(most, number);
    }
    complain(wrong, "--files", scale.files(), most, 10_000_000);
    for (int number : scale.fileBytes()) {
      complain(wrong, "--file-bytes", number, 1, 64 << 20);
    }
    complain(wrong, "--writes", scale.writes(), most, 10_000_000);
    complain(wrong, "--large-mib", scale.largeMib(), 1, 1 << 20);
    for (int number : scale.entries()) {
      complain(wrong, "--entries", number, 1, 10_000_000);
    }
    complain(wrong, "--site-files", scale.siteFiles(), 1, 1_000_000);
    seconds(wrong, "--warm-up", warmUpSeconds);
    seconds(wrong, "--paced-seconds", scale.pacedSeconds());
    return wrong.toString();
  }

  private static void complain(StringBuilder wrong, String option, int value, int from, int to) {
    if (wrong.isEmpty() && (value < from || value > to)) {
      wrong.append(option).append(" is ").append(value);
      wrong.append("; it must be from ").append(from).append(" to ").append(to);
    }
  }

  private static void seconds(StringBuilder wrong, String option, double value) {
    if (wrong.isEmpty() && !(value >= 0 && value <= 3600)) {
      wrong.append(option).append(" is ").append(value).append("; it must be up to 3600");
    }
  }
}
