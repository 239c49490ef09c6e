package io.quorate.store.log;

/**
 * Name of an immutable chunk of file content: the session that wrote it and a number that the
 * session never uses twice. 16 bytes, both parts unsigned big-endian, wherever it is stored.
 */
public record ChunkId(long session, long number) implements Comparable<ChunkId> {

  @Override
  public int compareTo(ChunkId other) {
    int bySession = Long.compareUnsigned(session, other.session);
    return bySession != 0 ? bySession : Long.compareUnsigned(number, other.number);
  }

  @Override
  public String toString() {
    return Long.toUnsignedString(session) + "/" + Long.toUnsignedString(number);
  }
}
