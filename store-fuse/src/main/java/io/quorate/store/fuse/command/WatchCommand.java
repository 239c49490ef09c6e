package io.quorate.store.fuse.command;

import io.quorate.store.ChangesLostException;
import io.quorate.store.FileChange;
import io.quorate.store.Store;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows changes of the tree as they happen. */
@Command(
    name = "watch",
    description = "Show changes as they happen, on whichever peer.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  quorate watch",
      "  quorate watch --json /uploads",
      "  quorate watch --after 1234 --count 10 /www   # go on where another left off"
    })
final class WatchCommand extends ClientCommand {
  /** Asked for at a time: so many wait here at most if output is slow. */
  private static final int WINDOW = 256;

  @Option(names = "--json", description = "A line of JSON for each change.")
  private boolean json;

  @Option(
      names = "--after",
      paramLabel = "VERSION",
      defaultValue = "-1",
      description = "Begin with what came after this version. Default: with what is to come")
  private long after;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "0",
      description = "End after so many changes. Default: go on until interrupted")
  private long count;

  @Parameters(
      paramLabel = "PATH",
      defaultValue = "/",
      description = "Only what is at or below these. Default: /")
  private List<String> paths;

  @Override
  void check() {
    if (count < 0 || after < -1) {
      throw Failure.notStarted("--count and --after can not be negative");
    }
  }

  @Override
  int run(Store store) throws Exception {
    List<Path> under = new ArrayList<>();
    for (String word : paths) {
      under.add(inStore(store, word));
    }
    Changes changes = new Changes();
    OutputPipe.whenReaderIsGone(changes::readerGone);
    store.changes(after < 0 ? store.currentVersion() : after).subscribe(changes);
    PrintStream out = surroundings().out();
    long shown = 0;
    while (count == 0 || shown < count) {
      FileChange change = changes.next();
      if (change == null) {
        return ExitStatus.READER_GONE;
      }
      if (under.stream().noneMatch(path -> concerns(change, path))) {
        continue;
      }
      out.println(json ? Json.of(object(change)) : line(change));
      out.flush();
      shown++;
    }
    return ExitStatus.DONE;
  }

  private static boolean concerns(FileChange change, Path path) {
    Path from = change.movedFrom();
    return change.path().startsWith(path) || (from != null && from.startsWith(path));
  }

  private static String line(FileChange change) {
    Path from = change.movedFrom();
    return change.time()
        + " "
        + change.version()
        + " "
        + word(change)
        + " "
        + (from == null ? "" : FileFacts.printable(from.toString()) + " -> ")
        + FileFacts.printable(change.path().toString())
        + (change.directory() ? "/" : "");
  }

  private static String word(FileChange change) {
    return change.kind().name().toLowerCase(Locale.ROOT);
  }

  private static Map<String, @Nullable Object> object(FileChange change) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("kind", word(change));
    object.put("path", change.path().toString());
    object.put("movedFrom", change.movedFrom() == null ? null : change.movedFrom().toString());
    object.put("directory", change.directory());
    object.put("version", change.version());
    object.put("time", change.time().toString());
    return object;
  }

  /** Hands changes from the store's threads to the one that prints. */
  private static final class Changes implements Flow.Subscriber<FileChange> {
    private static final Object READER_GONE = new Object();

    private final BlockingQueue<Object> queue = new ArrayBlockingQueue<>(WINDOW + 2);
    private volatile Flow.@Nullable Subscription subscription;

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      given.request(WINDOW);
    }

    @Override
    public void onNext(FileChange change) {
      queue.add(change);
    }

    @Override
    public void onError(Throwable error) {
      queue.add(error);
    }

    @Override
    public void onComplete() {
      queue.add(new IOException("the changes have ended"));
    }

    void readerGone() {
      queue.add(READER_GONE);
    }

    /** The next change, or null if nobody wants to hear it any more. */
    @Nullable FileChange next() throws IOException, InterruptedException {
      Object next = queue.take();
      if (next == READER_GONE) {
        return null;
      }
      if (next instanceof FileChange change) {
        Flow.Subscription given = subscription;
        if (given != null) {
          given.request(1);
        }
        return change;
      }
      if (next instanceof ChangesLostException lost) {
        throw Failure.failed(
            "changes were missed: the peers keep only the newest; look at the tree, and go on with"
                + " --after "
                + lost.resumeAfter());
      }
      throw next instanceof IOException io ? io : new IOException((Throwable) next);
    }
  }
}
