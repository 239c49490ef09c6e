package io.quorate.store.benchmarks.site;

import static io.quorate.store.benchmarks.site.SiteNetwork.DATABASE;
import static io.quorate.store.benchmarks.site.SiteNetwork.VISITORS;
import static io.quorate.store.benchmarks.site.SiteNetwork.WEB_HOSTS;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A whole site: its store, its database and its web hosts. */
final class WebSite {
  private static final long POLL_MILLIS = 50;
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(3);

  /** A condition that is looked at again and again. */
  interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  private final SiteNetwork network;
  private final SiteStore store;
  private final WebApplication application;
  private final List<WebHost> web = new ArrayList<>();

  WebSite(SiteNetwork network, SiteStore store, WebApplication application, WebHost.Moving moving) {
    this.network = network;
    this.store = store;
    this.application = application;
    for (int host = 1; host <= WEB_HOSTS; host++) {
      web.add(new WebHost(network, host, application, moving));
    }
  }

  SiteNetwork network() {
    return network;
  }

  SiteStore store() {
    return store;
  }

  WebApplication application() {
    return application;
  }

  WebHost web(int host) {
    return web.get(host - 1);
  }

  /** Switches all hosts on and starts all; returns when every host is in service. */
  void start() throws IOException, InterruptedException {
    for (int host = 1; host <= VISITORS; host++) {
      network.host(host).switchOn();
    }
    if (application instanceof Django django) {
      Database.start(network.host(DATABASE), network.any());
      store.start();
      django.prepare(network);
    } else {
      store.start();
    }
    for (WebHost host : web) {
      host.start();
    }
    awaitInService();
  }

  /** Returns when the virtual address is somewhere and its balancer uses every host. */
  void awaitInService() throws IOException, InterruptedException {
    await("every host is in service", () -> balancersSee(WEB_HOSTS));
  }

  private boolean balancersSee(int upTo) throws IOException, InterruptedException {
    for (int host = 1; host <= upTo; host++) {
      web(host).check();
      for (int seen = 1; seen <= upTo; seen++) {
        List<WebHost.ServerState> states = states(host, seen);
        if (states.isEmpty() || !states.stream().allMatch(WebHost.ServerState::isUp)) {
          return false;
        }
      }
    }
    return network.holder() != 0;
  }

  /** Empty while the balancer does not answer. */
  private List<WebHost.ServerState> states(int balancer, int seen) {
    try {
      return web(balancer).states(seen);
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Returns when no balancer is at a request of that host any more. */
  void awaitIdle(int host) throws IOException, InterruptedException {
    await("host " + host + " has no requests", () -> isIdle(host));
  }

  private boolean isIdle(int host) {
    for (WebHost each : web) {
      if (states(each.number(), host).stream().anyMatch(state -> state.sessions() > 0)) {
        return false;
      }
    }
    return true;
  }

  /** Tells all balancers: {@code ready}, {@code drain} or {@code maint}. */
  void setState(int host, String state) throws IOException {
    for (WebHost each : web) {
      for (String backend : List.of("application", "files")) {
        each.balancer("set server " + backend + "/web" + host + " state " + state);
      }
    }
  }

  /** Returns when another host than that has the virtual address. */
  void awaitHolderOtherThan(int host) throws IOException, InterruptedException {
    await(
        "the virtual address leaves host " + host,
        () -> {
          int holder = network.holder();
          return holder != 0 && holder != host;
        });
  }

  static void await(String what, Condition condition) throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.holds()) {
      if (System.nanoTime() - deadlineNanos > 0) {
        throw new IOException("gave up waiting until " + what);
      }
      Thread.sleep(POLL_MILLIS);
    }
  }
}
