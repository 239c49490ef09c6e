package io.quorate.store.fuse.command;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.Query;
import io.quorate.store.net.server.DataDirectory;
import io.quorate.store.peer.StoppedPeer;
import io.quorate.store.world.RealWorld;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Copies the tree out of one peer's data directory, without a cluster. */
@Command(
    name = "export",
    description = {
      "Copy the whole tree out of one peer's data directory, without any cluster.",
      "",
      "For when the cluster is lost, or for a copy of a peer that does not run. DATA_DIR is what"
          + " data.directory names in the peer's configuration; the peer may have been killed, and"
          + " the directory may be on a read-only mount: it is not changed. Files keep content,"
          + " holes, hard links, mode, times, owner (as root) and user.* attributes.",
      "",
      "Everything that this peer's log holds is in the copy, whether this peer had heard that it was"
          + " committed or not: so nothing that it acknowledged is missing, but a last write that"
          + " failed may be there. A peer that was behind the others has an older tree; export the"
          + " one that was up to date.",
      "",
      "Content that this disk lacks or that is damaged leaves a hole, which reads as zeros; each is"
          + " listed at the end with file and range, and the exit status is 1. OUT is not resumed:"
          + " after an interruption, give a new one."
    },
    customSynopsis = {"quorate export [-q] [--json] DATA_DIR OUT"},
    exitCodeList = {
      "0:all of the tree is in OUT",
      "1:something is missing in OUT; standard error says what",
      "2:wrong usage, a peer that runs, or data that can not be read; nothing was written"
    },
    footerHeading = "%nExample:%n",
    footer = "  quorate export /var/lib/quorate/data-1 /mnt/rescued")
final class ExportCommand implements Callable<Integer> {
  @ParentCommand private QuorateCommand root;
  @Mixin private JsonOption json;

  @Option(
      names = {"-q", "--quiet"},
      description = "No progress and no summary.")
  private boolean quiet;

  @Parameters(index = "0", paramLabel = "DATA_DIR", description = "A peer's data directory.")
  private Path data;

  @Parameters(
      index = "1",
      paramLabel = "OUT",
      description = "The directory to write to; is made, or must be empty.")
  private Path out;

  private long failures;

  @Override
  public Integer call() throws IOException {
    Path source = root.surroundings().directory().resolve(data).toAbsolutePath().normalize();
    Path target = root.surroundings().directory().resolve(out).toAbsolutePath().normalize();
    boolean made = prepare(source, target);
    Path scratch = Files.createTempDirectory(target, ".quorate-export-");
    Thread hook = Thread.ofPlatform().unstarted(() -> deleteQuietly(scratch));
    Runtime.getRuntime().addShutdownHook(hook);
    boolean opened = false;
    try (RealWorld world = RealWorld.create();
        HostCalls host = new HostCalls()) {
      try (StoppedPeer peer = open(world, source, scratch)) {
        opened = true;
        return export(peer, host, target, scratch);
      }
    } finally {
      deleteQuietly(scratch);
      if (!opened && made) {
        Files.deleteIfExists(target);
      }
      removeHook(hook);
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It runs already, which is how this process is ending.
    }
  }

  /** Answers whether OUT was made. */
  private boolean prepare(Path source, Path target) throws IOException {
    for (Path above = target; above != null; above = above.getParent()) {
      if (Files.exists(above) && Files.exists(source) && Files.isSameFile(above, source)) {
        throw Failure.notStarted(
            "OUT is in DATA_DIR, which must stay as it is; give another directory");
      }
    }
    if (!Files.exists(target)) {
      Files.createDirectories(target);
      return true;
    }
    if (!Files.isDirectory(target)) {
      throw Failure.notStarted(Complaint.Kind.NOT_A_DIRECTORY, out + ": not a directory");
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(target)) {
      if (entries.iterator().hasNext()) {
        throw Failure.notStarted(
            Complaint.Kind.NOT_EMPTY, out + ": not empty; give a directory that does not exist");
      }
    }
    return false;
  }

  private StoppedPeer open(RealWorld world, Path source, Path scratch) {
    try {
      return DataDirectory.open(world, source, scratch);
    } catch (IOException e) {
      root.trace(e);
      Complaint complaint = Complaint.of(e);
      throw Failure.notStarted(complaint.kind(), complaint.line());
    }
  }

