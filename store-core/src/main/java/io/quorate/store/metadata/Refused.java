package io.quorate.store.metadata;

/** Ends a command or query that cannot be done; what it changed is undone. Carries no stack. */
final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  Refused(ErrorCode code, String detail) {
    super(detail, null, false, false);
    this.code = code;
  }

  ErrorCode code() {
    return code;
  }

  String detail() {
    return String.valueOf(getMessage());
  }
}
