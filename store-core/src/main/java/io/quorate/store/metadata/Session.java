package io.quorate.store.metadata;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A session: its row {@code s} and its row {@code h} of {@link MetadataTable#SESSIONS}, and the
 * results that {@link MetadataTable#RESULTS} keeps for it. The thread that applies holds all of
 * them in memory.
 *
 * <pre>
 * s: owner:bytes  timeoutMillis  lowest highest  chunkFloor sweptFloor highestChunk  tombstones
 *    handlesAsOf  lastCommandIndex:count  ended:byte
 * h: id:8 *
 * </pre>
 */
final class Session {
  final long id;
  final String owner;
  final long timeoutMillis;

  /** Sequence numbers below are answered and forgotten. */
  long lowest = 1;

  /** Unpublished chunks numbered below are garbage. */
  long chunkFloor;

  /** Dead chunks below have been purged from CHUNKS. */
  long sweptFloor;

  /** No chunk numbered above was ever published: saves the look-up of each new one. */
  long highestChunk = -1;

  /** Rows in CHUNKS that only say "published, and dead again". */
  long tombstones;

  /** Applied index at which {@link #held} was true. */
  long handlesAsOf;

  /** Index of its last command: the sign of life that the leader watches. */
  long lastCommandIndex;

  /** It is refused everything; what it left behind is being purged. */
  boolean ended;

  SortedSet<Long> held = Collections.emptySortedSet();

  /** Encoded results from {@link #lowest} up. */
  final TreeMap<Long, byte[]> results = new TreeMap<>();

  /** The row as it is stored, so that it need not be read again. */
  byte[] stored = {};

  Session(long id, String owner, long timeoutMillis) {
    this.id = id;
    this.owner = owner;
    this.timeoutMillis = timeoutMillis;
  }

  byte[] key() {
    return Keys.tagged('s', id);
  }

  byte[] encode() {
    Encoder out = new Encoder(96).putBytes(Shapes.text(owner)).putCount(timeoutMillis);
    out.putCount(lowest).putCount(chunkFloor).putCount(sweptFloor).putNumber(highestChunk);
    out.putCount(tombstones).putCount(handlesAsOf).putCount(lastCommandIndex).putBoolean(ended);
    return out.toArray();
  }

  static Session decode(long id, byte[] row) {
    Decoder in = new Decoder(row);
    try {
      Session session = new Session(id, Shapes.readText(in, "owner"), in.readCount("timeout"));
      session.lowest = in.readCount("lowest");
      session.chunkFloor = in.readCount("chunk floor");
      session.sweptFloor = in.readCount("swept floor");
      session.highestChunk = in.readNumber("highest chunk");
      session.tombstones = in.readCount("tombstones");
      session.handlesAsOf = in.readCount("handles as of");
      session.lastCommandIndex = in.readCount("last command");
      session.ended = in.readBoolean("ended");
      session.stored = row;
      return session;
    } catch (MalformedCommandException e) {
      throw new IllegalStateException("row of session " + id + " is damaged", e);
    }
  }

  static byte[] encodeHeld(SortedSet<Long> held) {
    Encoder out = new Encoder(8 * held.size());
    held.forEach(out::putLong);
    return out.toArray();
  }

  static SortedSet<Long> decodeHeld(byte[] row) {
    SortedSet<Long> held = new TreeSet<>();
    for (int i = 0; i < row.length; i += 8) {
      held.add(Keys.longAt(row, i));
    }
    return held;
  }
}
