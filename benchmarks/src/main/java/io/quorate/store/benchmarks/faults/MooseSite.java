package io.quorate.store.benchmarks.faults;

import io.quorate.store.benchmarks.MooseVolume;
import io.quorate.store.benchmarks.Programs;
import io.quorate.store.fuse.cluster.Hosts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;

/**
 * MooseFS with a copy on each of four hosts, and its one master on host 1. What can be killed and
 * stopped is the chunk server of a host, and the master with it.
 */
final class MooseSite implements Site {
  private static final long POLL_MILLIS = 500;

  private final StageHosts hosts = new StageHosts();
  private final Path directory;
  private final MooseVolume volume;

  /** One in a new directory in {@code parent}. */
  MooseSite(Path parent) {
    directory = parent.resolve("moosefs-" + ProcessHandle.current().pid());
    volume = new MooseVolume(directory, HOSTS, true);
  }

  @Override
  public void start() throws IOException, InterruptedException, Hosts.Unavailable {
    hosts.create();
    volume.start();
  }

  @Override
  public String name() {
    return "MooseFS";
  }

  @Override
  public List<String> fileLoop(int host, String directory, long count) {
    String where = volume.mount(host).resolve(directory).toString();
    return Programs.java(volume.on(host), FileLoop.class, List.of(where, Long.toString(count)));
  }

  /** The master's. */
  @Override
  public int mostNeeded() {
    return 1;
  }

  @Override
  public void cut(int host) throws IOException, InterruptedException {
    hosts.get().cut(host);
  }

  @Override
  public void mend(int host) throws IOException, InterruptedException {
    hosts.get().mend(host);
  }

  @Override
  public void kill(int host) throws InterruptedException {
    volume.kill(host);
  }

  @Override
  public void restart(int host) throws IOException {
    volume.restart(host);
  }

  @Override
  public void pause(int host) throws IOException, InterruptedException {
    for (Process process : volume.servers(host)) {
      Programs.signal("STOP", process.pid());
    }
  }

  @Override
  public void resume(int host) throws IOException, InterruptedException {
    for (Process process : volume.servers(host)) {
      Programs.signal("CONT", process.pid());
    }
  }

  /** It tells how many copies there are, and not where what is new is. */
  @Override
  public Arrivals arrivals(int host, String directory, long count)
      throws IOException, InterruptedException {
    Path arriving = volume.mount(1).resolve(directory);
    List<Path> files =
        LongStream.rangeClosed(1, count)
            .mapToObj(number -> arriving.resolve(FileLoop.name(number)))
            .toList();
    int before = volume.copies(files);
    return new Arrivals() {
      @Override
      public void awaitFirst() throws IOException, InterruptedException {
        await(before + 1);
      }

      @Override
      public void awaitAll() throws IOException, InterruptedException {
        await(HOSTS * files.size());
      }

      private void await(int copies) throws IOException, InterruptedException {
        while (volume.copies(files) < copies) {
          Thread.sleep(POLL_MILLIS);
        }
      }

      @Override
      public void close() {
        // Nothing is held.
      }
    };
  }

  @Override
  public void close() throws IOException, InterruptedException {
    try (hosts) {
      volume.close();
      Programs.delete(directory);
    }
  }
}
