package io.quorate.store.fuse.command;

import io.quorate.store.FileEntry;
import io.quorate.store.Store;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;

/**
 * Goes through a tree of the store in the order of names, parents first, without following symbolic
 * links. Holds a page of one directory for each level, with the attributes: they are as old as the
 * page, which for what comes after a large directory in it can be long. What is removed meanwhile
 * is passed over.
 */
final class TreeWalk {
  private final Store store;
  private final Visitor visitor;

  private TreeWalk(Store store, Visitor visitor) {
    this.store = store;
    this.visitor = visitor;
  }

  /** What to do on the way. */
  interface Visitor {
    /**
     * @param shown the path as the user wrote its beginning
     * @param depth 0 for where the walk began
     * @param last whether nothing follows in the same directory
     * @return whether to go into it, if it is a directory
     * @throws NoSuchFileException if it is no more; then it is passed over
     */
    boolean enter(Path path, String shown, FileFacts facts, int depth, boolean last)
        throws IOException;

    /** After all that is below, for each directory gone into. */
    default void leave(Path path, String shown, FileFacts facts, int depth) throws IOException {}
  }

  static void of(Store store, Path start, String shown, Visitor visitor) throws IOException {
    FileFacts facts = FileFacts.of(start);
    if (visitor.enter(start, shown, facts, 0, true) && facts.isDirectory()) {
      new TreeWalk(store, visitor).below(start, shown, facts, 0);
    }
  }

  private void below(Path directory, String shown, FileFacts facts, int depth) throws IOException {
    try (DirectoryStream<FileEntry> stream = store.list(directory)) {
      Iterator<FileEntry> entries = stream.iterator();
      while (entries.hasNext()) {
        FileEntry entry = entries.next();
        visit(entry, join(shown, entry.path()), depth + 1, !entries.hasNext());
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    } catch (NoSuchFileException _) {
      // Removed since it was listed: then nothing is below.
    }
    visitor.leave(directory, shown, facts, depth);
  }

  private void visit(FileEntry entry, String shown, int depth, boolean last) throws IOException {
    FileFacts facts = FileFacts.of(entry.attributes());
    boolean into;
    try {
      into = visitor.enter(entry.path(), shown, facts, depth, last);
    } catch (NoSuchFileException _) {
      return;
    }
    if (into && facts.isDirectory()) {
      below(entry.path(), shown, facts, depth);
    }
  }

  /** What to call an entry of a directory that is called {@code directory}. */
  static String join(String directory, Path entry) {
    String name = String.valueOf(entry.getFileName());
    return directory.endsWith("/") ? directory + name : directory + "/" + name;
  }
}
