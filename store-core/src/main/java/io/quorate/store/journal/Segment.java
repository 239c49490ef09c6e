package io.quorate.store.journal;

import io.quorate.store.world.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One segment file, open. It stays open for those who read it when it has been deleted meanwhile.
 */
final class Segment {
  private final long number;
  private final String fileName;
  private final DiskFile file;
  private final int sizeBytes;
  private volatile long generation;
  private volatile int end;
  private volatile long predecessor;
  private volatile long diskBytes;

  /** Who uses the file: the journal, until it drops the segment, and each reader. */
  private final AtomicInteger users = new AtomicInteger(1);

  Segment(long number, String fileName, DiskFile file, int sizeBytes) {
    this.number = number;
    this.fileName = fileName;
    this.file = file;
    this.sizeBytes = sizeBytes;
    this.end = sizeBytes;
    this.diskBytes = sizeBytes;
  }

  long number() {
    return number;
  }

  String fileName() {
    return fileName;
  }

  DiskFile file() {
    return file;
  }

  int sizeBytes() {
    return sizeBytes;
  }

  long generation() {
    return generation;
  }

  void setGeneration(long value) {
    generation = value;
  }

  /** Nothing at or past this offset is ever read: the cut, or the file's size. */
  int end() {
    return end;
  }

  void cutAt(int offset) {
    end = offset;
  }

  /** The segment that this one's header names as the one before it; 0 if there was none. */
  long predecessor() {
    return predecessor;
  }

  void setPredecessor(long value) {
    predecessor = value;
  }

  /** Bytes that the file takes on the disk. */
  long diskBytes() {
    return diskBytes;
  }

  /** Cuts the file at its end: nothing past it is needed. */
  void giveBackRest() throws IOException {
    file.truncate(end);
    diskBytes = end;
  }

  /** Begins to use the file; false if it is closed, for good. */
  boolean acquire() {
    int now = users.get();
    while (now > 0) {
      if (users.compareAndSet(now, now + 1)) {
        return true;
      }
      now = users.get();
    }
    return false;
  }

  /** Ends one use of the file; the last one closes it. */
  void release() throws IOException {
    if (users.decrementAndGet() == 0) {
      file.close();
    }
  }

  /** The record at {@code at} in {@code in}, if it is one that was written at {@code offset}. */
  @Nullable RecordHeader decode(ByteBuffer in, int at, int offset) {
    return RecordHeader.decode(in, at, number, generation, offset);
  }

  /** Reads {@code length} bytes, or as many as there are up to the file's end. */
  ByteBuffer read(long offset, int length) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(length);
    file.read(offset, out);
    return out.flip();
  }
}
