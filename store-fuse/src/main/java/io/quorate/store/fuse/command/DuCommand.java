package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import io.quorate.store.gateway.ClusterStatus.PeerStatus;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Adds up sizes. */
@Command(
    name = "du",
    description = {
      "Add up the sizes of what is below a directory.",
      "",
      "With --cluster and no FILE: what the peers use their space for instead. 'live' is content"
          + " that files use, or that may yet be published; 'garbage' is given back before long;"
          + " 'log' lies in files of the journal that the log still needs; 'reserved' is kept free,"
          + " so that deleting works on a full disk; 'free' is for new content."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  quorate du -sH /www", "  quorate du -H --cluster"})
final class DuCommand extends ClientCommand {
  @Option(
      names = {"-s", "--summarize"},
      description = "Only the sum for each PATH.")
  private boolean summary;

  @Option(names = "-H", description = "As -h elsewhere: sizes as 12.3 MiB instead of bytes.")
  private boolean human;

  @Mixin private JsonOption json;

  @Parameters(paramLabel = "PATH", description = "Default: /")
  private List<String> paths = new ArrayList<>();

  /** Inodes with several links that were counted. */
  private final Set<Long> counted = new HashSet<>();

  private final Deque<long[]> sums = new ArrayDeque<>();

  @Override
  boolean takesBareCluster() {
    return true;
  }

  @Override
  void check() {
    if (cluster().isBare() && (summary || !paths.isEmpty())) {
      throw Failure.notStarted(
          "--cluster without a FILE is of all peers: give it no PATH and no -s");
    }
  }

  @Override
  int run(Store store) throws Exception {
    if (cluster().isBare()) {
      return runOnPeers(new ClusterSpace(status(store)));
    }
    return each(
        paths.isEmpty() ? List.of("/") : paths,
        word -> {
          sums.clear();
          sums.push(new long[2]);
          TreeWalk.of(store, inStore(store, word), word, new Adding());
        });
  }

  private int runOnPeers(ClusterSpace space) {
    if (json.wanted()) {
      print(space.json());
    } else {
      space.print(surroundings().out(), human);
    }
    for (PeerStatus peer : space.silent()) {
      complain(
          Failure.failed("peer " + peer.id() + " does not say what its space is used for now"));
    }
    return space.silent().isEmpty() ? ExitStatus.DONE : ExitStatus.FAILED;
  }

  private final class Adding implements TreeWalk.Visitor {
    @Override
    public boolean enter(Path path, String shown, FileFacts facts, int depth, boolean last) {
      if (facts.isDirectory()) {
        sums.push(new long[2]);
        return true;
      }
      if (facts.links() < 2 || counted.add(facts.inode())) {
        sums.element()[0] += facts.sizeBytes();
      }
      sums.element()[1]++;
      if (depth == 0) {
        show(shown, sums.element());
      }
      return false;
    }

    @Override
    public void leave(Path path, String shown, FileFacts facts, int depth) {
      long[] sum = sums.pop();
      sums.element()[0] += sum[0];
      sums.element()[1] += sum[1];
      if (depth == 0 || !summary) {
        show(shown, sum);
      }
    }
  }

  private void show(String shown, long[] sum) {
    if (json.wanted()) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("path", shown);
      object.put("bytes", sum[0]);
      object.put("files", sum[1]);
      print(object);
    } else {
      String size = human ? Human.bytes(sum[0]) : String.valueOf(sum[0]);
      print(size + "\t" + FileFacts.printable(shown));
    }
  }
}
