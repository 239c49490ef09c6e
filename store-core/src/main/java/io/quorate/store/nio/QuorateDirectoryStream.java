package io.quorate.store.nio;

import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.Bytes;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a directory in order of their bytes, fetched page by page. Each page is of one
 * moment; a name that is there all the while is seen exactly once.
 */
final class QuorateDirectoryStream implements DirectoryStream<Path> {
  private final QuoratePath directory;
  private final DirectoryStream.Filter<? super Path> filter;
  private Answer.Listing page;
  private boolean iterated;
  private volatile boolean closed;

  QuorateDirectoryStream(QuoratePath directory, DirectoryStream.Filter<? super Path> filter)
      throws IOException {
    this.directory = directory;
    this.filter = filter;
    this.page = page(Bytes.EMPTY);
  }

  private Answer.Listing page(Bytes after) throws IOException {
    try {
      return directory.getFileSystem().tree().list(directory.at(true), after, false);
    } catch (IOException e) {
      throw JdkErrors.translate(e, directory);
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
    private @Nullable Path next;

    @Override
    public boolean hasNext() {
      while (next == null && !closed) {
        if (index < page.entries().size()) {
          Path entry = directory.child(page.entries().get(index++).name());
          next = accepted(entry) ? entry : null;
        } else if (page.end() || page.entries().isEmpty()) {
          return false;
        } else {
          turnPage();
        }
      }
      return next != null;
    }

    private boolean accepted(Path entry) {
      try {
        return filter.accept(entry);
      } catch (IOException e) {
        throw new DirectoryIteratorException(e);
      }
    }

    private void turnPage() {
      try {
        page = page(page.entries().getLast().name());
        index = 0;
      } catch (IOException e) {
        throw new DirectoryIteratorException(e);
      }
    }

    @Override
    public Path next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Path entry = Objects.requireNonNull(next);
      next = null;
      return entry;
    }
  }
}
