package io.quorate.store.benchmarks.site;

import java.io.IOException;
import java.util.Map;

/** What serves the site on each web host. */
interface WebApplication {
  /** As the report names it. */
  String title();

  /** Where it serves pages. */
  int port();

  /** Where it serves files alone. */
  int filePort();

  /** What a balancer asks for to know whether it serves. */
  String healthPath();

  /** The same, of what serves files alone. */
  String fileHealthPath();

  /** Where its files are, from the root of the store. */
  String directory();

  /** Starts its programs on a host; they are named in the order of their start. */
  Map<String, HostProgram> start(SiteNetwork network, SiteHost host)
      throws IOException, InterruptedException;
}
