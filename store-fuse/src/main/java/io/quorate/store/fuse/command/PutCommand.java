package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Copies into the store. */
@Command(
    name = "put",
    description = {
      "Copy files, trees or standard input into the store.",
      "",
      "Each file appears whole, when it is on stable storage on a quorum of peers, with its mode and"
          + " time; readers see the old content or the new, never a part. As with cp, things go into"
          + " the last word if that is a directory, else under its name."
    },
    customSynopsis = {
      "quorate put [-qr] [-j N] [-c FILE] LOCAL... PATH",
      "       quorate put [-q] [-c FILE] - PATH"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  quorate put photo.jpg /www/images/",
      "  quorate put -r site /www",
      "  quorate put -r . /www        what is in this directory, without its name",
      "  mysqldump shop | quorate put - /backup/shop.sql"
    })
final class PutCommand extends TransferCommand {
  @Parameters(
      paramLabel = "WORD",
      arity = "2..*",
      description = "What to copy, '-' for standard input; the last one is a path in the store.")
  private List<String> words;

  @Override
  void check() {
    super.check();
    if (words.size() > 2 && words.contains(STREAM)) {
      throw Failure.notStarted("'-' stands alone: quorate put - PATH");
    }
  }

  @Override
  int run(Store store) throws Exception {
    String last = words.getLast();
    Path remote = inStore(store, last);
    if (words.getFirst().equals(STREAM)) {
      return putStream(store, remote, last);
    }
    List<String> sources = words.subList(0, words.size() - 1);
    List<Path> paths = new ArrayList<>();
    for (String word : sources) {
      paths.add(surroundings().directory().resolve(word));
    }
    return transfer(
        store,
        "put",
        paths,
        sources,
        Destination.of(remote, last, sources.size()),
        new WholeFiles(store, true)::put);
  }

  private int putStream(Store store, Path remote, String word) throws IOException {
    if (word.endsWith("/") || Destination.isDirectory(remote)) {
      throw Failure.notStarted(
          "'" + word + "' is a directory; standard input has no name, so say one");
    }
    try (Progress progress = streamProgress("put")) {
      long bytes = store.put(remote, counting(surroundings().in(), progress));
      done("put", remote, "from", STREAM, "bytes", bytes);
    }
    return ExitStatus.DONE;
  }
}
