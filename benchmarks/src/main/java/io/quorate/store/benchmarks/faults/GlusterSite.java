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

  private final Hosts hosts;
  private final GlusterVolume volume;

  private GlusterSite(Hosts hosts, GlusterVolume volume) {
    this.hosts = hosts;
    this.volume = volume;
  }

  static GlusterSite start(Path parent)
      throws IOException, InterruptedException, Hosts.Unavailable {
    Hosts hosts = Hosts.create(HOSTS);
    GlusterSite site =
        new GlusterSite(
            hosts, new GlusterVolume(Files.createTempDirectory(parent, "gluster-"), HOSTS));
    try {
      site.volume.start();
      return site;
    } catch (IOException | InterruptedException | RuntimeException e) {
      site.close();
      throw e;
    }
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
    hosts.cut(host);
  }

  @Override
  public void mend(int host) throws IOException, InterruptedException {
    hosts.mend(host);
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
