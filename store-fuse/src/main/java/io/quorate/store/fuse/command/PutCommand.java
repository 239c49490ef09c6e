package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
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
        "put",
        paths,
        sources,
        Destination.of(remote, last, sources.size()),
        (source, attributes, target, fresh, progress) ->
            putFile(store, source, attributes, target, fresh, progress));
  }

  private int putStream(Store store, Path remote, String word) throws IOException {
    if (word.endsWith("/") || Destination.isDirectory(remote)) {
      throw Failure.notStarted(
          "'" + word + "' is a directory; standard input has no name, so say one");
    }
    try (Progress progress = streamProgress("put")) {
      store.put(remote, counting(surroundings().in(), progress));
    }
    return ExitStatus.DONE;
  }

  private static void putFile(
      Store store,
      Path source,
      PosixFileAttributes attributes,
      Path target,
      boolean fresh,
      Progress progress)
      throws IOException {
    try (InputStream in = counting(Files.newInputStream(source), progress)) {
      store.put(
          target,
          in,
          PosixFilePermissions.asFileAttribute(attributes.permissions()),
          modified(attributes.lastModifiedTime()));
    }
    // A file that was there has kept its own mode.
    if (!fresh && !Files.getPosixFilePermissions(target).equals(attributes.permissions())) {
      Files.setPosixFilePermissions(target, attributes.permissions());
    }
  }

  static FileAttribute<FileTime> modified(FileTime time) {
    return new FileAttribute<>() {
      @Override
      public String name() {
        return "lastModifiedTime";
      }

      @Override
      public FileTime value() {
        return time;
      }
    };
  }
}
