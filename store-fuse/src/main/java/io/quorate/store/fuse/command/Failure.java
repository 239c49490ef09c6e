package io.quorate.store.fuse.command;

/** Ends the command with one line for the operator and an exit status. */
final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitStatus;

  private Failure(int exitStatus, String message) {
    super(message);
    this.exitStatus = exitStatus;
  }

  /** The work began and could not be done. */
  static Failure failed(String message) {
    return new Failure(ExitStatus.FAILED, message);
  }

  /** The command can not begin: wrong words, no configuration, no cluster. */
  static Failure notStarted(String message) {
    return new Failure(ExitStatus.NOT_STARTED, message);
  }

  int exitStatus() {
    return exitStatus;
  }
}
