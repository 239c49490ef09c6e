package io.quorate.store.fuse.command;

import io.quorate.store.fuse.cluster.ProcessPeer;
import io.quorate.store.net.config.PeerConfig;
import io.quorate.store.net.server.PeerServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Runs a peer until it is told to end. */
@Command(
    name = "serve",
    description = {
      "Run one peer, in the foreground.",
      "",
      "Ends cleanly on SIGTERM or Ctrl-C, and by itself if its disk fails. Messages go to"
          + " standard error."
    },
    exitCodeList = {
      "1:the peer had to end; standard error says why",
      "2:wrong usage, a configuration that can not be used, or a port or directory in use",
      "130, 143:ended cleanly, by Ctrl-C or SIGTERM"
    },
    footerHeading = "%nExample:%n",
    footer = "  quorate serve /etc/quorate/peer1.conf")
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

  @Parameters(paramLabel = "CONFIG", description = "The peer's file, as init wrote it.")
  private Path configuration;

  @Override
  public Integer call() {
    Surroundings surroundings = root.surroundings();
    if (whileStdinOpen) {
      Thread.ofPlatform().daemon().name("stdin").start(() -> watch(surroundings.in()));
    }
    PeerServer server;
    try {
      Path file = surroundings.directory().resolve(configuration);
      PeerConfig config = PeerConfig.read(file);
      server = rejoins ? PeerServer.rejoin(config) : PeerServer.start(config);
    } catch (IOException e) {
      root.trace(e);
      throw Failure.notStarted(Complaint.of(e).line());
    }
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(server::close));
    surroundings.err().println(announcement(server));
    Throwable fatal = server.fatal().join();
    root.trace(fatal);
    throw Failure.failed(
        "peer "
            + server.config().peerId()
            + " can not go on: "
            + Complaint.of(fatal).line()
            + "; nothing that it acknowledged is lost: mend the cause and start it again");
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
