package io.quorate.store.benchmarks.site;

import java.util.Map;

/** {@link EmbeddedApplication} is the store on its host, and is started and stopped as such. */
final class Embedded implements WebApplication {
  static final int PORT = 8090;
  static final String TITLE = "embedded";

  @Override
  public String title() {
    return TITLE;
  }

  @Override
  public int port() {
    return PORT;
  }

  @Override
  public int filePort() {
    return PORT;
  }

  @Override
  public String healthPath() {
    return "/";
  }

  @Override
  public String fileHealthPath() {
    return "/";
  }

  @Override
  public String directory() {
    return "files";
  }

  @Override
  public Map<String, HostProgram> start(SiteNetwork network, SiteHost host) {
    return Map.of();
  }
}
