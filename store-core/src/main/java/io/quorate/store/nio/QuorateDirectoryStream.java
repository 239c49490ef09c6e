package io.quorate.store.nio;

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
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a directory in order of their bytes, fetched page by page. Each page is of one
 * moment; a name that is there all the while is seen exactly once. The stream stays with the
 * directory that it opened, wherever that is moved and whatever takes its name.
 */
final class QuorateDirectoryStream implements SecureDirectoryStream<Path> {
  /** What it was opened as; what entries are resolved against. */
  private final QuoratePath directory;

  private final DirectoryStream.Filter<? super Path> filter;
  private final long inode;
  private Answer.Listing page;
  private boolean iterated;
  private volatile boolean closed;

  /**
   * Opens a directory.
   *
   * @param directory the name of the stream, which entries get as parent
   * @param place where it is now
   * @param follow whether it may be a symbolic link to one
   */
  QuorateDirectoryStream(
      QuoratePath directory,
      QuoratePath place,
      boolean follow,
      DirectoryStream.Filter<? super Path> filter)
      throws IOException {
    this.directory = directory;
    this.filter = filter;
    try {
      this.page = directory.getFileSystem().tree().list(place.at(follow), Bytes.EMPTY, false);
    } catch (IOException e) {
      throw JdkErrors.translate(e, directory);
    }
    this.inode = page.directory().inode();
  }

  @Override
  public Iterator<Path> iterator() {
    boolean ended = isClosed();
    if (ended || iterated) {
      throw new IllegalStateException(
          ended ? "the directory stream is closed" : "its iterator was asked for before");
    }
    iterated = true;
    return new Entries();
  }

  @Override
  public void close() {
    closed = true;
  }

  /** It closes with its file system, too. */
  private boolean isClosed() {
    return closed || !directory.getFileSystem().isOpen();
  }

  private final class Entries implements Iterator<Path> {
    private int index;
    private boolean ended;
    private @Nullable Path next;

    @Override
    public boolean hasNext() {
      while (next == null && !isClosed() && !ended) {
        if (index < page.entries().size()) {
          Path entry = directory.child(page.entries().get(index++).name());
          next = accepted(entry) ? entry : null;
        } else if (page.end() || page.entries().isEmpty()) {
          ended = true;
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
      Bytes after = page.entries().getLast().name();
      try {
        page = directory.getFileSystem().tree().list(At.inode(inode), after, false);
        index = 0;
      } catch (RefusedException e) {
        // The directory was deleted, and so has no more entries.
        ended = e.code() == ErrorCode.NOT_FOUND;
        if (!ended) {
          throw new DirectoryIteratorException(JdkErrors.translate(e, directory));
        }
      } catch (IOException e) {
        throw new DirectoryIteratorException(JdkErrors.translate(e, directory));
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

  // ---- what is done relative to the open directory

  private QuoratePath within(Path path) {
    if (closed) {
      throw new ClosedDirectoryStreamException();
    }
    return QuoratePath.of(path).anchoredAt(inode, () -> closed);
  }

  private static boolean follows(LinkOption... options) {
    return !Arrays.asList(options).contains(LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public SecureDirectoryStream<Path> newDirectoryStream(Path path, LinkOption... options)
      throws IOException {
    QuoratePath place = within(path);
    return new QuorateDirectoryStream(
        directory.resolve(path), place, follows(options), entry -> true);
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return QuorateFileSystemProvider.shared().newFileChannel(within(path), options, attributes);
  }

  @Override
  public void deleteFile(Path path) throws IOException {
    QuoratePath place = within(path);
    try {
      directory.getFileSystem().tree().unlink(place.at(false));
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    }
  }

  @Override
  public void deleteDirectory(Path path) throws IOException {
    QuoratePath place = within(path);
    try {
      directory.getFileSystem().tree().removeDirectory(place.at(false));
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    }
  }

  @Override
  public void move(Path source, SecureDirectoryStream<Path> targetDirectory, Path target)
      throws IOException {
    Objects.requireNonNull(targetDirectory, "target directory");
    if (!(targetDirectory instanceof QuorateDirectoryStream there)
        || there.directory.getFileSystem() != directory.getFileSystem()) {
      throw new ProviderMismatchException("the target directory is not of this store");
    }
    QuoratePath from = within(source);
    QuoratePath to = there.within(target);
    try {
      directory
          .getFileSystem()
          .tree()
          .rename(from.at(false), to.at(false), Command.RenameMode.REPLACE);
    } catch (IOException e) {
      throw JdkErrors.translate(e, source, target);
    }
  }

  @Override
  public <V extends FileAttributeView> @Nullable V getFileAttributeView(Class<V> type) {
    return AttributeViews.of(within(directory.getFileSystem().getPath("")), type, true);
  }

  @Override
  public <V extends FileAttributeView> @Nullable V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return AttributeViews.of(within(path), type, follows(options));
  }
}
