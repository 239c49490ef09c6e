package io.quorate.store.peer;

import io.quorate.store.log.ChunkRef;
import java.io.IOException;

/** A chunk that a file uses is nowhere: every peer was asked, twice, and none has a good copy. */
final class ChunkLostException extends IOException {
  private static final long serialVersionUID = 1L;

  ChunkLostException(ChunkRef chunk) {
    super("no peer has a good copy of chunk " + chunk.id(), null);
  }
}
