package io.quorate.store.benchmarks.duel;

import io.quorate.store.benchmarks.MooseVolume;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * MooseFS with a copy of all content on each host. Its metadata is on host 1 alone: there is one
 * master.
 */
final class MooseContender implements Contender {
  static final String NAME = "moosefs";

  private final MooseVolume volume;

  /**
   * One that is not started yet.
   *
   * @param sync whether an fsync is to bring content and metadata to disks
   */
  MooseContender(Path directory, boolean sync) {
    volume = new MooseVolume(directory, HOSTS, sync);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String title() {
    return "MooseFS";
  }

  @Override
  public String version() throws IOException, InterruptedException {
    return volume.version();
  }

  @Override
  public void start() throws IOException, InterruptedException {
    volume.start();
  }

  @Override
  public List<String> on(int host) {
    return volume.on(host);
  }

  @Override
  public Path mount(int host) {
    return volume.mount(host);
  }

  @Override
  public List<Long> processes() {
    return volume.processes();
  }

  @Override
  public String remark() {
    return volume.remark();
  }

  @Override
  public boolean warmsUp() {
    return false;
  }

  @Override
  public String lastWords() {
    return "";
  }

  /** What it wrote goes with the directory of the run. */
  @Override
  public void close() throws InterruptedException {
    volume.close();
  }
}
