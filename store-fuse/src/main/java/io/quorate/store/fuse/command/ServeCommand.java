package io.quorate.store.fuse.command;

import io.quorate.store.fuse.cluster.ProcessPeer;
import io.quorate.store.fuse.mount.MountOptions;
import io.quorate.store.net.config.PeerConfig;
import io.quorate.store.net.server.PeerServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Runs a peer until it is told to end. */
@Command(
    name = "serve",
    description = {
      "Run one peer, in the foreground; with --mount, mount the tree beside it.",
      "",
      "Ends cleanly on SIGTERM or Ctrl-C, and by itself if its disk fails. Messages go to"
          + " standard error."
    },
    exitCodeList = {
      "1:the peer had to end; standard error says why",
      "2:wrong usage, a configuration that can not be used, or a port or directory in use",
      "130, 143:ended cleanly, by Ctrl-C or SIGTERM"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  quorate serve /etc/quorate/peer1.conf",
      "  quorate serve --mount /srv/upload -o no_quorum=wait /etc/quorate/peer1.conf"
    })
final class ServeCommand implements Callable<Integer> {
  @ParentCommand private QuorateCommand root;

  /** Ends the peer when standard input closes: so that it does not outlive who started it. */
  @Option(names = ProcessPeer.WHILE_STDIN_OPEN, hidden = true)
  private boolean whileStdinOpen;

  @Option(
      names = "--rejoin",
      description =
          "The disk is a new one in place of one that is lost for good: the peer learns all anew from"
              + " the others, and votes once it has it. Refused if data.directory holds data.")
  private boolean rejoins;

  @Option(
      names = "--mount",
      paramLabel = "DIR",
      description = "Mount the tree on this directory as well, for as long as the peer runs.")
  private @Nullable Path mountDirectory;

  @Mixin private MountSettings mountSettings;

  @Parameters(paramLabel = "CONFIG", description = "The peer's file, as init wrote it.")
  private Path configuration;

  @Override
  public Integer call() {
    Surroundings surroundings = root.surroundings();
    if (whileStdinOpen) {
      Thread.ofPlatform().daemon().name("stdin").start(() -> watch(surroundings.in()));
    }
    if (mountDirectory == null && !mountSettings.isEmpty()) {
      throw Failure.notStarted("-o says how to mount, and there is no --mount that says where");
    }
    MountOptions mounting = mountSettings.options();
    PeerServer server = start(surroundings);
    MountedPeer peer = new MountedPeer(server);
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(peer::close));
    surroundings.err().println(announcement(server));
    if (mountDirectory != null) {
      mount(peer, surroundings.directory().resolve(mountDirectory), mounting, surroundings);
    }
    Throwable fatal = server.fatal().join();
    root.trace(fatal);
    throw Failure.failed(
        "peer "
            + server.config().peerId()
            + " can not go on: "
            + Complaint.of(fatal).line()
            + "; nothing that it acknowledged is lost: mend the cause and start it again");
  }

  private PeerServer start(Surroundings surroundings) {
    try {
      PeerConfig config = PeerConfig.read(surroundings.directory().resolve(configuration));
      return rejoins ? PeerServer.rejoin(config) : PeerServer.start(config);
    } catch (IOException e) {
      root.trace(e);
      throw Failure.notStarted(Complaint.of(e).line());
    }
  }

  private void mount(
      MountedPeer peer, Path directory, MountOptions options, Surroundings surroundings) {
    try {
      surroundings.err().println("mounted on " + peer.mount(directory, options));
    } catch (IOException e) {
      root.trace(e);
      throw Failure.notStarted(Complaint.of(e).line());
    }
  }

  private static String announcement(PeerServer server) {
    PeerConfig config = server.config();
    return "peer "
        + config.peerId()
        + " of cluster "
        + config.cluster().name()
        + " serves at "
        + config.listen()
        + ", data in "
        + config.dataDirectory();
  }

  private static void watch(InputStream in) {
    try {
      if (in.read() == ProcessPeer.RELEASE) {
        return;
      }
    } catch (IOException e) {
      // As good as closed.
    }
    // At once, whatever state the peer is in: whoever started it is gone, and data survives this.
    Runtime.getRuntime().halt(ExitStatus.FAILED);
  }
}
