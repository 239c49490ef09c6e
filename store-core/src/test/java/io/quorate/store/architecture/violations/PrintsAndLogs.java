package io.quorate.store.architecture.violations;

import org.slf4j.LoggerFactory;

/** Lines that the application can not direct. */
public final class PrintsAndLogs {
  void logs() {
    java.util.logging.Logger.getLogger("name").info("a line");
  }

  void logsOfTheJdk() {
    System.getLogger("name").log(System.Logger.Level.INFO, "a line");
  }

  void prints() {
    System.out.println("a line");
  }

  void printsErrors() {
    System.err.println("a line");
  }

  void traces() {
    new Exception("a line").printStackTrace();
  }

  void allowed() {
    LoggerFactory.getLogger(PrintsAndLogs.class).info("a line");
  }
}
