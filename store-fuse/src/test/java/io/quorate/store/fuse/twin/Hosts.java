package io.quorate.store.fuse.twin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Hosts on one machine: each is a network namespace with one interface, whose other end is a port
 * of a bridge in one more namespace. This process's own network is left as it is.
 *
 * <p>All namespaces have the prefix {@code qtwin} and this process's id in their names, so that
 * those of a process that was killed can be told and deleted.
 */
final class Hosts implements AutoCloseable {
  /** Nobody's address, so that the bridge has nowhere to bring what is sent to it. */
  private static final String NOWHERE = "02:00:de:ad:00:01";

  private static final String SUBNET = "10.231.78.";
  private static final String PREFIX = "qtwin" + ProcessHandle.current().pid() + "-";
  private static final String BRIDGE = PREFIX + "b";

  /** Thrown where there can be no such hosts. */
  static final class Unavailable extends Exception {
    private static final long serialVersionUID = 1L;

    Unavailable(String message) {
      super(message);
    }
  }

  private final List<String> namespaces = new ArrayList<>();

  private Hosts() {}

  /** Makes hosts 1 to {@code count}. */
  static Hosts create(int count) throws IOException, InterruptedException, Unavailable {
    Hosts hosts = new Hosts();
    try {
      hosts.addNamespace(BRIDGE);
      for (int host = 1; host <= count; host++) {
        hosts.addNamespace(name(host));
      }
      ip("-n " + BRIDGE + " link add br0 type bridge");
      ip("-n " + BRIDGE + " link set br0 up");
      for (int host = 1; host <= count; host++) {
        ip("-n " + BRIDGE + " link add p" + host + " type veth peer name eth0 netns " + name(host));
        ip("-n " + BRIDGE + " link set p" + host + " master br0 up");
        ip("-n " + name(host) + " addr add " + address(host) + "/24 dev eth0");
        ip("-n " + name(host) + " link set eth0 up");
        ip("-n " + name(host) + " link set lo up");
      }
      return hosts;
    } catch (IOException e) {
      hosts.close();
      throw new Unavailable(
          "hosts of their own need root, iproute2, and bridges in network namespaces: "
              + e.getMessage());
    }
  }

  private void addNamespace(String name) throws IOException, InterruptedException {
    ip("netns add " + name);
    namespaces.add(name);
  }

  private static String name(int host) {
    return PREFIX + host;
  }

  static String address(int host) {
    return SUBNET + host;
  }

  /** The words that run on {@code host} the command that follows them. */
  static List<String> on(int host) {
    return List.of("ip", "netns", "exec", name(host));
  }

  /** From now on nothing comes to or from {@code host}, and nobody is told. */
  void cut(int host) throws IOException, InterruptedException {
    ip("-n " + BRIDGE + " link set p" + host + " nomaster");
  }

  void mend(int host) throws IOException, InterruptedException {
    ip("-n " + BRIDGE + " link set p" + host + " master br0");
  }

  /** As if the cable was pulled: the host's interface has no carrier. */
  void unplug(int host) throws IOException, InterruptedException {
    ip("-n " + BRIDGE + " link set p" + host + " down");
  }

  void plug(int host) throws IOException, InterruptedException {
    ip("-n " + BRIDGE + " link set p" + host + " up");
  }

  /** What {@code from} sends to {@code to} is lost; what comes back arrives. */
  void cutOneWay(int from, int to) throws IOException, InterruptedException {
    String neighbor = address(to) + " lladdr " + NOWHERE + " dev eth0 nud permanent";
    ip("-n " + name(from) + " neigh replace " + neighbor);
  }

  void mendOneWay(int from, int to) throws IOException, InterruptedException {
    ip("-n " + name(from) + " neigh del " + address(to) + " dev eth0");
  }

  /** Processes on the hosts must have ended; the links go with their namespaces. */
  @Override
  public void close() throws IOException, InterruptedException {
    IOException failed = null;
    for (String namespace : namespaces) {
      try {
        ip("netns del " + namespace);
      } catch (IOException e) {
        failed = e;
      }
    }
    namespaces.clear();
    if (failed != null) {
      throw failed;
    }
  }

  private static void ip(String words) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("ip"));
    all.addAll(List.of(words.split(" ")));
    Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("ip " + words + ": " + said.strip());
    }
  }
}
