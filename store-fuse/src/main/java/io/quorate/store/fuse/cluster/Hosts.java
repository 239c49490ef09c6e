package io.quorate.store.fuse.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Hosts on one machine: each is a network namespace with one interface, whose other end is a port
 * of a bridge in one more namespace. This process's own network is left as it is. Needs root and
 * iproute2.
 *
 * <p>All namespaces have the prefix {@code qhost} and this process's id in their names, so that
 * those of a process that was killed can be told and deleted.
 */
public final class Hosts implements AutoCloseable {
  /** Nobody's address, so that the bridge has nowhere to bring what is sent to it. */
  private static final String NOWHERE = "02:00:de:ad:00:01";

  private static final String SUBNET = "10.231.78.";
  private static final String PREFIX = "qhost" + ProcessHandle.current().pid() + "-";
  private static final String BRIDGE = PREFIX + "b";

  /** Thrown where there can be no such hosts. */
  public static final class Unavailable extends Exception {
    private static final long serialVersionUID = 1L;

    Unavailable(String message) {
      super(message);
    }
  }

  private final List<String> namespaces = new ArrayList<>();
  private final Thread hook = Thread.ofPlatform().unstarted(this::interrupted);

  private Hosts() {}

  /** Makes hosts 1 to {@code count}. */
  public static Hosts create(int count) throws IOException, InterruptedException, Unavailable {
    Hosts hosts = new Hosts();
    Runtime.getRuntime().addShutdownHook(hosts.hook);
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

  /** The namespace of a host, for ip-netns(8). */
  public static String name(int host) {
    return PREFIX + host;
  }

  /** The IPv4 address of a host. */
  public static String address(int host) {
    return SUBNET + host;
  }

  /** The words that run on {@code host} the command that follows them. */
  public static List<String> on(int host) {
    return List.of("ip", "netns", "exec", name(host));
  }

  /** From now on nothing comes to or from {@code host}, and nobody is told. */
  public void cut(int host) throws IOException, InterruptedException {
    ip("-n " + BRIDGE + " link set p" + host + " nomaster");
  }

  /** What was cut off is connected again. */
  public void mend(int host) throws IOException, InterruptedException {
    ip("-n " + BRIDGE + " link set p" + host + " master br0");
  }

  /** As if the cable was pulled: the host's interface has no carrier. */
  public void unplug(int host) throws IOException, InterruptedException {
    ip("-n " + BRIDGE + " link set p" + host + " down");
  }

  /** The cable is back. */
  public void plug(int host) throws IOException, InterruptedException {
    ip("-n " + BRIDGE + " link set p" + host + " up");
  }

  /** What {@code from} sends to {@code to} is lost; what comes back arrives. */
  public void cutOneWay(int from, int to) throws IOException, InterruptedException {
    String neighbor = address(to) + " lladdr " + NOWHERE + " dev eth0 nud permanent";
    ip("-n " + name(from) + " neigh replace " + neighbor);
  }

  /** What was cut off one way arrives again. */
  public void mendOneWay(int from, int to) throws IOException, InterruptedException {
    ip("-n " + name(from) + " neigh del " + address(to) + " dev eth0");
  }

  /** Processes on the hosts must have ended; the links go with their namespaces. */
  @Override
  public void close() throws IOException, InterruptedException {
    try {
      delete();
    } finally {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The hook runs already, which is how this process is ending.
      }
    }
  }

  /** A namespace goes once its last process has ended, also if it is deleted before. */
  private void interrupted() {
    try {
      delete();
    } catch (IOException | InterruptedException e) {
      System.err.println("namespaces " + PREFIX + "... are still there: " + e.getMessage());
    }
  }

  private synchronized void delete() throws IOException, InterruptedException {
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
