package io.quorate.store.benchmarks.duel;

import io.quorate.store.benchmarks.GlusterVolume;
import io.quorate.store.benchmarks.Programs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** GlusterFS with a replica on each host and the settings that it comes with. */
final class GlusterContender implements Contender {
  static final String NAME = "glusterfs";

  private final GlusterVolume volume;

  GlusterContender(Path directory) {
    volume = new GlusterVolume(directory, HOSTS);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String title() {
    return "GlusterFS";
  }

  @Override
  public String version() throws IOException, InterruptedException {
    return Programs.run(List.of("glusterfs", "--version")).lines().findFirst().orElse("");
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
    return "replica " + HOSTS;
  }

  @Override
  public boolean warmsUp() {
    return false;
  }

  @Override
  public String lastWords() {
    return "";
  }

  @Override
  public void close() throws IOException, InterruptedException {
    volume.close();
  }
}
