package io.quorate.store.benchmarks.faults;

import java.io.IOException;

/** What happens to a host, and its end. */
enum Fault {
  /** Its link goes silent: nothing comes or goes, and nobody is told. */
  SILENT("its link goes silent") {
    @Override
    void begin(Site site, int host) throws IOException, InterruptedException {
      site.cut(host);
    }

    @Override
    void end(Site site, int host) throws IOException, InterruptedException {
      site.mend(host);
    }
  },

  /** What stores its files is killed, and started again. */
  KILLED("it is killed (SIGKILL)") {
    @Override
    void begin(Site site, int host) throws IOException, InterruptedException {
      site.kill(host);
    }

    @Override
    void end(Site site, int host) throws IOException, InterruptedException {
      site.restart(host);
    }
  },

  /** What stores its files stands still, with its connections open. */
  STOPPED("it stands still (SIGSTOP)") {
    @Override
    void begin(Site site, int host) throws IOException, InterruptedException {
      site.pause(host);
    }

    @Override
    void end(Site site, int host) throws IOException, InterruptedException {
      site.resume(host);
    }
  };

  private final String words;

  Fault(String words) {
    this.words = words;
  }

  /** What happens, after the name of whom it happens to. */
  String words() {
    return words;
  }

  abstract void begin(Site site, int host) throws IOException, InterruptedException;

  abstract void end(Site site, int host) throws IOException, InterruptedException;
}
