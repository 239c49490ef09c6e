package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Copies within the store, into it and out of it. */
@Command(
    name = "cp",
    description = {
      "Copy files and trees within the store, into it or out of it.",
      "",
      "A word that begins with quorate: is a path in the store, any other is local. Each file"
          + " appears whole. Within the store the peers copy, and no content comes here. Things go"
          + " into the last word if that is a directory, else under its name."
    },
    customSynopsis = {
      "quorate cp [-pqr] [-j N] [-c FILE] FROM TO",
      "       quorate cp [-pqr] [-j N] [-c FILE] FROM... DIRECTORY"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  quorate cp -r quorate:/www quorate:/www.old",
      "  quorate cp -p photo.jpg quorate:/www/images/",
      "  quorate cp quorate:/www/index.html ."
    })
final class CpCommand extends TransferCommand {
  @Option(
      names = {"-p", "--preserve"},
      description = "Times and exact modes of the originals. Default: new files get their modes")
  private boolean preserve;

  @Parameters(paramLabel = "WORD", arity = "2..*", description = "What to copy, and where to.")
  private List<String> words;

  @Override
  boolean preserve() {
    return preserve;
  }

  @Override
  void check() {
    super.check();
    List<Place> places = words.stream().map(Place::of).toList();
    if (places.getLast().inStore()) {
      return;
    }
    for (Place place : places.subList(0, places.size() - 1)) {
      if (!place.inStore()) {
        throw Failure.notStarted(
            "'"
                + place.path()
                + "' and '"
                + places.getLast().path()
                + "' are both local; a path in the store is written quorate:/path");
      }
    }
  }

  @Override
  int run(Store store) throws Exception {
    Path here = surroundings().directory();
    List<String> sources = words.subList(0, words.size() - 1);
    List<Path> paths = new ArrayList<>();
    for (String word : sources) {
      paths.add(Place.of(word).in(store, here));
    }
    Path target = Place.of(words.getLast()).in(store, here);
    WholeFiles files = new WholeFiles(store, preserve);
    return transfer(
        store,
        "cp",
        paths,
        sources,
        Destination.of(target, words.getLast(), sources.size()),
        files::copy);
  }

  @Override
  String shown(Path path, Store store) {
    return path.getFileSystem() == store.fileSystem() ? "quorate:" + path : path.toString();
  }
}
