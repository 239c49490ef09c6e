package io.quorate.store.metadata;

import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reference counts of published chunks. A chunk is published by one command, of its own session;
 * when its last extent goes, a row with no references stays behind as long as that session could
 * name the chunk again.
 */
final class Chunks {
  private final Transaction tx;

  Chunks(Transaction tx) {
    this.tx = tx;
  }

  static byte[] row(int references, ChunkRef chunk) {
    byte[] row = new byte[12];
    Keys.INT.set(row, 0, references);
    Keys.INT.set(row, 4, chunk.lengthBytes());
    Keys.INT.set(row, 8, chunk.crc32c());
    return row;
  }

  static ChunkRef ref(byte[] key, byte[] row) {
    ChunkId id = new ChunkId(Keys.longAt(key, 0), Keys.longAt(key, 8));
    return new ChunkRef(id, Keys.intAt(row, 4), Keys.intAt(row, 8));
  }

  static int references(byte[] row) {
    return Keys.intAt(row, 0);
  }

  /**
   * Takes note of the chunks that a command brings; refuses what was published or declared dead.
   */
  void publish(List<ChunkRef> chunks) {
    Session session = tx.session;
    Map<ChunkId, ChunkRef> distinct = new LinkedHashMap<>();
    for (ChunkRef chunk : chunks) {
      ChunkRef other = distinct.putIfAbsent(chunk.id(), chunk);
      if (other != null && !other.equals(chunk)) {
        throw new Refused(ErrorCode.INVALID, "chunk " + chunk.id() + " is named in two ways");
      }
    }
    for (ChunkRef chunk : distinct.values()) {
      ChunkId id = chunk.id();
      if (session == null || id.session() != session.id) {
        throw new Refused(ErrorCode.INVALID, "chunk " + id + " belongs to another session");
      }
      if (id.number() < session.chunkFloor) {
        throw new Refused(
            ErrorCode.INVALID,
            "chunk " + id + " is below the session's floor of " + session.chunkFloor);
      }
      byte[] key = Keys.of(id);
      if (id.number() <= session.highestChunk) {
        if (tx.draft.get(MetadataTable.CHUNKS, key) != null) {
          throw new Refused(ErrorCode.INVALID, "chunk " + id + " was published before");
        }
      } else {
        tx.draft.know(MetadataTable.CHUNKS, key, null);
        session.highestChunk = id.number();
      }
    }
  }

  /** One more extent uses the chunk. */
  void retain(ChunkRef chunk) {
    byte[] key = Keys.of(chunk.id());
    byte[] row = tx.draft.get(MetadataTable.CHUNKS, key);
    int references = row == null ? 0 : references(row);
    if (references == 0) {
      tx.globals.contentBytes += chunk.lengthBytes();
      if (row != null) {
        forget(chunk.id());
      }
    }
    tx.draft.put(MetadataTable.CHUNKS, key, row(references + 1, chunk));
  }

  /** One extent less uses the chunk. */
  void release(ChunkRef chunk) {
    byte[] key = Keys.of(chunk.id());
    byte[] row = tx.draft.get(MetadataTable.CHUNKS, key);
    if (row == null || references(row) < 1) {
      throw new IllegalStateException("chunk " + chunk.id() + " is used but has no references");
    }
    int references = references(row) - 1;
    if (references > 0) {
      tx.draft.put(MetadataTable.CHUNKS, key, row(references, chunk));
      return;
    }
    tx.globals.contentBytes -= chunk.lengthBytes();
    Session owner = tx.sessions.live(chunk.id().session());
    if (owner == null || chunk.id().number() < owner.chunkFloor) {
      tx.draft.delete(MetadataTable.CHUNKS, key);
    } else {
      tx.draft.put(MetadataTable.CHUNKS, key, row(0, chunk));
      tx.countTombstones(owner, 1);
    }
  }

  private void forget(ChunkId id) {
    Session owner = tx.sessions.live(id.session());
    if (owner != null) {
      tx.countTombstones(owner, -1);
    }
  }
}
