package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Takes a tree that is in use into the store: passes of {@link TreeSync}, each of which copies what
 * has changed since the one before, until one finds nothing; the last compares all content.
 */
@Command(
    name = "import",
    description = {
      "Take a tree that is in use elsewhere into the store, and compare all of it.",
      "",
      "What is in FROM, as a mount of GlusterFS or NFS, comes to be in TO, with owners, modes and"
          + " times. That is repeated for what has changed meanwhile, until there is nothing left;"
          + " then all content is compared (CRC32C). After an interruption the same command goes"
          + " on. Hard links become files of their own; extended attributes and ACLs are not"
          + " taken along."
    },
    customSynopsis = {"quorate import [-qv] [--delete] [--passes=N] [-j N] [-c FILE] FROM TO"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  quorate import /srv/uploads quorate:/uploads            while the site goes on",
      "  quorate import --delete /srv/uploads quorate:/uploads   the rest, once it stands still",
      "",
      "Exit status 1 with nothing else wrong: files kept changing; run it again."
    })
final class ImportCommand extends ChangingCommand {
  @Option(names = "--delete", description = "Remove from TO what is not in FROM.")
  private boolean delete;

  @Option(
      names = "--passes",
      paramLabel = "N",
      defaultValue = "5",
      description = "Give up after so many passes in which something had changed. Default: 5")
  private int passes;

  @Option(
      names = {"-v", "--verbose"},
      description = "Tell of each thing done.")
  private boolean verbose;

  @Mixin private AtOnceOption atOnce;

  @Option(
      names = {"-q", "--quiet"},
      description = "No progress and no summary.")
  private boolean quiet;

  @Parameters(index = "0", paramLabel = "FROM", description = "The local directory to take in.")
  private String from;

  @Parameters(
      index = "1",
      paramLabel = "TO",
      description = "The directory in the store, as quorate:/uploads; made if missing.")
  private String to;

  private final AtomicLong copied = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();

  @Override
  void check() {
    atOnce.check();
    if (passes < 1 || passes > 1000) {
      throw Failure.notStarted("--passes is " + passes + "; it must be from 1 to 1000");
    }
    if (Place.of(from).inStore() || !Place.of(to).inStore()) {
      throw Failure.notStarted("FROM must be local, and TO in the store, as in quorate:/uploads");
    }
  }

  /** What one pass found. */
  private static final class Pass implements TreeSync.Listener {
    private final AtomicLong changes = new AtomicLong();
    private final AtomicLong unchanged = new AtomicLong();
    private final ChangeTold told;

    Pass(ChangeTold told) {
      this.told = told;
    }

    @Override
    public void did(TreeSync.Action action, Path path, long size) {
      changes.incrementAndGet();
      told.did(action, path, size);
    }

    @Override
    public void unchanged() {
      unchanged.incrementAndGet();
    }
  }

  private interface ChangeTold {
    void did(TreeSync.Action action, Path path, long size);
  }

  @Override
  int run(Store store) throws Exception {
    Path here = surroundings().directory();
    Path source = Place.of(from).in(store, here).toRealPath();
    if (!Files.isDirectory(source)) {
      throw new NotDirectoryException(from);
    }
    Path target = Place.of(to).in(store, here);
    boolean shown = surroundings().terminal() && !quiet;
    try (Progress progress =
        shown ? new Progress(surroundings(), "import", -1, -1) : Progress.silent(surroundings())) {
      return passes(store, source, target, progress);
    }
  }

  private int passes(Store store, Path source, Path target, Progress progress) throws Exception {
    for (int number = 1; number <= passes; number++) {
      Pass pass = new Pass((action, path, size) -> tell(progress, action, path, size));
      int status = pass(store, source, target, false, pass, progress);
      if (status == ExitStatus.DONE && pass.changes.get() == 0) {
        // By times alone all is there; now by content, in which a pass mends what differs.
        Pass comparison = new Pass((action, path, size) -> tell(progress, action, path, size));
        status = pass(store, source, target, true, comparison, progress);
        if (status == ExitStatus.DONE && comparison.changes.get() == 0) {
          summarize(number, comparison.unchanged.get(), true);
          return status;
        }
      }
      if (status != ExitStatus.DONE) {
        summarize(number, 0, false);
        return status;
      }
    }
    summarize(passes, 0, false);
    return ExitStatus.FAILED;
  }

  private int pass(
      Store store, Path source, Path target, boolean checksum, Pass pass, Progress progress)
      throws Exception {
    TreeSync sync =
        new TreeSync(
            store,
            new TreeSync.Wishes(delete, false, checksum, true),
            atOnce.files(),
            progress,
            pass,
            e -> {
              failures.incrementAndGet();
              return complain(e);
            });
    return sync.run(source, target);
  }

  private void tell(Progress progress, TreeSync.Action action, Path path, long size) {
    if (action == TreeSync.Action.COPY || action == TreeSync.Action.LINK) {
      copied.incrementAndGet();
      bytes.addAndGet(size);
    }
    String word = action.name().toLowerCase(Locale.ROOT);
    if (json()) {
      done(word, "quorate:" + path, "bytes", size);
    } else if (verbose) {
      progress.above(() -> print(word + " " + FileFacts.printable("quorate:" + path)));
    }
  }

  private void summarize(int done, long equal, boolean verified) {
    done(
        "summary",
        to,
        "passes",
        done,
        "copied",
        copied.get(),
        "bytes",
        bytes.get(),
        "verified",
        verified,
        "equal",
        equal,
        "failed",
        failures.get());
    if (!json() && !quiet) {
      print(
          "import: "
              + Human.count(copied.get(), "file")
              + " copied ("
              + Human.bytes(bytes.get())
              + ") in "
              + Human.count(done, "pass")
              + (verified
                  ? "; all content is equal, of " + Human.count(equal, "file")
                  : failures.get() > 0
                      ? "; " + Human.count(failures.get()) + " failed"
                      : "; files were still changing"));
    }
  }
}
