package io.quorate.store.sim;

import io.quorate.store.file.RefusedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Calls as an application makes them, by {@code java.nio.file.Files}. */
final class NioCalls {
  private NioCalls() {}

  /**
   * Does {@code call} and words the answer as the model does.
   *
   * @return null if {@code Files} has no such call
   * @throws RefusedException if the tree does not allow it, as under the provider
   */
  static @Nullable String answer(FileSystem files, Subtree tree, FileCall call, SimRandom random)
      throws IOException {
    try {
      return switch (call) {
        case FileCall.Read read ->
            "ok "
                + TokenContent.tokens(
                    ByteBuffer.wrap(Files.readAllBytes(at(files, tree, read.path()))));
        case FileCall.ReadSlots read ->
            "ok "
                + SparseContent.slots(
                    ByteBuffer.wrap(Files.readAllBytes(at(files, tree, read.path()))));
        case FileCall.List list -> list(at(files, tree, list.path()));
        case FileCall.Put put -> {
          Files.write(at(files, tree, put.path()), record(put.token(), random));
          yield "ok";
        }
        case FileCall.PutIfAbsent put -> {
          Files.write(
              at(files, tree, put.path()),
              record(put.token(), random),
              StandardOpenOption.CREATE_NEW);
          yield "ok";
        }
        // Files.write gives a channel 8 KiB at a time, and each such append is one of its own.
        case FileCall.Append append -> {
          Files.write(
              at(files, tree, append.path()),
              TokenContent.record(append.token(), 8 + random.below(500)),
              StandardOpenOption.APPEND);
          yield "ok";
        }
        case FileCall.Create create -> {
          Files.createFile(at(files, tree, create.path()));
          yield "ok";
        }
        case FileCall.MakeDirectory make -> {
          Files.createDirectory(at(files, tree, make.path()));
          yield "ok";
        }
        case FileCall.Link link -> {
          Files.createLink(at(files, tree, link.to()), at(files, tree, link.from()));
          yield "ok";
        }
        case FileCall.Rename rename -> {
          Files.move(
              at(files, tree, rename.from()),
              at(files, tree, rename.to()),
              StandardCopyOption.ATOMIC_MOVE);
          yield "ok";
        }
        // These say less than the calls of the model, or do not exist.
        case FileCall.Unlink _,
            FileCall.RemoveDirectory _,
            FileCall.Exchange _,
            FileCall.Move _,
            FileCall.PutIfSame _,
            FileCall.Overwrite _,
            FileCall.Truncate _,
            FileCall.WriteSlot _,
            FileCall.PunchSlot _,
            FileCall.CutAtSlot _ ->
            null;
      };
    } catch (DirectoryIteratorException e) {
      throw underneath(e.getCause());
    } catch (FileSystemException e) {
      throw underneath(e);
    }
  }

  private static IOException underneath(IOException error) {
    return error.getCause() instanceof RefusedException refused ? refused : error;
  }

  private static Path at(FileSystem files, Subtree tree, String path) {
    return files.getPath("/" + tree.full(path));
  }

  private static byte[] record(int token, SimRandom random) {
    return TokenContent.record(
        token,
        (int) (random.chance(0.2) ? random.between(5_000, 40_000) : random.between(8, 3_000)));
  }

  private static String list(Path directory) throws IOException {
    StringBuilder names = new StringBuilder("ok");
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        names.append(' ').append(entry.getFileName());
      }
    }
    return names.toString();
  }
}
