package io.quorate.store.benchmarks.site;

import static io.quorate.store.benchmarks.site.SiteNetwork.WEB_HOSTS;

import java.io.IOException;

/** What happens to a site, from its beginning until all is in order again. */
enum SiteFault {
  POWER_OFF("power off: the host with the virtual address") {
    @Override
    int victim(WebSite site) throws IOException, InterruptedException {
      return site.network().holder();
    }

    @Override
    void begin(WebSite site, int host) throws IOException, InterruptedException {
      site.network().powerOff(host);
    }

    @Override
    void end(WebSite site, int host) throws IOException, InterruptedException {
      site.network().powerOn(host);
      site.store().startOn(host);
      site.web(host).start();
    }
  },

  CUT("link goes silent: the host with the virtual address") {
    @Override
    int victim(WebSite site) throws IOException, InterruptedException {
      return site.network().holder();
    }

    @Override
    void begin(WebSite site, int host) throws IOException, InterruptedException {
      site.network().cut(host);
    }

    @Override
    void end(WebSite site, int host) throws IOException, InterruptedException {
      site.network().mend(host);
    }
  },

  STORE_KILLED("the store of one host is killed: the leader's, if there is one") {
    @Override
    int victim(WebSite site) throws IOException, InterruptedException {
      return site.store().mostNeeded();
    }

    @Override
    void begin(WebSite site, int host) throws IOException, InterruptedException {
      site.store().killServer(host);
    }

    @Override
    void end(WebSite site, int host) throws IOException, InterruptedException {
      site.store().restartServer(host);
    }
  },

  ADDRESS_MOVED("the virtual address is moved") {
    @Override
    int victim(WebSite site) throws IOException, InterruptedException {
      return site.network().holder();
    }

    @Override
    void begin(WebSite site, int host) throws IOException, InterruptedException {
      site.web(host).stopAddress();
      site.awaitHolderOtherThan(host);
    }

    @Override
    void end(WebSite site, int host) throws IOException, InterruptedException {
      site.web(host).startAddress();
    }
  },

  ROLLING_UPGRADE("rolling upgrade of all hosts") {
    @Override
    int victim(WebSite site) {
      return 1;
    }

    // One host after the other gets no new requests, is stopped, and started again.
    @Override
    void begin(WebSite site, int first) throws IOException, InterruptedException {
      for (int host = first; host <= WEB_HOSTS; host++) {
        site.setState(host, "drain");
        if (site.network().holder() == host) {
          site.web(host).stopAddress();
          site.awaitHolderOtherThan(host);
        }
        site.awaitIdle(host);
        site.web(host).stop();
        site.store().stopOn(host);
        site.store().startOn(host);
        site.web(host).start();
        site.store().awaitHealed();
        site.setState(host, "ready");
        site.awaitInService();
      }
    }

    @Override
    void end(WebSite site, int first) {
      // All of it is done.
    }

    @Override
    boolean lasts() {
      return false;
    }
  };

  private final String title;

  SiteFault(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  /** The host that it happens to. */
  abstract int victim(WebSite site) throws IOException, InterruptedException;

  abstract void begin(WebSite site, int host) throws IOException, InterruptedException;

  abstract void end(WebSite site, int host) throws IOException, InterruptedException;

  /** Whether there is a time between its beginning and its end. */
  boolean lasts() {
    return true;
  }
}
