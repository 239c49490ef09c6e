package io.quorate.store.world;

import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file of a {@link Disk}. Reads and one writer may go on at the same time. */
public interface DiskFile extends AutoCloseable {

  /** Length in bytes. */
  long sizeBytes() throws IOException;

  /** Writes all remaining bytes of all buffers, one after the other, from {@code offset} on. */
  void write(long offset, ByteBuffer... buffers) throws IOException;

  /**
   * Fills {@code target} from {@code offset}; returns the bytes read, fewer only at the file's end.
   */
  int read(long offset, ByteBuffer target) throws IOException;

  /** Makes the content durable (fdatasync). A failure is final: the peer must stop. */
  void sync() throws IOException;

  /**
   * Gives the blocks past {@code sizeBytes} back; nothing past it will be read or written again. A
   * hint: an implementation may keep them.
   */
  default void truncate(long sizeBytes) throws IOException {}

  @Override
  void close() throws IOException;
}
