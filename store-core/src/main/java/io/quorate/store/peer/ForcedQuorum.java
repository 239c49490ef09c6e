package io.quorate.store.peer;

import io.quorate.store.log.Membership;
import io.quorate.store.world.Disk;
import io.quorate.store.world.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The membership that an operator has forced upon a stopped peer, after so many were lost for good
 * that the rest is no quorum. It is in a file of the data directory of each survivor, and counts
 * until the log names a membership that was forced as often: whoever of them is elected appends it
 * first of all.
 *
 * <pre>
 *   u32 format (1) · body of the membership (see {@link Membership#encode}) · u32 CRC32C of both
 * </pre>
 *
 * <p>Why nothing acknowledged is lost while at least one copy of each commit is among the survivors
 * (two of four): the one that is elected has the most recent log of them, and a log is more recent
 * than another only if it holds all that was committed before its last entry.
 */
public final class ForcedQuorum {
  /** Name of the file. */
  public static final String FILE = "forced-quorum";

  private static final int FORMAT = 1;
  private static final int MAX_BYTES = 1 << 16;

  private ForcedQuorum() {}

  /** Content of the file. */
  public static byte[] encode(Membership forced) {
    byte[] body = forced.encode();
    ByteBuffer out = ByteBuffer.allocate(body.length + 8).putInt(FORMAT).put(body);
    return out.putInt(crc(out.array(), body.length + 4)).array();
  }

  /** What the file says; null if there is none. */
  static @Nullable Membership read(Disk disk) throws IOException {
    if (!disk.list().contains(FILE)) {
      return null;
    }
    try (DiskFile file = disk.open(FILE)) {
      ByteBuffer in = ByteBuffer.allocate((int) Math.min(file.sizeBytes(), MAX_BYTES));
      file.read(0, in);
      int end = in.capacity() - 4;
      in.clear();
      if (end < 4 || in.getInt(0) != FORMAT || in.getInt(end) != crc(in.array(), end)) {
        throw new IOException(
            disk.directory()
                + " has a damaged "
                + FILE
                + " file; delete it and run quorate recover again");
      }
      return Membership.decode(0, Arrays.copyOfRange(in.array(), 4, end));
    }
  }

  private static int crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
