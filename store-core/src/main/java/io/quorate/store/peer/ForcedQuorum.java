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
 * until a membership that was forced as often is committed: whoever of them is elected appends it
 * first of all. The file stays, and says nothing new from then on.
 *
 * <pre>
 *   u32 format (1) · body of the membership (see {@link Membership#encode}) · u32 CRC32C of both
 * </pre>
 *
 * <p><b>Why nothing acknowledged is lost</b> when half of an even number of voters survive (two of
 * four, three of six): what was acknowledged is on more than half of them, so on one survivor at
 * least. The first leader has the votes of all survivors, so its log is at least as recent as that
 * of each, and a log is more recent than another only if it holds all that was committed before its
 * last entry. It begins with the forced membership, so that one who has that in its log has all
 * that the first leader had, and a majority of the survivors is enough from then on.
 *
 * <p>With fewer survivors the newest may be on none of them, and the most recent log among them
 * counts for the truth. Then it can even be that one of them knows something to be committed that
 * the most recent log lacks, since nobody is left who has what was committed with it; that survivor
 * stops with an error, as it must not take back what it has told.
 *
 * <p><b>What it outranks.</b> Memberships that were forced less often do not count, be they in the
 * log of a survivor already, in entries that it takes, or in a checkpoint. A survivor hears no
 * request for a vote and no append of one that knows of fewer forced quorums. So a lost peer that
 * comes back with its old disk has no vote of a survivor, and no survivor takes its entries; and as
 * half of the voters are no majority, those that were lost elect nobody among themselves. While it
 * is still awaited, such a peer follows the survivors' leader, finds that its incarnation counts no
 * longer, and learns anew. But where the survivors were fewer than half, those that were lost can
 * be a quorum of their own if they all come back, and nobody can tell them.
 *
 * <p><b>Crashes.</b> Each step can be cut off and goes on with the next start. Before all survivors
 * have the file nobody is elected: those without it miss answers of a quorum that is gone, and the
 * others need their votes. Before the log names the membership for good, the file makes each start
 * under it.
 */
public final class ForcedQuorum {
  /** Name of the file. */
  public static final String FILE = "forced-quorum";

  private static final String PART = FILE + ".part";
  private static final int FORMAT = 1;
  private static final int MAX_BYTES = 1 << 16;

  private ForcedQuorum() {}

  /** Content of the file. */
  private static byte[] encode(Membership forced) {
    byte[] body = forced.encode();
    ByteBuffer out = ByteBuffer.allocate(body.length + 8).putInt(FORMAT).put(body);
    return out.putInt(crc(out.array(), body.length + 4)).array();
  }

  /**
   * Has the peer that starts on {@code disk} next go on with {@code forced} as its membership; if
   * it is cut off, that peer has this file, or what was there before.
   */
  public static void write(Disk disk, Membership forced) throws IOException {
    if (disk.list().contains(PART)) {
      disk.delete(PART);
    }
    byte[] content = encode(forced);
    try (DiskFile file = disk.create(PART, content.length)) {
      file.write(0, ByteBuffer.wrap(content));
      file.sync();
    }
    disk.rename(PART, FILE);
    disk.syncDirectory();
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
