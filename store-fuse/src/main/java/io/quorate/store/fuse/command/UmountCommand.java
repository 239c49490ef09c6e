package io.quorate.store.fuse.command;

import io.quorate.store.fuse.kernel.Device;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Takes a mount away. */
@Command(
    name = "umount",
    description =
        "Unmount a directory that 'quorate mount' mounted. Files that are open stay usable; the"
            + " process that served the mount ends when they are closed. Also takes away what a"
            + " process that was killed left.",
    exitCodeList = {"0:unmounted", "2:nothing is mounted there, or not permitted"},
    footerHeading = "%nExample:%n",
    footer = "  quorate umount /srv/upload")
final class UmountCommand implements Callable<Integer> {
  @ParentCommand private QuorateCommand root;

  @Parameters(paramLabel = "DIRECTORY", description = "Where it is mounted.")
  private Path directory;

  @Override
  public Integer call() {
    Path target = root.surroundings().directory().resolve(directory).toAbsolutePath().normalize();
    try {
      Device.unmount(target.toString());
      return ExitStatus.DONE;
    } catch (IOException e) {
      root.trace(e);
      throw Failure.notStarted(Complaint.of(e).line());
    }
  }
}
