package io.quorate.store.benchmarks.site;

import static io.quorate.store.benchmarks.site.SiteNetwork.WEB_HOSTS;

import io.quorate.store.benchmarks.Programs;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The web programs of one host: the load balancer, what serves the site, and what gives one of the
 * hosts the virtual address. Their configuration is in the host's directory.
 */
final class WebHost {
  /** How the virtual address moves. */
  enum Moving {
    /** VRRP, by keepalived. */
    VRRP,
    /** CARP, by ucarp, which knows IPv4 only. */
    CARP
  }

  private static final String BALANCER = "haproxy";
  private static final String ADDRESS = "virtual-address";

  private final SiteNetwork network;
  private final SiteHost host;
  private final WebApplication application;
  private final Moving moving;
  private final LinkedHashMap<String, HostProgram> programs = new LinkedHashMap<>();

  WebHost(SiteNetwork network, int number, WebApplication application, Moving moving) {
    this.network = network;
    this.host = network.host(number);
    this.application = application;
    this.moving = moving;
  }

  int number() {
    return host.number();
  }

  /** Starts all; the host's store must be mounted. */
  void start() throws IOException, InterruptedException {
    programs.clear();
    programs.putAll(application.start(network, host));
    startBalancer();
    startAddress();
  }

  private void startBalancer() throws IOException, InterruptedException {
    Map<String, String> values =
        Map.of(
            "directory",
            host.directory().toString(),
            "any",
            network.isIpv6() ? "[::]" : "0.0.0.0",
            "health",
            application.healthPath(),
            "fileHealth",
            application.fileHealthPath(),
            "applicationServers",
            servers(application.port()),
            "fileServers",
            servers(application.filePort()));
    Path file = host.directory().resolve("haproxy.cfg");
    Template.write("haproxy.cfg", values, file);
    Files.deleteIfExists(balancerSocket());
    programs.put(
        BALANCER, host.start(BALANCER, Map.of(), List.of("haproxy", "-db", "-f", file.toString())));
  }

  private String servers(int port) {
    List<String> lines = new ArrayList<>();
    for (int web = 1; web <= WEB_HOSTS; web++) {
      lines.add("  server web" + web + " " + network.bracketed(web) + ":" + port);
    }
    return String.join("\n", lines);
  }

  /** Takes part in giving out the virtual address, from now on. */
  void startAddress() throws IOException, InterruptedException {
    programs.put(ADDRESS, host.start(ADDRESS, Map.of(), moving == Moving.VRRP ? vrrp() : carp()));
  }

  private List<String> vrrp() throws IOException {
    Path own = host.directory();
    Template.write(
        "haproxy-lives.sh",
        Map.of("loopback", network.loopback()),
        own.resolve("haproxy-lives.sh"));
    Path file = own.resolve("keepalived.conf");
    Map<String, String> values =
        Map.of(
            "directory",
            own.toString(),
            "priority",
            Integer.toString(100 + WEB_HOSTS - number()),
            "virtual",
            network.virtualNetwork());
    Template.write("keepalived.conf", values, file);
    return List.of("keepalived", "-n", "-l", "-P", "-f", file.toString());
  }

  private List<String> carp() throws IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("ucarp", "-i", "eth0", "-s", network.address(number()), "-v", "51"));
    words.addAll(List.of("-p", "site", "-a", network.virtualAddress()));
    // Each waits longer than the one before, so that not all want it at the same time.
    words.addAll(List.of("-b", "1", "-k", Integer.toString(60 * (number() - 1)), "-z"));
    for (String script : List.of("up", "down")) {
      Path file = host.directory().resolve("ucarp-" + script + ".sh");
      Map<String, String> values =
          Map.of("virtual", network.virtualNetwork(), "virtualAddress", network.virtualAddress());
      Template.write("ucarp-" + script + ".sh", values, file);
      Programs.run(List.of("chmod", "755", file.toString()));
      words.add("--" + script + "script=" + file);
    }
    return words;
  }

  /** Gives the virtual address away, in order, and takes no part from now on. */
  void stopAddress() throws IOException, InterruptedException {
    HostProgram program = programs.remove(ADDRESS);
    if (program != null) {
      program.stop();
    }
  }

  /** Stops all, in order. */
  void stop() throws IOException, InterruptedException {
    stopAddress();
    while (!programs.isEmpty()) {
      programs.pollLastEntry().getValue().stop();
    }
  }

  /** Fails if one of its programs has ended by itself. */
  void check() throws IOException {
    for (HostProgram program : programs.values()) {
      program.check();
    }
  }

  private Path balancerSocket() {
    return host.directory().resolve("haproxy.sock");
  }

  /** Has the host's load balancer do something; answers what it says. */
  String balancer(String command) throws IOException {
    try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.connect(UnixDomainSocketAddress.of(balancerSocket()));
      Channels.newOutputStream(socket).write((command + "\n").getBytes(StandardCharsets.US_ASCII));
      return new String(Channels.newInputStream(socket).readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  /** What this host's balancer thinks of web host {@code web}, in each of its roles. */
  List<ServerState> states(int web) throws IOException {
    List<ServerState> states = new ArrayList<>();
    for (String line : balancer("show stat").lines().toList()) {
      String[] fields = line.split(",", -1);
      if (fields.length > ServerState.STATUS && fields[1].equals("web" + web)) {
        states.add(ServerState.of(fields));
      }
    }
    return states;
  }

  /**
   * A server as a balancer sees it.
   *
   * @param sessions requests that it is at
   */
  record ServerState(String status, int sessions) {
    private static final int SESSIONS = 4;
    private static final int STATUS = 17;

    static ServerState of(String[] fields) {
      return new ServerState(fields[STATUS], Integer.parseInt(fields[SESSIONS]));
    }

    boolean isUp() {
      return status.equals("UP");
    }
  }
}
