package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a tree in the store like a local one, or the other way round. */
@Command(
    name = "sync",
    description = {
      "Make a tree like another, copying only what differs.",
      "",
      "What is in FROM comes to be in TO; one of them is in the store and begins with quorate:/, the"
          + " other is local. A file differs if its size or its time of modification does. Files"
          + " appear whole, with mode and time; after an interruption the same command goes on."
    },
    customSynopsis = {"quorate sync [-nqv] [--delete] [--checksum] [-j N] [-c FILE] FROM TO"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  quorate sync site quorate:/www",
      "  quorate sync --delete -n site quorate:/www     see what would be removed",
      "  quorate sync quorate:/www backup"
    })
final class SyncCommand extends ChangingCommand {
  @Option(names = "--delete", description = "Remove from TO what is not in FROM.")
  private boolean delete;

  @Option(
      names = {"-n", "--dry-run"},
      description = "Change nothing, and tell what would be done.")
  private boolean dryRun;

  @Option(
      names = "--checksum",
      description = "Compare content (by CRC32C) instead of times. Local files are read for it.")
  private boolean checksum;

  @Option(
      names = {"-v", "--verbose"},
      description = "Tell of each thing done.")
  private boolean verbose;

  @Mixin private AtOnceOption atOnce;

  @Option(
      names = {"-q", "--quiet"},
      description = "No progress and no summary.")
  private boolean quiet;

  @Parameters(index = "0", paramLabel = "FROM", description = "The directory to copy.")
  private String from;

  @Parameters(index = "1", paramLabel = "TO", description = "The one to change; made if missing.")
  private String to;

  private final Map<TreeSync.Action, AtomicLong> counts = new EnumMap<>(TreeSync.Action.class);
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong unchanged = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();

  @Override
  void check() {
    atOnce.check();
    if (Place.of(from).inStore() == Place.of(to).inStore()) {
      throw Failure.notStarted(
          "one of FROM and TO must be in the store, as in quorate:/www, and the other local");
    }
  }

  @Override
  int run(Store store) throws Exception {
    Path here = surroundings().directory();
    Path source = Place.of(from).in(store, here).toRealPath();
    if (!Files.isDirectory(source)) {
      throw new NotDirectoryException(from);
    }
    for (TreeSync.Action action : TreeSync.Action.values()) {
      counts.put(action, new AtomicLong());
    }
    boolean shown = surroundings().terminal() && !quiet;
    int status;
    try (Progress progress =
        shown ? new Progress(surroundings(), "sync", -1, -1) : Progress.silent(surroundings())) {
      TreeSync sync =
          new TreeSync(
              store,
              new TreeSync.Wishes(delete, dryRun, checksum, false),
              atOnce.files(),
              progress,
              new Teller(store, progress),
              e -> {
                failures.incrementAndGet();
                return complain(e);
              });
      status = sync.run(source, Place.of(to).in(store, here));
    }
    summarize();
    return status;
  }

  private long count(TreeSync.Action action) {
    return counts.getOrDefault(action, new AtomicLong()).get();
  }

  private void summarize() {
    long copied = count(TreeSync.Action.COPY) + count(TreeSync.Action.LINK);
    done(
        "summary",
        to,
        "copied",
        copied,
        "bytes",
        bytes.get(),
        "made",
        count(TreeSync.Action.MKDIR),
        "attributes",
        count(TreeSync.Action.ATTRIBUTES),
        "removed",
        count(TreeSync.Action.REMOVE),
        "unchanged",
        unchanged.get(),
        "failed",
        failures.get(),
        "dryRun",
        dryRun);
    if (!json() && !quiet) {
      print(
          (dryRun ? "would sync: " : "sync: ")
              + Human.count(copied, "file")
              + " copied ("
              + Human.bytes(bytes.get())
              + "), "
              + Human.count(count(TreeSync.Action.ATTRIBUTES))
              + " changed in mode or time only, "
              + Human.count(count(TreeSync.Action.REMOVE))
              + " removed, "
              + Human.count(unchanged.get())
              + " unchanged"
              + (failures.get() == 0 ? "" : ", " + Human.count(failures.get()) + " failed"));
    }
  }

  /** Counts, and tells whoever wants to know. */
  private final class Teller implements TreeSync.Listener {
    private final Store store;
    private final Progress progress;

    Teller(Store store, Progress progress) {
      this.store = store;
      this.progress = progress;
    }

    @Override
    public void did(TreeSync.Action action, Path path, long size) {
      counts.getOrDefault(action, new AtomicLong()).incrementAndGet();
      bytes.addAndGet(size);
      String word = action.name().toLowerCase(Locale.ROOT);
      String shown = (path.getFileSystem() == store.fileSystem() ? "quorate:" : "") + path;
      if (json()) {
        done(word, shown, "bytes", size, "dryRun", dryRun);
      } else if (verbose || dryRun) {
        progress.above(() -> print(word + " " + FileFacts.printable(shown)));
      }
    }

    @Override
    public void unchanged() {
      unchanged.incrementAndGet();
    }
  }
}
