package io.quorate.store.net.transport;

/**
 * Where to connect to or listen at, as people write it: {@code host:port}, the host a name, an IPv4
 * address, or an IPv6 address in brackets.
 */
public record Endpoint(String host, int port) {

  public Endpoint {
    if (host.isEmpty() || host.chars().anyMatch(c -> c <= ' ' || c == '/' || c == '[')) {
      throw new IllegalArgumentException("\"" + host + "\" is not a host name or address");
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port " + port + " is out of range; use 1 to 65535");
    }
  }

  /**
   * Reads {@code host:port}.
   *
   * @throws IllegalArgumentException if it is something else; the message says what is expected
   */
  public static Endpoint parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? text : text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]") && host.length() > 2;
    if (colon < 0 || host.isEmpty() || (!bracketed && host.indexOf(':') >= 0)) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not an address; write host:port, or [address]:port for IPv6");
    }
    String port = text.substring(colon + 1);
    if (port.isEmpty() || port.length() > 9 || !port.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw new IllegalArgumentException("\"" + port + "\" is not a port; use 1 to 65535");
    }
    return new Endpoint(
        bracketed ? host.substring(1, host.length() - 1) : host, Integer.parseInt(port));
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
