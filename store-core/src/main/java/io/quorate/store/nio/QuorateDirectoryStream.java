package io.quorate.store.nio;

import io.quorate.store.file.FileTree;
import io.quorate.store.file.RefusedException;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.ErrorCode;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.ClosedDirectoryStreamException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a directory in order of their bytes, fetched page by page. Each page is of one
 * moment; a name that is there all the while is seen exactly once.
 *
 * <p>Once open it knows the directory by its inode: it goes on with that directory, and acts in it,
 * whatever is renamed on the way to it.
 */
final class QuorateDirectoryStream implements SecureDirectoryStream<Path> {
  private final QuoratePath directory;
  private final DirectoryStream.Filter<? super Path> filter;
  private final long inode;
  private Answer.Listing page;
  private boolean iterated;
  private volatile boolean closed;

  QuorateDirectoryStream(QuoratePath directory, DirectoryStream.Filter<? super Path> filter)
      throws IOException {
    this(directory, directory, true, filter);
  }

  /**
   * A stream over a directory that is reached in one way and shown in another.
   *
   * @param reached names it to the tree
   * @param shown what its entries' paths begin with
   */
  private QuorateDirectoryStream(
      QuoratePath reached,
      QuoratePath shown,
      boolean follow,
      DirectoryStream.Filter<? super Path> filter)
      throws IOException {
    this.directory = shown;
    this.filter = filter;
    try {
      this.page = tree().list(reached.at(follow), Bytes.EMPTY, false);
    } catch (IOException e) {
      throw JdkErrors.translate(e, shown);
    }
    this.inode = page.directory().inode();
  }

  private FileTree tree() {
    return directory.getFileSystem().tree();
  }

  /** The page after a name; null if the directory is no more, which ends the stream. */
  private Answer.@Nullable Listing page(Bytes after) throws IOException {
    try {
      return tree().list(At.inode(inode), after, false);
    } catch (RefusedException e) {
      if (e.code() == ErrorCode.NOT_FOUND) {
        return null;
      }
      throw JdkErrors.translate(e, directory);
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

  // ---- acting in the directory

  /** What {@code path} names, seen from this directory; every call of the stream checks here. */
  private QuoratePath here(Path path) {
    QuoratePath ours = QuoratePath.of(path);
    checkOpen();
    return ours.under(inode);
  }

  private void checkOpen() {
    if (closed) {
      throw new ClosedDirectoryStreamException();
    }
  }

  @Override
  public SecureDirectoryStream<Path> newDirectoryStream(Path path, LinkOption... options)
      throws IOException {
    QuoratePath reached = here(path);
    return new QuorateDirectoryStream(
        reached,
        directory.resolve(path),
        QuorateFileSystemProvider.follows(options),
        entry -> true);
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    QuoratePath reached = here(path);
    return reached.getFileSystem().provider().newByteChannel(reached, options, attributes);
  }

  @Override
  public void deleteFile(Path path) throws IOException {
    QuoratePath reached = here(path);
    try {
      tree().unlink(reached.at(false));
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    }
  }

  @Override
  public void deleteDirectory(Path path) throws IOException {
    QuoratePath reached = here(path);
    try {
      tree().removeDirectory(reached.at(false));
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    }
  }

  @Override
  public void move(Path source, SecureDirectoryStream<Path> targetDirectory, Path target)
      throws IOException {
    if (!(Objects.requireNonNull(targetDirectory, "target directory")
            instanceof QuorateDirectoryStream other)
        || other.directory.getFileSystem() != directory.getFileSystem()) {
      throw new ProviderMismatchException("the target directory is of another file system");
    }
    QuoratePath from = here(source);
    QuoratePath to = other.here(target);
    try {
      tree().rename(from.at(false), to.at(false), Command.RenameMode.REPLACE);
    } catch (IOException e) {
      throw JdkErrors.translate(e, source, target);
    }
  }

  @Override
  public <V extends FileAttributeView> @Nullable V getFileAttributeView(Class<V> type) {
    return getFileAttributeView(directory.getFileSystem().getPath(""), type);
  }

  @Override
  public <V extends FileAttributeView> @Nullable V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    QuoratePath ours = QuoratePath.of(path);
    return AttributeViews.of(
        ours.under(inode), type, QuorateFileSystemProvider.follows(options), this::checkOpen);
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
        } else if (!turnPage()) {
          return false;
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

    private boolean turnPage() {
      try {
        Answer.Listing next = page(page.entries().getLast().name());
        if (next == null) {
          return false;
        }
        page = next;
        index = 0;
        return true;
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
