package io.quorate.store.sim;

import io.quorate.store.file.FileHandle;
import io.quorate.store.file.FileTree;
import io.quorate.store.file.OpenMode;
import io.quorate.store.file.RefusedException;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Command.LockFamily;
import io.quorate.store.metadata.Command.LockType;
import io.quorate.store.metadata.ErrorCode;
import io.quorate.store.metadata.FileType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What open files promise and no {@link FileCall} shows, each with a check of its own: a counter
 * that is only changed under a lock loses no increment; a file that was unlinked is read on for as
 * long as it is open; and who lists a directory page by page sees, in order and once, each name
 * that is there all the time.
 */
final class HandleChores {
  private static final At COUNTER = At.path(Bytes.utf8("counter"), false);
  private static final String CROWD = "crowd";
  private static final List<LockFamily> FAMILIES = List.of(LockFamily.FCNTL, LockFamily.FLOCK);

  private final Simulation simulation;
  private final LockFamily family;

  /** Increments that were acknowledged, and those of which nobody can tell. */
  private long done;

  private long unknown;
  private int files;

  /** Names ever asked for in {@link #CROWD}, and those of them that are there for certain. */
  private final Set<String> asked = new TreeSet<>();

  private final Set<String> present = new TreeSet<>();

  /** What each listing under way must show in the end. */
  private final List<Set<String>> expectations = new ArrayList<>();

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

  /** Makes and removes names in a directory that others may be listing. */
  void crowd(HandleClient client) {
    try {
      client.work(
          files -> {
            if (files.statIfExists(at(CROWD)) == null) {
              try {
                files.makeDirectory(at(CROWD), 0755);
              } catch (RefusedException e) {
                if (e.code() != ErrorCode.EXISTS) {
                  throw e; // a full disk is no directory
                }
                simulation.count("directory made by another");
              }
            }
            return true;
          });
      for (int i = 10 + client.random().below(20); i > 0; i--) {
        String name = "name" + client.random().below(60);
        if (present.contains(name)) {
          expectations.forEach(expected -> expected.remove(name));
          present.remove(name);
          client.work(
              files -> {
                files.unlink(at(CROWD + "/" + name));
                return true;
              });
        } else if (asked.add(name)) {
          // Once only: whether a name is there for certain must not hang on two calls in doubt.
          client.work(
              files -> {
                files.makeNode(at(CROWD + "/" + name), FileType.FIFO, 0644, 0);
                return true;
              });
          present.add(name);
        }
      }
    } catch (SimClient.GaveUp e) {
      simulation.count("crowd given up");
    }
  }

  /** Lists that directory, page by page, with pauses. */
  void listCrowd(HandleClient client) {
    Set<String> expected = new TreeSet<>(present);
    expectations.add(expected);
    List<String> seen = new ArrayList<>();
    try {
      Bytes after = Bytes.EMPTY;
      boolean end = false;
      int pages = 0;
      while (!end) {
        Bytes from = after;
        Answer.Listing page = client.work(files -> listing(files, from));
        if (page == null) {
          return; // the directory is yet to be made
        }
        for (Answer.DirectoryEntry entry : page.entries()) {
          seen.add(entry.name().toString());
          after = entry.name();
        }
        end = page.end();
        pages++;
        simulation.sleep(client.random().between(1_000, 50_000_000));
      }
      simulation.count(pages > 1 ? "directory listed in pages" : "directory listed at once");
    } catch (SimClient.GaveUp e) {
      simulation.count("listing given up");
      return;
    } finally {
      // This very one: another listing may expect the same.
      expectations.removeIf(other -> other == expected);
    }
    for (int i = 1; i < seen.size(); i++) {
      if (seen.get(i - 1).compareTo(seen.get(i)) >= 0) {
        throw new AssertionError("a listing is out of order: " + seen);
      }
    }
    if (!seen.containsAll(expected) || !asked.containsAll(seen)) {
      throw new AssertionError("a listing shows " + seen + "; there all the time were " + expected);
    }
  }

  private static Answer.@Nullable Listing listing(FileTree files, Bytes after) throws IOException {
    return files.statIfExists(at(CROWD)) == null ? null : files.list(at(CROWD), after, false);
  }

  private static At at(String path) {
    return At.path(Bytes.utf8(path), false);
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
