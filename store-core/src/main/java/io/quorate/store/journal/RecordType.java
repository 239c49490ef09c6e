package io.quorate.store.journal;

import io.quorate.store.log.ChunkRef;
import org.jspecify.annotations.Nullable;

/** What a record is. The code is what is stored; 4 (checkpoint mark) is reserved. */
enum RecordType {
  /** A chunk's content. Subject: session and number of the chunk. */
  CHUNK(1),
  /** A log entry, see {@link EntryCodec}. Subject: index and term. */
  ENTRY(2),
  /** Term and vote. Subject: term and votedFor; no payload. */
  HARD_STATE(3),
  /**
   * The state after an entry was taken from another peer: all earlier entries are superseded, and
   * the log begins after it. Subject: index and term of that entry; no payload.
   */
  INSTALL(5),
  /** The journal was closed with everything durable. Subject unused; no payload. */
  CLEAN(6),
  /** Trailer of a sealed segment, at its very end, see {@link SegmentFooter}. */
  FOOTER(7);

  private final int code;

  RecordType(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  /** Whether a record of this type can have a payload of that many bytes. */
  boolean allowsPayload(int bytes) {
    return switch (this) {
      case CHUNK -> bytes >= 1 && bytes <= ChunkRef.MAX_BYTES;
      case ENTRY -> bytes >= EntryCodec.FIXED_BYTES && bytes <= RecordFormat.MAX_ENTRY_BYTES;
      case HARD_STATE, INSTALL, CLEAN -> bytes == 0;
      case FOOTER -> bytes >= SegmentHeader.BLOCK_BYTES;
    };
  }

  /** The type with that code, or null if there is none. */
  static @Nullable RecordType ofCode(int code) {
    return switch (code) {
      case 1 -> CHUNK;
      case 2 -> ENTRY;
      case 3 -> HARD_STATE;
      case 5 -> INSTALL;
      case 6 -> CLEAN;
      case 7 -> FOOTER;
      default -> null;
    };
  }
}
