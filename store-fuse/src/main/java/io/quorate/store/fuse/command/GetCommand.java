package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Copies out of the store. */
@Command(
    name = "get",
    description = {
      "Copy files or trees out of the store.",
      "",
      "Each file appears whole, with its mode and time. As with cp, things go into the last word if"
          + " that is a directory, else under its name."
    },
    customSynopsis = {
      "quorate get [-qr] [-j N] [-c FILE] PATH... LOCAL",
      "       quorate get [-q] [-c FILE] PATH -"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  quorate get /www/images/photo.jpg .",
      "  quorate get -r /www site",
      "  quorate get /backup/shop.sql - | mysql shop"
    })
final class GetCommand extends TransferCommand {
  @Parameters(
      paramLabel = "WORD",
      arity = "2..*",
      description = "Paths in the store; the last one is local, '-' for standard output.")
  private List<String> words;

  @Override
  void check() {
    super.check();
    if (words.size() > 2 && words.getLast().equals(STREAM)) {
      throw Failure.notStarted(
          "only one file at a time goes to standard output; 'quorate cat' joins several");
    }
    if (json() && words.getLast().equals(STREAM)) {
      throw Failure.notStarted("'-' and --json would both write to standard output");
    }
  }

  @Override
  int run(Store store) throws Exception {
    List<String> sources = words.subList(0, words.size() - 1);
    List<Path> paths = new ArrayList<>();
    for (String word : sources) {
      paths.add(inStore(store, word));
    }
    String last = words.getLast();
    if (last.equals(STREAM)) {
      return getStream(store, paths.getFirst());
    }
    WholeFiles files = new WholeFiles(store, true);
    return transfer(
        store,
        "get",
        paths,
        sources,
        Destination.of(surroundings().directory().resolve(last), last, sources.size()),
        (source, attributes, target, _, progress) ->
            files.get(source, attributes, target, progress));
  }

  private int getStream(Store store, Path source) throws IOException {
    PrintStream out = surroundings().out();
    try (Progress progress = streamProgress("get")) {
      store.get(source, counting(out, progress));
    }
    if (out.checkError()) {
      throw Failure.failed("standard output was closed before all was written");
    }
    return ExitStatus.DONE;
  }
}
