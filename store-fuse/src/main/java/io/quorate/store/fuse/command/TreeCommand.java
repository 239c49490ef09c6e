package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Draws trees. */
@Command(
    name = "tree",
    description = "Draw a directory and what is below.",
    footerHeading = "%nExample:%n",
    footer = "  quorate tree -L 2 /www")
final class TreeCommand extends ClientCommand {
  @Option(
      names = {"-L", "--depth"},
      paramLabel = "LEVELS",
      defaultValue = "2147483647",
      description = "Go no deeper than this.")
  private int levels;

  @Mixin private JsonOption json;

  @Parameters(paramLabel = "PATH", defaultValue = "/", description = "Default: /")
  private List<String> paths;

  @Override
  int run(Store store) throws Exception {
    return each(paths, word -> draw(store, word));
  }

  private void draw(Store store, String word) throws Exception {
    List<Boolean> ended = new ArrayList<>();
    long[] counts = new long[2];
    TreeWalk.of(
        store,
        inStore(store, word),
        word,
        (path, shown, facts, depth, last) -> {
          counts[facts.isDirectory() ? 0 : 1] += depth == 0 ? 0 : 1;
          if (json.wanted()) {
            print(facts.json(path, shown));
            return depth < levels;
          }
          while (ended.size() > Math.max(depth - 1, 0)) {
            ended.removeLast();
          }
          StringBuilder line = new StringBuilder();
          ended.forEach(over -> line.append(over ? "    " : "│   "));
          line.append(depth == 0 ? "" : last ? "└── " : "├── ");
          line.append(FileFacts.printable(depth == 0 ? word : String.valueOf(path.getFileName())));
          line.append(facts.arrow(path));
          print(line.toString());
          if (depth > 0) {
            ended.add(last);
          }
          return depth < levels;
        });
    if (!json.wanted()) {
      print("");
      print(
          (counts[0] == 1 ? "1 directory" : Human.count(counts[0]) + " directories")
              + ", "
              + Human.count(counts[1], "file"));
    }
  }
}
