package io.quorate.store.benchmarks.site;

import io.quorate.store.benchmarks.Programs;
import io.quorate.store.fuse.cluster.Hosts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The hosts of a site and their addresses: four for the web, one for the database, one for its
 * visitors, and a virtual address that one of the first four has.
 */
final class SiteNetwork implements AutoCloseable {
  static final int WEB_HOSTS = 4;
  static final int DATABASE = 5;
  static final int VISITORS = 6;

  private static final int VIRTUAL = 100;
  private static final String SUBNET_6 = "fd51:7a2e:4c10:1::";

  private final Hosts hosts;
  private final boolean ipv6;
  private final List<SiteHost> all = new ArrayList<>();
  private final boolean[] cut = new boolean[VISITORS + 1];

  private SiteNetwork(Hosts hosts, boolean ipv6, Path directory) {
    this.hosts = hosts;
    this.ipv6 = ipv6;
    for (int number = 1; number <= VISITORS; number++) {
      all.add(new SiteHost(number, directory.resolve("host-" + number)));
    }
  }

  /** Makes them, in a directory, with addresses of one kind only. They are off. */
  static SiteNetwork create(boolean ipv6, Path directory)
      throws IOException, InterruptedException, Hosts.Unavailable {
    SiteNetwork network = new SiteNetwork(Hosts.create(VISITORS), ipv6, directory);
    if (ipv6) {
      try {
        network.useIpv6();
      } catch (IOException | InterruptedException e) {
        network.close();
        throw e;
      }
    }
    return network;
  }

  private void useIpv6() throws IOException, InterruptedException {
    for (int host = 1; host <= VISITORS; host++) {
      ip(host, "-4", "addr", "flush", "dev", "eth0");
      ip(host, "-4", "addr", "flush", "dev", "lo");
      // Nobody else is there, and an address that is still being tried out cannot be listened at.
      ip(host, "addr", "add", address(host) + "/64", "dev", "eth0", "nodad");
    }
  }

  private static void ip(int host, String... words) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("ip", "-n", Hosts.name(host)));
    all.addAll(List.of(words));
    Programs.run(all);
  }

  boolean isIpv6() {
    return ipv6;
  }

  SiteHost host(int number) {
    return all.get(number - 1);
  }

  String address(int host) {
    return ipv6 ? SUBNET_6 + host : Hosts.address(host);
  }

  /** As it stands in a URL, and before a port. */
  String bracketed(int host) {
    return bracketed(address(host));
  }

  private String bracketed(String address) {
    return ipv6 ? "[" + address + "]" : address;
  }

  String virtualAddress() {
    return address(VIRTUAL);
  }

  /**
   * With the length of its network. In IPv6 it has one of its own: else the host that has it would
   * choose it as the source of its own connections, which then broke when it moves.
   */
  String virtualNetwork() {
    return virtualAddress() + (ipv6 ? "/128" : "/24");
  }

  String url() {
    return "http://" + bracketed(virtualAddress());
  }

  String any() {
    return ipv6 ? "::" : "0.0.0.0";
  }

  String loopback() {
    return ipv6 ? "::1" : "127.0.0.1";
  }

  /** The web host that has the virtual address now and can be reached; 0 if none. */
  int holder() throws IOException, InterruptedException {
    for (int host = 1; host <= WEB_HOSTS; host++) {
      if (host(host).isOn() && !cut[host] && hasVirtualAddress(host)) {
        return host;
      }
    }
    return 0;
  }

  private boolean hasVirtualAddress(int host) throws IOException, InterruptedException {
    List<String> words = List.of("ip", "-n", Hosts.name(host), "addr", "show", "dev", "eth0");
    return Programs.run(words).contains(" " + virtualAddress() + "/");
  }

  /** From now on nothing comes to or from the host, and nobody is told. */
  void cut(int host) throws IOException, InterruptedException {
    hosts.cut(host);
    cut[host] = true;
  }

  void mend(int host) throws IOException, InterruptedException {
    hosts.mend(host);
    cut[host] = false;
  }

  /** As when the power goes: first nothing comes from it, not even that its connections close. */
  void powerOff(int host) throws IOException, InterruptedException {
    cut(host);
    host(host).switchOff();
    if (hasVirtualAddress(host)) {
      ip(host, "addr", "del", virtualNetwork(), "dev", "eth0");
    }
  }

  void powerOn(int host) throws IOException, InterruptedException {
    host(host).switchOn();
    mend(host);
  }

  @Override
  public void close() throws IOException, InterruptedException {
    IOException failed = null;
    for (SiteHost host : all) {
      try {
        host.switchOff();
      } catch (IOException e) {
        failed = e;
      }
    }
    hosts.close();
    if (failed != null) {
      throw failed;
    }
  }
}
