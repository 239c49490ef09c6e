package io.quorate.store.fuse.command;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Shows on this machine what the store does. */
@Command(
    name = "demo",
    description = {
      "Run four peers on this machine, kill one half way, and check everything.",
      "",
      "Starts four peer processes on loopback and puts a tree in through one of them. When half is in,"
          + " the leader is killed with SIGKILL while writing goes on. Then it is restarted and"
          + " catches up. At the end every file is read back through each of the four peers and"
          + " compared with its source by SHA-256. All of it is stopped and deleted afterwards."
    },
    exitCodeList = {
      "0:every peer holds exactly what was written",
      "1:something differs, or something failed",
      "2:wrong usage, or no room; nothing was done"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  quorate demo                  with files of the JDK that runs it",
      "  quorate demo ~/photos --data /mnt/big/try",
      "  quorate demo --keep           and leave the cluster there to play with"
    })
final class DemoCommand implements Callable<Integer> {
  @ParentCommand private QuorateCommand root;

  @Parameters(
      paramLabel = "DIR",
      arity = "0..1",
      description = "The tree to put in; only read. Without it: files of the JDK.")
  private @Nullable Path directory;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Where the peers keep their data: empty, or to be made. Without it: a temporary directory.")
  private @Nullable Path data;

  @Option(names = "--keep", description = "Leave the cluster running, and say how to use it.")
  private boolean keep;

  @Override
  public Integer call() throws Exception {
    Surroundings surroundings = root.surroundings();
    Path here = surroundings.directory();
    return new Demo(surroundings, Demo.plainly())
        .run(
            directory == null ? null : here.resolve(directory),
            data == null ? null : here.resolve(data),
            keep);
  }
}
