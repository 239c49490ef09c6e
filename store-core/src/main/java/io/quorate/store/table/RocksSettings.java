package io.quorate.store.table;

import java.util.List;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Logger;

/**
 * How much a database may take. The rest of RocksDB's tuning is fixed here: rows are small and
 * mostly read by exact key, so each file has a bloom filter over whole keys; indexes and filters
 * live in the bounded cache.
 *
 * @param cacheBytes block cache, including indexes and filters; more makes reads of a large
 *     namespace faster
 * @param writeBufferBytes unflushed rows held in memory, over all tables; reaching it starts a
 *     flush of all of them. More means fewer, larger flushes, and a longer replay of the journal
 *     after a crash
 */
public record RocksSettings(long cacheBytes, long writeBufferBytes) {
  /**
   * Fits four peers on one small machine. The cache holds about what a million files are looked up
   * by; it fills only as they are: with 32 MiB a lookup among a million costs a fifth more.
   */
  public static final RocksSettings SMALL = new RocksSettings(128L << 20, 32L << 20);

  private static final int BLOOM_BITS_PER_KEY = 10;
  private static final long ARENA_BLOCK_BYTES = 64L << 10;
  private static final int CACHE_SHARD_BITS = 4;

  public RocksSettings {
    if (cacheBytes < 1 << 20 || writeBufferBytes < 1 << 20) {
      throw new IllegalArgumentException(
          "cacheBytes and writeBufferBytes are at least 1 MiB each, not "
              + cacheBytes
              + " and "
              + writeBufferBytes);
    }
  }

  ColumnFamilyOptions familyOptions(List<AbstractNativeReference> owned) {
    LRUCache cache = keep(owned, new LRUCache(cacheBytes, CACHE_SHARD_BITS));
    BloomFilter bloom = keep(owned, new BloomFilter(BLOOM_BITS_PER_KEY, false));
    BlockBasedTableConfig blocks =
        new BlockBasedTableConfig()
            .setBlockCache(cache)
            .setFilterPolicy(bloom)
            .setWholeKeyFiltering(true)
            .setCacheIndexAndFilterBlocks(true)
            .setCacheIndexAndFilterBlocksWithHighPriority(true)
            .setPinL0FilterAndIndexBlocksInCache(true);
    return keep(owned, new ColumnFamilyOptions())
        .setTableFormatConfig(blocks)
        .setCompressionType(CompressionType.LZ4_COMPRESSION)
        .setWriteBufferSize(writeBufferBytes / 2)
        // Every family holds one of each from the start, and all count towards writeBufferBytes.
        .setArenaBlockSize(ARENA_BLOCK_BYTES)
        .setMemtablePrefixBloomSizeRatio(0.02)
        .setMemtableWholeKeyFiltering(true)
        .setMaxWriteBufferNumber(3);
  }

  DBOptions databaseOptions(List<AbstractNativeReference> owned) {
    return keep(owned, new DBOptions())
        .setCreateIfMissing(true)
        .setCreateMissingColumnFamilies(true)
        .setAtomicFlush(true)
        .setAvoidFlushDuringShutdown(true)
        .setDbWriteBufferSize(writeBufferBytes)
        .setMaxBackgroundJobs(2)
        .setMaxOpenFiles(256)
        .setStatsDumpPeriodSec(0)
        .setStatsPersistPeriodSec(0)
        .setLogger(keep(owned, new Silence()));
  }

  private static <T extends AbstractNativeReference> T keep(
      List<AbstractNativeReference> owned, T object) {
    owned.add(object);
    return object;
  }

  /** Keeps RocksDB from writing its own log files; what fails is thrown, not logged. */
  private static final class Silence extends Logger {
    Silence() {
      super(InfoLogLevel.FATAL_LEVEL);
    }

    @Override
    protected void log(InfoLogLevel level, String message) {}
  }
}
