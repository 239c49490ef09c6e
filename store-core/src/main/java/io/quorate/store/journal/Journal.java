package io.quorate.store.journal;

import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.HardState;
import io.quorate.store.world.Disk;
import io.quorate.store.world.NoSpaceException;
import io.quorate.store.world.World;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The journal of one peer. */
public final class Journal implements AutoCloseable {
  private Journal() {}

  /** Recovers what is in the directory and starts the writer. */
  public static Journal open(World world, Disk disk, JournalOptions options, Replay replay)
      throws IOException {
    throw new UnsupportedOperationException("lands within the hour");
  }

  public Position appendChunk(ChunkRef chunk, ByteBuffer content) throws NoSpaceException {
    throw new UnsupportedOperationException();
  }

  public Position appendEntry(Entry entry) throws NoSpaceException {
    throw new UnsupportedOperationException();
  }

  public void appendHardState(HardState state) {
    throw new UnsupportedOperationException();
  }

  /** Membership to be repeated in the header of each later segment, at most 2,048 bytes. */
  public void setMembership(byte[] encoded) {
    throw new UnsupportedOperationException();
  }

  public void whenDurable(Runnable callback) {
    throw new UnsupportedOperationException();
  }

  public ByteBuffer readChunk(ChunkRef chunk, Position position) throws IOException {
    throw new UnsupportedOperationException();
  }

  public ByteBuffer readChunk(ChunkRef chunk, Position position, int offset, int length)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  public Entry readEntry(Position position) throws IOException {
    throw new UnsupportedOperationException();
  }

  public long queuedBytes() {
    throw new UnsupportedOperationException();
  }

  public long usableBytes() {
    throw new UnsupportedOperationException();
  }

  public boolean suspect() {
    throw new UnsupportedOperationException();
  }

  public Recovery recovered() {
    throw new UnsupportedOperationException();
  }

  public long bytesWritten() {
    throw new UnsupportedOperationException();
  }

  public long syncs() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() throws IOException {
    throw new UnsupportedOperationException();
  }
}
