package io.quorate.store.architecture.violations.consensus;

import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does what the protocol must leave to others. */
public final class LogsAndLocks {
  final ReentrantLock lock = new ReentrantLock();
  final Logger logger = LoggerFactory.getLogger(LogsAndLocks.class);
}
