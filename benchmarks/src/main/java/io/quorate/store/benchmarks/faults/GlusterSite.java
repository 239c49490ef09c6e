package io.quorate.store.benchmarks.faults;

import io.quorate.store.benchmarks.GlusterVolume;
import io.quorate.store.benchmarks.Programs;
import io.quorate.store.fuse.cluster.Hosts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * GlusterFS with a replica on each of four hosts. What can be killed and stopped is the process
 * that stores a host's files (glusterfsd).
 */
final class GlusterSite implements Site {
  private static final long POLL_MILLIS = 50;

  private final StageHosts hosts = new StageHosts();
  private final GlusterVolume volume;

  /** One in a new directory in {@code parent}. */
  GlusterSite(Path parent) {
    String name = "gluster-" + ProcessHandle.current().pid();
    volume = new GlusterVolume(parent.resolve(name), HOSTS);
  }

  @Override
  public void start() throws IOException, InterruptedException, Hosts.Unavailable {
    hosts.create();
    volume.start();
  }

  @Override
  public String name() {
    return "GlusterFS";
  }

  @Override
  public List<String> fileLoop(int host, String directory, long count) {
    String where = volume.mount(host).resolve(directory).toString();
    return Programs.java(volume.on(host), FileLoop.class, List.of(where, Long.toString(count)));
  }

  /** All are alike. */
  @Override
  public int mostNeeded() {
    return 3;
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
  public void kill(int host) throws IOException, InterruptedException {
    Programs.signal("KILL", volume.brickProcess(host));
  }

  @Override
  public void restart(int host) throws IOException, InterruptedException {
    volume.restartBricks(host);
  }

  @Override
  public void pause(int host) throws IOException, InterruptedException {
    Programs.signal("STOP", volume.brickProcess(host));
  }

  @Override
  public void resume(int host) throws IOException, InterruptedException {
    Programs.signal("CONT", volume.brickProcess(host));
  }

  @Override
  public Arrivals arrivals(int host, String directory, long count) {
    Path arriving = volume.brick(host).resolve(directory);
    return new Arrivals() {
      @Override
      public void awaitFirst() throws IOException, InterruptedException {
        await(1);
      }

      @Override
      public void awaitAll() throws IOException, InterruptedException {
        await(count);
      }

      private void await(long wanted) throws IOException, InterruptedException {
        while (inPlace() < wanted) {
          Thread.sleep(POLL_MILLIS);
        }
      }

      private long inPlace() throws IOException {
        long whole = 0;
        for (long number = 1; number <= count; number++) {
          Path file = arriving.resolve(FileLoop.name(number));
          whole += Files.exists(file) && Files.size(file) == FileLoop.FILE_BYTES ? 1 : 0;
        }
        return whole;
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
    }
  }
}
