package io.quorate.store.fuse.command;

/** Ends the command with one line for the operator and an exit status. */
final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitStatus;
  private final Complaint.Kind kind;

  private Failure(int exitStatus, Complaint.Kind kind, String message) {
    super(message);
    this.exitStatus = exitStatus;
    this.kind = kind;
  }

  /** The work began and could not be done. */
  static Failure failed(String message) {
    return failed(Complaint.Kind.FAILED, message);
  }

  /** The same, and a program can tell why. */
  static Failure failed(Complaint.Kind kind, String message) {
    return new Failure(ExitStatus.FAILED, kind, message);
  }

  /** The command can not begin: wrong words, no configuration, no cluster. */
  static Failure notStarted(String message) {
    return notStarted(Complaint.Kind.USAGE, message);
  }

  /** The same, and a program can tell why. */
  static Failure notStarted(Complaint.Kind kind, String message) {
    return new Failure(ExitStatus.NOT_STARTED, kind, message);
  }

  /** A complaint with more to say. */
  static Failure of(Complaint complaint, String more) {
    return new Failure(complaint.exitStatus(), complaint.kind(), complaint.line() + more);
  }

  int exitStatus() {
    return exitStatus;
  }

  Complaint.Kind kind() {
    return kind;
  }
}
