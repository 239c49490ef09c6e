package io.quorate.store.nio;

import io.quorate.store.file.FileHandle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * Copies between a file and another channel, a piece at a time. If it fails once something has been
 * copied, it ends there: as in the JDK the caller hears how much that was, and meets the failure
 * when it goes on.
 */
record ChannelTransfers(FileHandle handle) {
  private static final int PIECE_BYTES = 1 << 20;

  /** Writes all of a buffer into the file. */
  interface Writer {
    int write(ByteBuffer source, long at) throws IOException;
  }

  /** Stops at the end of the file, or when {@code target} takes less than all of a piece. */
  long to(long at, long count, WritableByteChannel target) throws IOException {
    long done = 0;
    try {
      while (done < count) {
        int wanted = (int) Math.min(PIECE_BYTES, count - done);
        ByteBuffer content = handle.read(at + done, wanted).duplicate();
        int offered = content.remaining();
        int taken = offered == 0 ? 0 : target.write(content);
        done += taken;
        if (offered == 0 || taken < offered) {
          break;
        }
      }
    } catch (IOException e) {
      throwUnless(done > 0, e);
    }
    return done;
  }

  /** Stops when {@code source} has no more, now or ever. */
  long from(ReadableByteChannel source, long at, long count, Writer writer) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(PIECE_BYTES, count));
    long done = 0;
    try {
      while (done < count) {
        buffer.clear().limit((int) Math.min(buffer.capacity(), count - done));
        if (source.read(buffer) <= 0) {
          break;
        }
        done += writer.write(buffer.flip(), at + done);
      }
    } catch (IOException e) {
      throwUnless(done > 0, e);
    }
    return done;
  }

  private void throwUnless(boolean copiedSome, IOException error) throws IOException {
    // A channel that was closed meanwhile says so.
    if (!copiedSome || !handle.isOpen()) {
      throw error;
    }
  }
}
