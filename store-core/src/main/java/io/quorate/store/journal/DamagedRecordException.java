package io.quorate.store.journal;

import java.io.IOException;

/**
 * A record does not hold what was written there. The same content is to be had from another peer,
 * and must be appended anew: this copy stays bad.
 */
public final class DamagedRecordException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Position position;

  DamagedRecordException(Position position, String fileName, String what) {
    super(
        "damaged record in "
            + fileName
            + " (segment "
            + position.segment()
            + ") at offset "
            + position.offsetBytes()
            + ": "
            + what);
    this.position = position;
  }

  /** Where the bad record begins. */
  public Position position() {
    return position;
  }
}
