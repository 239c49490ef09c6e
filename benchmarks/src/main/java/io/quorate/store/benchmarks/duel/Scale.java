package io.quorate.store.benchmarks.duel;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How much of everything. Of lists, the first is what all work is done with; with the others only
 * the work that {@link Work} says so of.
 *
 * @param threads that use small files at once
 * @param files small ones of each kind of work in a round
 * @param fileBytes of a small file
 * @param writes small reads, and small writes with an fsync each, in a round
 * @param largeMib of the large file
 * @param entries of the directory that is listed
 * @param siteFiles that visitors of a site read
 * @param pacedSeconds for how long work is done at a fixed rate
 * @param sync whether work that fsyncs is done
 * @param tmpfs whether all is in memory anyway
 * @param archive to unpack, and how many files that makes; null for none
 */
record Scale(
    List<Integer> threads,
    int files,
    List<Integer> fileBytes,
    int writes,
    int largeMib,
    List<Integer> entries,
    int siteFiles,
    double pacedSeconds,
    boolean sync,
    boolean tmpfs,
    @Nullable Archive archive) {

  static final int BLOCK_BYTES = 1 << 20;
  static final int WRITE_BYTES = 4096;

  /** So many bytes of small files are enough, however large each is. */
  private static final long ENOUGH_BYTES = 256L << 20;

  /** A tar file. */
  record Archive(String file, int files) {}

  Scale {
    threads = List.copyOf(threads);
    fileBytes = List.copyOf(fileBytes);
    entries = List.copyOf(entries);
  }

  /** How many small files of a size there are in a round. */
  int files(int bytes) {
    return Math.clamp(ENOUGH_BYTES / bytes, Math.min(files, 64), files);
  }

  /** By names for people. */
  Map<String, Object> describe() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("threads", threads);
    facts.put("small files", files);
    facts.put("bytes of a small file", fileBytes);
    facts.put("small reads and writes", writes);
    facts.put("MiB of the large file", largeMib);
    facts.put("entries of the directory", entries);
    facts.put("files of the site", siteFiles);
    facts.put("seconds at a fixed rate", pacedSeconds);
    return facts;
  }
}
