package io.quorate.store.architecture.violations.journal;

import io.quorate.store.architecture.violations.consensus.LogsAndLocks;
import java.net.Socket;
import org.rocksdb.RocksDB;

/** Knows its neighbour, the network and RocksDB. */
public final class KnowsTheProtocol {
  LogsAndLocks sideways = new LogsAndLocks();
  Socket socket = new Socket();
  Class<?> database = RocksDB.class;
}
