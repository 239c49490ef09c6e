package io.quorate.store.benchmarks.site;

import java.io.IOException;
import java.nio.file.Path;

/** What shares the upload directory of the web hosts, which are switched on. */
interface SiteStore {
  String title();

  String version() throws IOException, InterruptedException;

  /** Starts it on all hosts, and returns when it is in order and mounted on each. */
  void start() throws IOException, InterruptedException;

  /** Whether it has mounts; else the application embeds it. */
  default boolean isMounted() {
    return true;
  }

  /** Where it is mounted, in the host's view. */
  Path mount(int host);

  /** Starts it, where it does not run, on a host; returns when it is mounted. */
  void startOn(int host) throws IOException, InterruptedException;

  /** Stops it on a host in order, its mount included, as for an upgrade. */
  void stopOn(int host) throws IOException, InterruptedException;

  /** SIGKILL for what stores the files of a host. */
  void killServer(int host) throws IOException, InterruptedException;

  /** Starts again what was killed, and returns when the host's mount works. */
  void restartServer(int host) throws IOException, InterruptedException;

  /** The host whose loss hurts most. */
  int mostNeeded() throws IOException, InterruptedException;

  /** Returns when every host has everything. */
  void awaitHealed() throws IOException, InterruptedException;

  /**
   * A directory with the tree as the disk of one host has it, of a store that may be stopped for
   * it; files can be read there by this process.
   */
  Path disk(int host) throws IOException, InterruptedException;
}
