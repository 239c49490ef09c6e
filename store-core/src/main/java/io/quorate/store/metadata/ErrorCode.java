package io.quorate.store.metadata;

/**
 * Why a command or query was refused, each with the errno that a mount answers. Stored and sent by
 * position: a new one goes to the end.
 */
public enum ErrorCode {
  NOT_PERMITTED(1),
  NOT_FOUND(2),
  IO(5),
  NO_SUCH_DEVICE(6),
  WOULD_BLOCK(11),
  EXISTS(17),
  NOT_DIRECTORY(20),
  IS_DIRECTORY(21),
  INVALID(22),
  FILE_TOO_LARGE(27),
  NO_SPACE(28),
  TOO_MANY_LINKS(31),
  RANGE(34),
  NAME_TOO_LONG(36),
  NO_LOCKS(37),
  NOT_EMPTY(39),
  LOOP(40),
  NO_ATTRIBUTE(61),
  NOT_SUPPORTED(95),
  STALE(116),
  /** The session is unknown or has ended; its handles and locks are gone. */
  SESSION_ENDED(5),
  /** The answer to this sequence number was already given and forgotten. */
  ANSWER_FORGOTTEN(5),
  /** A conditional put whose condition did not hold. */
  CONDITION_FAILED(17),
  ACCESS_DENIED(13);

  private final int errno;

  ErrorCode(int errno) {
    this.errno = errno;
  }

  /** Linux errno. */
  public int errno() {
    return errno;
  }
}
