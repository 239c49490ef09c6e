package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Finds files. */
@Command(
    name = "find",
    description = "Find files by name, type or size.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  quorate find --name '*.html' /www",
      "  quorate find --type f --min-size 1000000 /"
    })
final class FindCommand extends ClientCommand {
  @Option(names = "--name", paramLabel = "GLOB", description = "Whose name matches.")
  private @Nullable String name;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "f (file), d (directory) or l (symbolic link).")
  private @Nullable String type;

  @Option(
      names = "--min-size",
      paramLabel = "BYTES",
      defaultValue = "0",
      description = "Not smaller than this.")
  private long minBytes;

  @Option(
      names = "--max-depth",
      paramLabel = "LEVELS",
      defaultValue = "2147483647",
      description = "Go no deeper than this.")
  private int levels;

  @Option(names = "-0", description = "End each path with a NUL instead of a line, for xargs -0.")
  private boolean nul;

  @Mixin private JsonOption json;

  @Parameters(paramLabel = "PATH", defaultValue = "/", description = "Default: /")
  private List<String> paths;

  @Override
  void check() {
    if (type != null && !List.of("f", "d", "l").contains(type)) {
      throw Failure.notStarted("--type is '" + type + "'; it is one of f, d, l");
    }
  }

  @Override
  int run(Store store) throws Exception {
    @Nullable PathMatcher matcher = name == null ? null : matcher(store, name);
    return each(
        paths,
        word ->
            TreeWalk.of(
                store,
                inStore(store, word),
                word,
                (path, shown, facts, depth, _) -> {
                  boolean named =
                      matcher == null
                          || (path.getFileName() != null && matcher.matches(path.getFileName()));
                  if (named && typed(facts) && facts.sizeBytes() >= minBytes) {
                    show(path, shown, facts);
                  }
                  return depth < levels;
                }));
  }

  private static PathMatcher matcher(Store store, String glob) {
    try {
      return store.fileSystem().getPathMatcher("glob:" + glob);
    } catch (PatternSyntaxException e) {
      throw Failure.notStarted("--name is '" + glob + "': " + e.getDescription());
    }
  }

  private boolean typed(FileFacts facts) {
    return type == null
        || switch (type) {
          case "f" -> facts.type().equals("file");
          case "d" -> facts.isDirectory();
          default -> facts.isSymbolicLink();
        };
  }

  private void show(Path path, String shown, FileFacts facts) throws IOException {
    if (json.wanted()) {
      print(facts.json(path, shown));
    } else if (nul) {
      surroundings().out().print(shown + "\0");
    } else {
      print(FileFacts.printable(shown));
    }
  }
}
