package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import io.quorate.store.fuse.mount.Mount;
import io.quorate.store.fuse.mount.MountOptions;
import io.quorate.store.nio.GatewayStore;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Mounts the tree on a directory, for as long as it runs. */
@Command(
    name = "mount",
    description = {
      "Mount the tree on a directory, so that any program can use it. Runs until it is told to end"
          + " (SIGTERM, Ctrl-C) or the directory is unmounted.",
      "",
      "What is written is on a quorum of peers when close or fsync returns. Needs root and /dev/fuse."
    },
    exitCodeList = {
      "0:unmounted, and all that was written is in place",
      "1:the mount had to end; standard error says why",
      "2:it could not be mounted there"
    },
    footerHeading = "%nExample:%n",
    footer = "  quorate mount --cluster /etc/quorate/client.conf /srv/upload")
final class MountCommand extends ClientCommand {
  @Option(names = "--read-only", description = "Nothing can be changed through this mount.")
  private boolean readOnly;

  @Parameters(paramLabel = "DIRECTORY", description = "Where; it must exist.")
  private Path directory;

  @Override
  int run(Store store) throws Exception {
    Path target = surroundings().directory().resolve(directory);
    MountOptions options =
        MountOptions.DEFAULTS
            .withSource("quorate:" + store.status().cluster())
            .withReadOnly(readOnly);
    Mount mount;
    try {
      mount = Mount.start(((GatewayStore) store).tree(), target, options);
    } catch (IOException e) {
      throw Failure.notStarted(Complaint.of(e).line());
    }
    Thread hook = Thread.ofPlatform().name("unmount").unstarted(() -> end(mount, store));
    Runtime.getRuntime().addShutdownHook(hook);
    surroundings().err().println("mounted on " + mount.directory());
    mount.ended().join();
    return ExitStatus.DONE;
  }

  /** This process was told to end. */
  private static void end(Mount mount, Store store) {
    try (store) {
      mount.close();
    } catch (IOException e) {
      System.err.println("quorate: " + Complaint.of(e).line());
    }
  }
}
