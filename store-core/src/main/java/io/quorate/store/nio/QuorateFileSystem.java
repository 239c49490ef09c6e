package io.quorate.store.nio;

import io.quorate.store.file.FileTree;
import io.quorate.store.file.RefusedException;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.ErrorCode;
import io.quorate.store.world.World;
import java.io.IOException;
import java.nio.file.ClosedFileSystemException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One store as a file system. Relative paths start at the root. */
final class QuorateFileSystem extends FileSystem {
  static final Set<String> VIEWS = Set.of("basic", "owner", "posix", "unix", "user");

  private static final Logger LOG = LoggerFactory.getLogger(QuorateFileSystem.class);

  private final FileTree tree;
  private final Runnable onClose;
  private final QuoratePath root;
  private final QuorateFileStore fileStore;
  private final LockTable locks = new LockTable();
  private final Workers workers;

  private final ReentrantLock lock = new ReentrantLock();
  private final Set<AutoCloseable> open = new LinkedHashSet<>();
  private boolean closing;
  private volatile String authority;

  /**
   * A file system over a tree.
   *
   * @param onClose closes what the tree stands on
   */
  QuorateFileSystem(FileTree tree, String authority, Runnable onClose) {
    this.tree = tree;
    this.authority = authority;
    this.onClose = onClose;
    this.root = QuoratePath.parse(this, "/");
    this.fileStore = new QuorateFileStore(this);
    this.workers = new Workers(tree.world(), "quorate-async");
  }

  /** The tree; throws ClosedFileSystemException after the end. */
  FileTree tree() {
    if (!tree.isOpen()) {
      throw new ClosedFileSystemException();
    }
    return tree;
  }

  QuoratePath root() {
    return root;
  }

  LockTable locks() {
    return locks;
  }

  World world() {
    return tree.world();
  }

  /** Threads for what blocks and must not block its caller. */
  Workers workers() {
    return workers;
  }

  /** What stands for it in a URI. */
  String authority() {
    return authority;
  }

  void authority(String name) {
    authority = name;
  }

  // ---- what several classes of this package need

  Attributes stat(QuoratePath path, boolean follow) throws IOException {
    try {
      return tree().stat(path.at(follow));
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    }
  }

  QuoratePath readSymlink(QuoratePath link) throws IOException {
    try {
      return QuoratePath.ofRaw(this, tree().readSymlink(link.at(false)).toArray());
    } catch (IOException e) {
      IOException translated = JdkErrors.translate(e, link);
      if (e instanceof RefusedException refused && refused.code() == ErrorCode.INVALID) {
        NotLinkException notLink = new NotLinkException(link.toString());
        notLink.initCause(e);
        throw notLink;
      }
      throw translated;
    }
  }

  void setAttributes(QuoratePath path, boolean follow, AttributeChange change) throws IOException {
    try {
      tree().setAttributes(path.at(follow), change);
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    }
  }

  /**
   * Remembers a channel or stream, to be closed with the file system.
   *
   * @throws ClosedFileSystemException if that is closing already; {@code opened} is closed then
   */
  <T extends AutoCloseable> T remember(T opened) {
    lock.lock();
    try {
      if (!closing) {
        open.add(opened);
        return opened;
      }
    } finally {
      lock.unlock();
    }
    end(opened);
    throw new ClosedFileSystemException();
  }

  void forget(AutoCloseable closed) {
    lock.lock();
    try {
      open.remove(closed);
    } finally {
      lock.unlock();
    }
  }

  /** How many channels, uploads and downloads are open. */
  int openCount() {
    lock.lock();
    try {
      return open.size();
    } finally {
      lock.unlock();
    }
  }

  // ---- FileSystem

  @Override
  public FileSystemProvider provider() {
    return QuorateFileSystemProvider.shared();
  }

  @Override
  public void close() {
    List<AutoCloseable> left;
    lock.lock();
    try {
      closing = true;
      left = new ArrayList<>(open);
      open.clear();
    } finally {
      lock.unlock();
    }
    left.forEach(QuorateFileSystem::end);
    QuorateFileSystemProvider.forget(this);
    workers.close();
    onClose.run();
  }

  private static void end(AutoCloseable opened) {
    if (opened instanceof PutOutputStream upload) {
      upload.abandon();
      return;
    }
    try {
      opened.close();
    } catch (Exception e) {
      LOG.warn("closing the file system: {}", e.toString());
    }
  }

  @Override
  public boolean isOpen() {
    return tree.isOpen();
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return "/";
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return List.of(root);
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    tree();
    return List.of(fileStore);
  }

  FileStore fileStore() {
    return fileStore;
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return VIEWS;
  }

  @Override
  public QuoratePath getPath(String first, String... more) {
    StringBuilder text = new StringBuilder(first);
    for (String part : more) {
      if (!part.isEmpty()) {
        text.append(text.isEmpty() ? "" : "/").append(part);
      }
    }
    return QuoratePath.parse(this, text.toString());
  }

  @Override
  public PathMatcher getPathMatcher(String syntaxAndPattern) {
    int colon = syntaxAndPattern.indexOf(':');
    if (colon <= 0) {
      throw new IllegalArgumentException(
          "'" + syntaxAndPattern + "' is not syntax:pattern, with glob or regex as syntax");
    }
    String syntax = syntaxAndPattern.substring(0, colon);
    String text = syntaxAndPattern.substring(colon + 1);
    Pattern pattern;
    if (syntax.equalsIgnoreCase("glob")) {
      pattern = Globs.compile(text);
    } else if (syntax.equalsIgnoreCase("regex")) {
      pattern = Pattern.compile(text);
    } else {
      throw new UnsupportedOperationException("syntax '" + syntax + "'; there are glob and regex");
    }
    return path -> pattern.matcher(path.toString()).matches();
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    return new Principals();
  }

  @Override
  public WatchService newWatchService() {
    tree();
    return remember(new QuorateWatchService(this));
  }
}
