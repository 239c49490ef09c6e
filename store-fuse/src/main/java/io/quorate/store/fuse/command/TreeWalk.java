package io.quorate.store.fuse.command;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Goes through a tree in the order of names, parents first, without following symbolic links. Holds
 * the names of one directory for each level. What is removed meanwhile is passed over.
 */
final class TreeWalk {
  private TreeWalk() {}

  /** What to do on the way. */
  interface Visitor {
    /**
     * @param shown the path as the user wrote its beginning
     * @param depth 0 for where the walk began
     * @param last whether nothing follows in the same directory
     * @return whether to go into it, if it is a directory
     */
    boolean enter(Path path, String shown, FileFacts facts, int depth, boolean last)
        throws IOException;

    /** After all that is below, for each directory gone into. */
    default void leave(Path path, String shown, FileFacts facts, int depth) throws IOException {}
  }

  static void of(Path start, String shown, Visitor visitor) throws IOException {
    visit(start, shown, FileFacts.of(start), 0, true, visitor);
  }

  private static void visit(
      Path path, String shown, FileFacts facts, int depth, boolean last, Visitor visitor)
      throws IOException {
    if (!visitor.enter(path, shown, facts, depth, last) || !facts.isDirectory()) {
      return;
    }
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(path)) {
      stream.forEach(entries::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    } catch (NoSuchFileException _) {
      // Removed since it was listed: then nothing is below.
    }
    entries.sort(null);
    for (int i = 0; i < entries.size(); i++) {
      Path entry = entries.get(i);
      String name = String.valueOf(entry.getFileName());
      FileFacts below;
      try {
        below = FileFacts.of(entry);
      } catch (NoSuchFileException _) {
        continue;
      }
      String joined = shown.endsWith("/") ? shown + name : shown + "/" + name;
      visit(entry, joined, below, depth + 1, i == entries.size() - 1, visitor);
    }
    visitor.leave(path, shown, facts, depth);
  }
}
