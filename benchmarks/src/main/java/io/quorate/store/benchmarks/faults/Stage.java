package io.quorate.store.benchmarks.faults;

import java.io.IOException;

/** A site that is closed in the end, also when this process is told to end. */
final class Stage implements AutoCloseable {
  private final Site site;
  private final Thread hook = Thread.ofPlatform().unstarted(this::interrupted);
  private boolean closed;

  private Stage(Site site) {
    this.site = site;
  }

  static Stage of(Site site) {
    Stage stage = new Stage(site);
    Runtime.getRuntime().addShutdownHook(stage.hook);
    return stage;
  }

  private void interrupted() {
    try {
      end();
    } catch (IOException | InterruptedException e) {
      System.err.println(site.name() + " may still be there: " + e.getMessage());
    }
  }

  private synchronized void end() throws IOException, InterruptedException {
    if (!closed) {
      closed = true;
      site.close();
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The hook runs already, which is how this process is ending.
    }
  }
}