  private int export(StoppedPeer peer, HostCalls host, Path target, Path scratch)
      throws IOException {
    Surroundings surroundings = root.surroundings();
    peer.doubts().forEach(doubt -> failed(new IOException(doubt)));
    long inodes = -1;
    long content = -1;
    if (peer.ask(new Query.Totals()) instanceof Answer.Totals totals) {
      inodes = totals.inodes();
      content = totals.contentBytes();
    }
    boolean shown = surroundings.terminal() && !quiet;
    int top = host.openTop(target.toString());
    try (Progress progress =
        shown
            ? new Progress(surroundings, "export", inodes, content)
            : Progress.silent(surroundings)) {
      TreeExport export = new TreeExport(peer, host, top, progress, new Teller(progress));
      export.run();
      // What lies there counts for the time of the top, so it goes before that is set.
      peer.close();
      MoreFiles.deleteRecursively(scratch, RecursiveDeleteOption.ALLOW_INSECURE);
      export.finish();
      progress.close();
      tell(export, peer, progress.elapsedNanos());
      return failures == 0 && export.holes().isEmpty() ? ExitStatus.DONE : ExitStatus.FAILED;
    } catch (HostCalls.HostException e) {
      if (e.full()) {
        throw Failure.failed(
            Complaint.Kind.NO_SPACE,
            "no space left in " + out + ": it holds only a part of the tree; give another place");
      }
      throw e;
    } finally {
      host.close(top, target.toString());
    }
  }

  private void failed(IOException e) {
    failures++;
    root.surroundings().complain(Complaint.of(e), json.wanted());
    root.trace(e);
  }

  /** Tells above the progress. */
  private final class Teller implements TreeExport.Listener {
    private final Progress progress;

    Teller(Progress progress) {
      this.progress = progress;
    }

    @Override
    public void failed(IOException e) {
      progress.above(() -> ExportCommand.this.failed(e));
    }

    @Override
    public void warn(String line) {
      progress.above(() -> root.surroundings().err().println("quorate: warning: " + line));
    }
  }

  private void tell(TreeExport export, StoppedPeer peer, long nanos) {
    for (TreeExport.Hole hole : export.holes()) {
      long end = hole.offset() + hole.lengthBytes();
      if (json.wanted()) {
        print(
            "hole",
            hole.path(),
            "offset",
            hole.offset(),
            "bytes",
            hole.lengthBytes(),
            "reason",
            hole.reason());
      } else {
        root.surroundings()
            .err()
            .println(
                "quorate: "
                    + FileFacts.printable(hole.path())
                    + ": bytes "
                    + hole.offset()
                    + " to "
                    + (end - 1)
                    + " are a hole: "
                    + hole.reason());
      }
    }
    long millis = nanos / 1_000_000;
    if (json.wanted()) {
      print(
          "summary",
          out.toString(),
          "files",
          export.files(),
          "directories",
          export.directories(),
          "symlinks",
          export.symlinks(),
          "others",
          export.others(),
          "bytes",
          export.bytes(),
          "holes",
          (long) export.holes().size(),
          "failed",
          failures,
          "entry",
          peer.appliedIndex(),
          "millis",
          millis);
    } else if (!quiet) {
      root.surroundings()
          .out()
          .println(
              "exported "
                  + Human.count(export.files(), "file")
                  + " ("
                  + Human.bytes(export.bytes())
                  + "), "
                  + Human.count(export.directories())
                  + (export.directories() == 1 ? " directory" : " directories")
                  + ", "
                  + Human.count(export.symlinks() + export.others())
                  + " links and others, in "
                  + Human.millis(millis)
                  + (export.holes().isEmpty()
                      ? ""
                      : "; " + Human.count(export.holes().size(), "hole"))
                  + (failures == 0 ? "" : "; " + Human.count(failures) + " failed"));
    }
  }

  private void print(String action, String path, @Nullable Object... more) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("action", action);
    object.put("path", path);
    for (int i = 0; i < more.length; i += 2) {
      object.put(String.valueOf(more[i]), more[i + 1]);
    }
    root.surroundings().out().println(Json.of(object));
  }

  private static void deleteQuietly(Path tree) {
    try {
      MoreFiles.deleteRecursively(tree, RecursiveDeleteOption.ALLOW_INSECURE);
    } catch (IOException e) {
      // It is named so that whoever finds it knows what left it.
    }
  }
}
