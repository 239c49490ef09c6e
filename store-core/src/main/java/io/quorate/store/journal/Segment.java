package io.quorate.store.journal;

import io.quorate.store.world.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One segment file, open. */
final class Segment {
  private final long number;
  private final String fileName;
  private final DiskFile file;
  private final int sizeBytes;
  private volatile long generation;
  private volatile int end;

  Segment(long number, String fileName, DiskFile file, int sizeBytes) {
    this.number = number;
    this.fileName = fileName;
    this.file = file;
    this.sizeBytes = sizeBytes;
    this.end = sizeBytes;
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
