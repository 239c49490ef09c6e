package io.quorate.store.benchmarks.faults;

import io.quorate.store.fuse.cluster.Hosts;
import java.io.IOException;
import java.util.List;

/**
 * A cluster on four hosts, numbered from 1, that share a directory, and what can happen to them. A
 * fault is over when this says so, not before.
 */
interface Site extends AutoCloseable {
  int HOSTS = 4;

  /** Starts it. It can be closed at any time, whatever that came to. */
  void start() throws IOException, InterruptedException, Hosts.Unavailable;

  /** Who it is, in a word or two. */
  String name();

  /** The words that run {@link FileLoop} on a host, into a directory of that name. */
  List<String> fileLoop(int host, String directory, long count);

  /**
   * The host whose loss hurts most: the leader's, if there is one; otherwise any but host 1, where
   * the writer is.
   */
  int mostNeeded() throws IOException, InterruptedException;

  /** From now on nothing comes to or from the host, and nobody is told. */
  void cut(int host) throws IOException, InterruptedException;

  void mend(int host) throws IOException, InterruptedException;

  /** SIGKILL for what stores the files on a host. */
  void kill(int host) throws IOException, InterruptedException;

  /** Starts again what was killed. */
  void restart(int host) throws IOException, InterruptedException;

  /** SIGSTOP for what stores the files on a host. */
  void pause(int host) throws IOException, InterruptedException;

  void resume(int host) throws IOException, InterruptedException;

  /**
   * Starts to look for files on a host that does not have them yet.
   *
   * @param count how many files of {@link FileLoop} are in the directory
   */
  Arrivals arrivals(int host, String directory, long count)
      throws IOException, InterruptedException;

  /** What comes to a host that was away. */
  interface Arrivals extends AutoCloseable {
    /** Returns once the first of what was missed has come. */
    void awaitFirst() throws IOException, InterruptedException;

    /** Returns once all files are there with all of their content. */
    void awaitAll() throws IOException, InterruptedException;

    @Override
    void close() throws InterruptedException;
  }

  @Override
  void close() throws IOException, InterruptedException;
}
