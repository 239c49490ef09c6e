package io.quorate.store.fuse.command;

import io.quorate.store.net.config.ClusterInit;
import io.quorate.store.net.config.ConfigException;
import io.quorate.store.net.config.PeerConfig;
import io.quorate.store.net.transport.Endpoint;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Writes what a new cluster needs. */
@Command(
    name = "init",
    description = {
      "Write the configuration of a new cluster.",
      "",
      "Writes a file for each peer, one for clients, and the cluster key, which is secret: who has it"
          + " can read and change everything. Nothing is started."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  quorate init                       four peers on this machine, to try out",
      "  quorate init --name uploads --peers a:7400,b:7400,c:7400,d:7400"
    })
final class InitCommand implements Callable<Integer> {
  @ParentCommand private QuorateCommand root;

  @Option(names = "--dir", paramLabel = "DIR", description = "Where to write. Default: ./quorate")
  private Path directory = Path.of("quorate");

  @Option(
      names = "--peers",
      paramLabel = "PEERS",
      description =
          "HOST:PORT of each peer, with commas between; or how many, for peers on this machine at"
              + " ports 7401 and up. Default: 4")
  private String peers = "4";

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "What to call the cluster. Default: quorate")
  private String name = "quorate";

  @Override
  public Integer call() throws IOException {
    Surroundings surroundings = root.surroundings();
    Path target = surroundings.directory().resolve(directory);
    if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
      throw Failure.notStarted(
          "--name is '" + name + "'; use 1 to 64 letters, digits, dots, dashes and underscores");
    }
    boolean here = peers.matches("\\d+");
    ClusterInit.Written written;
    try {
      written = ClusterInit.write(target, name, here ? local() : listed());
    } catch (FileAlreadyExistsException e) {
      throw Failure.failed(e.getFile() + " exists already: " + e.getReason());
    } catch (IllegalArgumentException | ConfigException e) {
      throw Failure.notStarted(String.valueOf(e.getMessage()));
    }
    explain(written, here, surroundings);
    return ExitStatus.DONE;
  }

  private List<Endpoint> local() {
    int count = peers.length() > 3 ? Integer.MAX_VALUE : Integer.parseInt(peers);
    if (count < 1 || count > PeerConfig.MAX_PEERS) {
      throw Failure.notStarted(
          "--peers is " + peers + "; a cluster has 1 to " + PeerConfig.MAX_PEERS + " peers");
    }
    return ClusterFiles.onThisMachine(count);
  }

  private List<Endpoint> listed() {
    return Arrays.stream(peers.split(",", -1)).map(String::strip).map(Endpoint::parse).toList();
  }

  private void explain(ClusterInit.Written written, boolean here, Surroundings surroundings) {
    PrintStream out = surroundings.out();
    String program = surroundings.program();
    List<String> files =
        written.peers().stream().map(file -> String.valueOf(file.getFileName())).toList();
    String range = files.size() > 1 ? files.getFirst() + " ..." : files.getFirst();
    out.println("The cluster '" + name + "' is described in " + directory + ":");
    out.println(String.format("  %-16s %s", "cluster.key", "its secret; show it to nobody"));
    out.println(String.format("  %-16s %s", range, "for the peers"));
    out.println(String.format("  %-16s %s", ClusterOption.FILE_NAME, "for clients"));
    out.println();
    if (here) {
      out.println("Start each peer in a terminal of its own:");
      files.forEach(file -> out.println("  " + program + " serve " + directory.resolve(file)));
      out.println("and then look at them:");
    } else {
      out.println("Copy cluster.key and its own file to each peer, into one directory, and there:");
      files.forEach(file -> out.println("  quorate serve " + file));
      out.println("Clients need cluster.key and client.conf:");
    }
    out.println("  " + program + " status -c " + directory.resolve(ClusterOption.FILE_NAME));
  }
}
