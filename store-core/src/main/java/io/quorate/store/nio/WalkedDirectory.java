package io.quorate.store.nio;

import io.quorate.store.file.FileTree;
import io.quorate.store.file.RefusedException;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.ErrorCode;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * A directory's entries for {@code Files.walk}, {@code find} and {@code walkFileTree}, which ask
 * for the attributes of every entry as soon as they have its path. So the attributes come with the
 * page, and each path keeps its own until the walker asks: a request per page instead of one per
 * entry.
 */
final class WalkedDirectory implements DirectoryStream<Path> {
  private final QuoratePath directory;
  private final FileTree tree;
  private Answer.Listing page;
  private long askedNanos;
  private long writes;
  private boolean iterated;
  private volatile boolean closed;

  WalkedDirectory(QuoratePath directory) throws IOException {
    this.directory = directory;
    this.tree = directory.getFileSystem().tree();
    try {
      this.page = page(directory.at(true), Bytes.EMPTY);
    } catch (IOException e) {
      throw JdkErrors.translate(e, directory);
    }
  }

  private Answer.Listing page(At at, Bytes after) throws IOException {
    writes = tree.writesHere();
    askedNanos = tree.world().nanoTime();
    return tree.list(at, after, true);
  }

  /** The page after this one, of the same directory wherever it is by now. */
  private void turn() {
    try {
      page = page(At.inode(page.directory().inode()), page.entries().getLast().name());
    } catch (RefusedException e) {
      if (e.code() != ErrorCode.NOT_FOUND) {
        throw new DirectoryIteratorException(JdkErrors.translate(e, directory));
      }
      // The directory was deleted, and so has no more entries.
      page = new Answer.Listing(page.directory(), List.of(), true);
    } catch (IOException e) {
      throw new DirectoryIteratorException(JdkErrors.translate(e, directory));
    }
  }

  @Override
  public Iterator<Path> iterator() {
    if (closed || iterated) {
      throw new IllegalStateException(
          closed ? "the directory stream is closed" : "its iterator was asked for before");
    }
    iterated = true;
    return new Entries();
  }

  @Override
  public void close() {
    closed = true;
  }

  private final class Entries implements Iterator<Path> {
    private int index;

    @Override
    public boolean hasNext() {
      if (closed) {
        return false;
      }
      if (index == page.entries().size() && !page.end() && !page.entries().isEmpty()) {
        turn();
        index = 0;
      }
      return index < page.entries().size();
    }

    @Override
    public Path next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Answer.DirectoryEntry entry = page.entries().get(index++);
      QuoratePath path = directory.child(entry.name());
      if (entry.attributes() != null) {
        path.keep(new Listed(entry.attributes(), askedNanos, writes));
      }
      return path;
    }
  }
}
