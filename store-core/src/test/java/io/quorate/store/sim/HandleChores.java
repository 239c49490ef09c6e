package io.quorate.store.sim;

import io.quorate.store.file.FileHandle;
import io.quorate.store.file.FileTree;
import io.quorate.store.file.OpenMode;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Command.LockFamily;
import io.quorate.store.metadata.Command.LockType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What open files promise and no {@link FileCall} shows, each with a check of its own: a counter
 * that is only changed under a lock loses no increment, and a file that was unlinked is read on for
 * as long as it is open.
 */
final class HandleChores {
  private static final At COUNTER = At.path(Bytes.utf8("counter"), false);
  private static final List<LockFamily> FAMILIES = List.of(LockFamily.FCNTL, LockFamily.FLOCK);

  private final Simulation simulation;
  private final LockFamily family;

  /** Increments that were acknowledged, and those of which nobody can tell. */
  private long done;

  private long unknown;
  private int files;

  HandleChores(Simulation simulation) {
    this.simulation = simulation;
    this.family = simulation.random().pick(FAMILIES);
  }

  /** One increment of the counter, if the lock can be had. */
  void increment(HandleClient client) {
    try {
      boolean incremented = client.work(this::increment);
      if (incremented) {
        done++;
        simulation.count("counter incremented under a lock");
      }
    } catch (SimClient.GaveUp e) {
      unknown += e.mayHaveHappened() ? 1 : 0;
    }
  }

  private boolean increment(FileTree files) throws IOException {
    OpenMode mode = OpenMode.create(OpenMode.Create.IF_ABSENT, false, 0644);
    FileHandle handle = files.open(COUNTER, mode);
    try {
      if (handle.tryLock(1, family, LockType.WRITE, 0, Long.MAX_VALUE) != null) {
        simulation.count("lock held by another");
        return false;
      }
      long value = value(handle.read(0, Long.BYTES));
      handle.write(0, ByteBuffer.allocate(Long.BYTES).putLong(value + 1).flip());
      handle.publish();
      try {
        handle.unlock(1, family, 0, Long.MAX_VALUE);
      } catch (IOException e) {
        // The lock goes with the session, which is about to end or closed with this handle.
        simulation.count("unlock of unknown outcome");
      }
      return true;
    } finally {
      handle.abandon();
    }
  }

  private static long value(ByteBuffer bytes) {
    return bytes.remaining() == 0 ? 0 : bytes.getLong();
  }

  /** Makes a file, removes its name, and reads it. */
  void readUnlinked(HandleClient client, List<HandleClient> others) {
    int number = ++files;
    At at = At.path(Bytes.utf8("unlinked" + number), false);
    byte[] record = TokenContent.record(number, 500);
    SimRandom random = client.random();
    HandleClient remover = random.pick(others);
    FileTree[] process = {null};
    try {
      FileHandle handle =
          client.work(
              files -> {
                process[0] = files;
                OpenMode mode = OpenMode.create(OpenMode.Create.EXCLUSIVE, false, 0644);
                FileHandle made = files.open(at, mode);
                made.write(0, ByteBuffer.wrap(record));
                made.publish();
                return made;
              });
      remover.work(
          files -> {
            files.unlink(at);
            return true;
          });
      simulation.sleep(random.between(1_000_000, 3_000_000_000L));
      client.work(
          files -> {
            if (files != process[0]) {
              return false; // the process that had it open has crashed
            }
            ByteBuffer content = handle.read(0, 1_000);
            String tokens = TokenContent.tokens(content);
            handle.abandon();
            if (!tokens.equals(number + ";")) {
              throw new AssertionError("an unlinked open file holds \"" + tokens + "\"");
            }
            return true;
          });
      simulation.count("unlinked file read");
    } catch (SimClient.GaveUp e) {
      simulation.count("unlinked file given up");
    }
  }

  /** All faults have ended: the counter has counted what was acknowledged. */
  void judge(HandleClient client) {
    for (int attempt = 0; attempt < 20; attempt++) {
      try {
        long value =
            client.work(
                files ->
                    files.statIfExists(COUNTER) == null
                        ? 0L
                        : value(files.readAsync(COUNTER, 0, Long.BYTES).join()));
        if (value < done || value > done + unknown) {
          throw new AssertionError(
              "a counter under a lock is "
                  + value
                  + " after "
                  + done
                  + " increments and "
                  + unknown
                  + " of unknown outcome");
        }
        return;
      } catch (SimClient.GaveUp e) {
        simulation.sleep(100_000_000);
      }
    }
    throw new AssertionError("the counter can not be read although all faults had ended");
  }
}
