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
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A directory's entries in order, with their attributes: a request per page, and one page in
 * memory.
 *
 * @param <E> what an entry is to whoever asked
 */
final class DirectoryPages<E> implements DirectoryStream<E> {
  private final QuoratePath directory;
  private final FileTree tree;
  private final Form<E> form;
  private Answer.Listing page;
  private long askedNanos;
  private long writes;
  private boolean iterated;
  private volatile boolean closed;

  /** Makes of an entry what was asked for. */
  interface Form<E> {
    /**
     * @return null if the entry is no more
     */
    @Nullable E of(QuoratePath path, Listed listed) throws IOException;
  }

  DirectoryPages(QuoratePath directory, Form<E> form) throws IOException {
    this.directory = directory;
    this.tree = directory.getFileSystem().tree();
    this.form = form;
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
  private void turn() throws IOException {
    try {
      page = page(At.inode(page.directory().inode()), page.entries().getLast().name());
    } catch (RefusedException e) {
      if (e.code() != ErrorCode.NOT_FOUND) {
        throw JdkErrors.translate(e, directory);
      }
      // The directory was deleted, and so has no more entries.
      page = new Answer.Listing(page.directory(), List.of(), true);
    } catch (IOException e) {
      throw JdkErrors.translate(e, directory);
    }
  }

  @Override
  public Iterator<E> iterator() {
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

  private final class Entries implements Iterator<E> {
    private int index;
    private @Nullable E next;

    @Override
    public boolean hasNext() {
      try {
        while (next == null && !closed && more()) {
          Answer.DirectoryEntry entry = page.entries().get(index++);
          next =
              form.of(
                  directory.child(entry.name()),
                  new Listed(Objects.requireNonNull(entry.attributes()), askedNanos, writes));
        }
      } catch (IOException e) {
        throw new DirectoryIteratorException(e);
      }
      return next != null;
    }

    private boolean more() throws IOException {
      if (index == page.entries().size() && !page.end() && !page.entries().isEmpty()) {
        turn();
        index = 0;
      }
      return index < page.entries().size();
    }

    @Override
    public E next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      E entry = Objects.requireNonNull(next);
      next = null;
      return entry;
    }
  }
}
