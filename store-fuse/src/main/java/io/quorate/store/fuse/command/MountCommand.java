package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.fuse.kernel.Device;
import io.quorate.store.fuse.mount.Mount;
import io.quorate.store.fuse.mount.MountOptions;
import io.quorate.store.nio.GatewayStore;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Mounts the tree on a directory. */
@Command(
    name = "mount",
    description = {
      "Mount the tree on a directory, so that any program can use it. Returns when it can be used; a"
          + " process in the background serves it until the directory is unmounted or the process is"
          + " told to end (SIGTERM).",
      "",
      "What is written is on a quorum of peers when close or fsync returns. Needs /dev/fuse, and root"
          + " or fusermount3. In fstab: FILE DIRECTORY quorate OPTIONS 0 0, where FILE is the"
          + " cluster's client.conf, once bin/mount.quorate is linked as /sbin/mount.quorate."
    },
    exitCodeList = {
      "0:mounted; in the foreground: unmounted, and all that was written is in place",
      "1:the mount had to end; standard error says why",
      "2:it could not be mounted there",
      "143:in the foreground: told to end, and all that was written is in place"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  quorate mount --cluster /etc/quorate/client.conf /srv/upload",
      "  quorate mount -o ro,subdir=/public /srv/public"
    })
final class MountCommand extends ClientCommand {
  @Mixin private MountSettings settings;

  @Option(names = "--read-only", description = "Short for -o ro.")
  private boolean readOnly;

  @Option(
      names = {"-f", "--foreground"},
      description = "Serve it in this process, which ends when it is unmounted.")
  private boolean foreground;

  @Option(
      names = "--log",
      paramLabel = "FILE",
      description = "Where the process in the background writes its messages. Default: nowhere")
  private @Nullable Path log;

  /** This is the process in the background. */
  @Option(names = Background.DETACHED, hidden = true)
  private boolean detached;

  @Parameters(paramLabel = "DIRECTORY", description = "Where; it must exist.")
  private Path directory;

  @Override
  void check() {
    options();
  }

  private MountOptions options() {
    return readOnly ? settings.options("ro") : settings.options();
  }

  @Override
  StoreOptions options(StoreOptions asked) {
    return options().withoutQuorum().of(asked);
  }

  @Override
  @Nullable Integer before() throws IOException {
    return foreground || detached ? null : (Integer) Background.start(surroundings());
  }

  @Override
  int run(Store store) throws Exception {
    Path target = surroundings().directory().resolve(directory);
    if (detached) {
      Device.leaveSession();
    }
    MountOptions options = options().withSource("quorate:" + store.status().cluster());
    Mount mount;
    try {
      mount = Mount.start(((GatewayStore) store).tree(), target, options);
    } catch (IOException e) {
      throw Failure.notStarted(Complaint.of(e).line());
    }
    Thread hook = Thread.ofPlatform().name("unmount").unstarted(() -> end(mount, store));
    Runtime.getRuntime().addShutdownHook(hook);
    if (detached) {
      surroundings().out().println(Background.MOUNTED + mount.directory());
      surroundings().out().flush();
      leaveStreams();
    } else {
      surroundings().err().println(Background.MOUNTED + mount.directory());
    }
    mount.ended().join();
    return ExitStatus.DONE;
  }

  /** Whoever reads the standard streams is about to end. */
  private void leaveStreams() throws IOException {
    OutputStream messages =
        log == null
            ? OutputStream.nullOutputStream()
            : new FileOutputStream(surroundings().directory().resolve(log).toFile(), true);
    System.setErr(new PrintStream(messages, true, StandardCharsets.UTF_8));
  }

  /** This process was told to end. */
  private static void end(Mount mount, Store store) {
    try (store) {
      ((GatewayStore) store).tree().giveUpWithoutQuorum(); // This machine may be on its way down.
      mount.close();
    } catch (IOException e) {
      System.err.println("quorate: " + Complaint.of(e).line());
    }
  }
}
