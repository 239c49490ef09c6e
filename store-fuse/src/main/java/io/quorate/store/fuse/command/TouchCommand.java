package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sets times, and makes files that are not there. */
@Command(
    name = "touch",
    description = "Set the times of files; make those that are missing.",
    footerHeading = "%nExamples:%n",
    footer = {"  quorate touch /www/ready", "  quorate touch -d 2026-01-31T12:00:00Z /www/ready"})
final class TouchCommand extends ChangingCommand {
  @Option(names = "--no-create", description = "Make nothing; what is missing is passed over.")
  private boolean noCreate;

  @Option(
      names = {"-d", "--date"},
      paramLabel = "TIME",
      description = "Set this time, as 2026-01-31T12:00:00Z. Default: now")
  private @Nullable String date;

  @Parameters(paramLabel = "PATH", arity = "1..*", description = "Files to touch.")
  private List<String> paths;

  @Override
  int run(Store store) throws Exception {
    // This machine's clock, as touch has it on a network file system.
    FileTime time = date == null ? FileTime.from(Instant.now()) : FileTime.from(parsed(date));
    return each(paths, word -> touch(inStore(store, word), time));
  }

  private void touch(Path path, FileTime time) throws Exception {
    boolean created = false;
    if (!noCreate) {
      try {
        Files.createFile(path);
        created = true;
      } catch (FileAlreadyExistsException _) {
        // Then only its times change.
      }
    }
    try {
      Files.getFileAttributeView(path, BasicFileAttributeView.class).setTimes(time, time, null);
      done("touch", path, "created", created, "modified", time.toInstant().toString());
    } catch (NoSuchFileException e) {
      if (!noCreate) {
        throw e;
      }
    }
  }

  private static Instant parsed(String date) {
    try {
      return Instant.parse(date);
    } catch (DateTimeParseException _) {
      throw Failure.notStarted("--date is '" + date + "'; write it as 2026-01-31T12:00:00Z");
    }
  }
}
