package io.quorate.store.benchmarks.duel;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How much of everything.
 *
 * @param threads that use small files at once
 * @param files small ones of each kind of work in a round
 * @param fileBytes of a small file
 * @param writes small ones with an fsync each, in a round
 * @param largeMib of the large file
 * @param entries of the directory that is listed
 * @param sync whether work that fsyncs is done
 * @param archive to unpack, and how many files that makes; null for none
 */
record Scale(
    int threads,
    int files,
    int fileBytes,
    int writes,
    int largeMib,
    int entries,
    boolean sync,
    @Nullable Archive archive) {

  static final int BLOCK_BYTES = 1 << 20;
  static final int WRITE_BYTES = 4096;

  /** A tar file. */
  record Archive(String file, int files) {}

  /** By names for people. */
  Map<String, Object> describe() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("threads", threads);
    facts.put("small files", files);
    facts.put("bytes of a small file", fileBytes);
    facts.put("synced writes", writes);
    facts.put("MiB of the large file", largeMib);
    facts.put("entries of the directory", entries);
    return facts;
  }
}
