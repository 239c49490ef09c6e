package io.quorate.store.benchmarks.duel;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A store on four hosts, or what stands in for one. It is made first and started then, so that it
 * can be closed whatever its start came to.
 */
public interface Contender extends AutoCloseable {
  int HOSTS = 4;

  /** What {@code --only} and the JSON call it. */
  String name();

  /** Its name for people. */
  String title();

  /** Which version runs. */
  String version() throws IOException, InterruptedException;

  /** Starts it, and returns when it can be used on each host. */
  void start() throws IOException, InterruptedException;

  /** The words that run on a host, where its mount is seen, the command that follows them. */
  List<String> on(int host);

  /** The directory that all hosts share, as {@link #on} sees it. */
  Path mount(int host);

  /** The processes that serve; those run by {@link #on} may be among them. */
  List<Long> processes();

  /** What else should be known of the run, in a few words; empty if nothing. */
  String remark() throws IOException, InterruptedException;

  /** Whether its code gets faster while it runs, for a while. */
  boolean warmsUp();

  /** What its processes said last, and which have ended; empty if it does not tell. */
  String lastWords();

  /** Ends what was started and deletes what it wrote; may be called again. */
  @Override
  void close() throws IOException, InterruptedException;
}
