package io.quorate.store.peer;

/**
 * How long a peer's log may become, and with it how long a start of the peer takes.
 *
 * @param flushBytes the databases are flushed at least every so many bytes of the journal. A start
 *     after a crash reads about that much of it again; smaller starts sooner and costs more writes
 *     of small files. 64 KiB (tests) to 1 TiB; default 256 MiB
 * @param flushEntries the same in entries of the log, which are applied again. 1 to 100,000,000;
 *     default 100,000
 * @param tailEntries how many of the entries that are flushed stay in the log, for peers that were
 *     away for a moment. Each costs 12 bytes of memory. 0 to 100,000,000; default 20,000
 */
public record LogOptions(long flushBytes, long flushEntries, long tailEntries) {
  public static final LogOptions DEFAULT = new LogOptions(256L << 20, 100_000, 20_000);

  public LogOptions {
    PeerOptions.checkRange("log flushBytes", flushBytes, 64 << 10, 1L << 40);
    PeerOptions.checkRange("log flushEntries", flushEntries, 1, 100_000_000);
    PeerOptions.checkRange("log tailEntries", tailEntries, 0, 100_000_000);
  }
}
