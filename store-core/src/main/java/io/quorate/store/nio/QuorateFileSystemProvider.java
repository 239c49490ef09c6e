package io.quorate.store.nio;

import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.UnixFileAttributes;
import io.quorate.store.file.Beginning;
import io.quorate.store.file.FileHandle;
import io.quorate.store.file.OpenMode;
import io.quorate.store.file.PutRequest;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.FileType;
import io.quorate.store.metadata.NewPermissions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.spi.FileSystemProvider;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The provider of scheme {@code quorate}. A URI is {@code quorate://AUTHORITY/PATH}, with the
 * authority of a store that is open in this virtual machine; {@code newFileSystem} connects to the
 * peers that its authority lists (host:port, with commas), with the cluster key's file in {@code
 * env} as "key".
 *
 * <p>An output stream that truncates or makes its file, as {@code Files.write} and {@code
 * Files.copy} open it, replaces the whole file atomically when it is closed. Channels write in
 * place.
 */
public final class QuorateFileSystemProvider extends FileSystemProvider {
  static final String SCHEME = "quorate";

  private static final Logger LOG = LoggerFactory.getLogger(QuorateFileSystemProvider.class);

  private static final Map<String, QuorateFileSystem> FILE_SYSTEMS = new ConcurrentHashMap<>();
  private static final AtomicInteger NEXT_NAME = new AtomicInteger(1);

  /** Held apart, so that making the first provider does not need itself. */
  private static final class Shared {
    private static final QuorateFileSystemProvider INSTANCE = new QuorateFileSystemProvider();
  }

  /** For ServiceLoader. Providers have no state of their own: any does what another does. */
  public QuorateFileSystemProvider() {}

  static QuorateFileSystemProvider shared() {
    return Shared.INSTANCE;
  }

  // ---- file systems

  static String register(QuorateFileSystem fileSystem) {
    FILE_SYSTEMS.put(fileSystem.authority(), fileSystem);
    return fileSystem.authority();
  }

  static void forget(QuorateFileSystem fileSystem) {
    FILE_SYSTEMS.remove(fileSystem.authority(), fileSystem);
  }

  static String freshAuthority() {
    return "store-" + NEXT_NAME.getAndIncrement();
  }

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> env) throws IOException {
    String authority = authority(uri);
    if (FILE_SYSTEMS.containsKey(authority)) {
      throw new FileSystemAlreadyExistsException(uri.toString());
    }
    Object key = env.get("key");
    if (!(key instanceof Path) && !(key instanceof String)) {
      throw new IllegalArgumentException(
          "env needs \"key\": the path of the cluster key's file, as Path or String");
    }
    Path keyFile = key instanceof Path path ? path : Path.of((String) key);
    Store store = Store.connect(keyFile, List.of(authority.split(",")), StoreOptions.defaults());
    QuorateFileSystem fileSystem = (QuorateFileSystem) store.fileSystem();
    FILE_SYSTEMS.remove(fileSystem.authority(), fileSystem);
    fileSystem.authority(authority);
    if (FILE_SYSTEMS.putIfAbsent(authority, fileSystem) != null) {
      store.close();
      throw new FileSystemAlreadyExistsException(uri.toString());
    }
    return fileSystem;
  }

  private static String authority(URI uri) {
    if (!SCHEME.equalsIgnoreCase(uri.getScheme()) || uri.getRawAuthority() == null) {
      throw new IllegalArgumentException(uri + " is not of the form quorate://AUTHORITY/PATH");
    }
    return uri.getRawAuthority();
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    return find(uri);
  }

  private static QuorateFileSystem find(URI uri) {
    QuorateFileSystem fileSystem = FILE_SYSTEMS.get(authority(uri));
    if (fileSystem == null) {
      throw new FileSystemNotFoundException(
          uri + ": no open store has this name; there are " + FILE_SYSTEMS.keySet());
    }
    return fileSystem;
  }

  @Override
  public Path getPath(URI uri) {
    return UriPaths.parse(find(uri), uri);
  }

  // ---- content

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    if (options.isEmpty() && attributes.length == 0 && Callers.readAllBytes()) {
      QuoratePath ours = QuoratePath.of(path);
      Beginning beginning = begin(ours);
      FileHandle rest = beginning.rest();
      return rest == null
          ? new WholeFileChannel(beginning.content())
          : ours.getFileSystem()
              .remember(new QuorateFileChannel(ours, rest, FileOptions.of(options)));
    }
    return newFileChannel(path, options, attributes);
  }

  private static Beginning begin(QuoratePath path) throws IOException {
    try {
      return path.getFileSystem().tree().begin(path.at(true));
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    }
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    QuoratePath ours = QuoratePath.of(path);
    FileOptions parsed = FileOptions.of(options);
    OpenMode mode = parsed.mode(permissions(ours, 0666, attributes));
    FileHandle handle = open(ours, parsed.follow() && !parsed.createNew(), mode);
    if (parsed.deleteOnClose()) {
      unlinkIfThere(ours);
    }
    return ours.getFileSystem().remember(new QuorateFileChannel(ours, handle, parsed));
  }

  /** The channel inside a stream. */
  private QuorateFileChannel uninterruptible(Path path, Set<? extends OpenOption> options)
      throws IOException {
    return ((QuorateFileChannel) newFileChannel(path, options)).uninterruptible();
  }

  @Override
  public AsynchronousFileChannel newAsynchronousFileChannel(
      Path path,
      Set<? extends OpenOption> options,
      @Nullable ExecutorService executor,
      FileAttribute<?>... attributes)
      throws IOException {
    if (options.contains(StandardOpenOption.APPEND)) {
      throw new UnsupportedOperationException("an asynchronous channel does not APPEND");
    }
    QuorateFileChannel channel = (QuorateFileChannel) newFileChannel(path, options, attributes);
    Executor runner = executor == null ? QuoratePath.of(path).getFileSystem().workers() : executor;
    return new QuorateAsynchronousChannel(channel, runner);
  }

  /** Best effort, as {@link StandardOpenOption#DELETE_ON_CLOSE} has it. */
  private static void unlinkIfThere(QuoratePath path) {
    try {
      path.getFileSystem().tree().unlink(path.at(false));
    } catch (IOException e) {
      LOG.debug("{} was to be deleted with its closing, and was not: {}", path, e.toString());
    }
  }

  private static FileHandle open(QuoratePath path, boolean follow, OpenMode mode)
      throws IOException {
    try {
      return path.getFileSystem().tree().open(path.at(follow), mode);
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    }
  }

  private static int permissions(QuoratePath path, int usual, FileAttribute<?>... attributes) {
    int umask = path.getFileSystem().tree().options().umask();
    return FileOptions.permissions(NewPermissions.of(usual, umask), attributes);
  }

  @Override
  public InputStream newInputStream(Path path, OpenOption... options) throws IOException {
    QuoratePath ours = QuoratePath.of(path);
    Set<OpenOption> asked = new HashSet<>(Arrays.asList(options));
    if (asked.contains(StandardOpenOption.WRITE) || asked.contains(StandardOpenOption.APPEND)) {
      throw new UnsupportedOperationException("an input stream does not write");
    }
    FileOptions parsed = FileOptions.of(asked);
    if (parsed.deleteOnClose()) {
      return Channels.newInputStream(uninterruptible(path, asked));
    }
    if (!parsed.follow()) {
      FileHandle handle = open(ours, false, OpenMode.READ);
      return ours.getFileSystem().remember(QuorateInputStream.of(ours, handle));
    }
    long writes = ours.getFileSystem().tree().writesHere();
    return ours.getFileSystem().remember(QuorateInputStream.of(ours, begin(ours), writes));
  }

  @Override
  public OutputStream newOutputStream(Path path, OpenOption... options) throws IOException {
    QuoratePath ours = QuoratePath.of(path);
    Set<OpenOption> asked = new HashSet<>(Arrays.asList(options));
    if (asked.contains(StandardOpenOption.READ)) {
      throw new IllegalArgumentException("an output stream does not READ");
    }
    if (asked.isEmpty()) {
      asked.add(StandardOpenOption.CREATE);
      asked.add(StandardOpenOption.TRUNCATE_EXISTING);
    }
    asked.add(StandardOpenOption.WRITE);
    FileOptions parsed = FileOptions.of(asked);
    if (!parsed.replacesWholeFile()) {
      asked.remove(StandardOpenOption.READ);
      return Channels.newOutputStream(uninterruptible(path, asked));
    }
    At at = ours.at(parsed.follow() && !parsed.createNew());
    boolean willMake = parsed.create() || parsed.createNew();
    if (!willMake || !Callers.write()) {
      // Files.write closes the stream before it returns: there the put itself says the same.
      checkReplaceable(ours, at, parsed);
    }
    PutRequest request =
        new PutRequest(
            at,
            permissions(ours, 0666),
            ours.getFileSystem().tree().caller(),
            AttributeChange.NOW,
            new Command.PutCondition(parsed.createNew(), -1));
    return ours.getFileSystem()
        .remember(
            new PutOutputStream(
                ours,
                ours.getFileSystem().tree().upload(request),
                ours.getFileSystem().tree().options().chunkBytes()));
  }

  /** Says at once what the put would say when the stream is closed. */
  private static void checkReplaceable(QuoratePath path, At at, FileOptions options)
      throws IOException {
    try {
      Attributes there = path.getFileSystem().tree().statIfExists(at);
      if (there == null) {
        QuoratePath parent = path.toAbsolutePath().getParent();
        if (!options.create() && !options.createNew()) {
          throw new NoSuchFileException(path.toString());
        }
        if (parent != null && path.getFileSystem().tree().statIfExists(parent.at(true)) == null) {
          throw new NoSuchFileException(path.toString());
        }
      } else if (options.createNew()) {
        throw new FileAlreadyExistsException(path.toString());
      } else if (there.type() != FileType.REGULAR) {
        throw new FileSystemException(
            path.toString(),
            null,
            there.type() == FileType.DIRECTORY ? "Is a directory" : "Is not a regular file");
      }
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    }
  }

  // ---- the tree

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path directory, DirectoryStream.Filter<? super Path> filter) throws IOException {
    QuoratePath ours = QuoratePath.of(directory);
    if (Callers.walker()) {
      return new DirectoryPages<>(
          ours,
          (path, listed) -> {
            path.keep(listed);
            return path;
          });
    }
    return new QuorateDirectoryStream(ours, ours, true, Objects.requireNonNull(filter));
  }

  @Override
  public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
    QuoratePath ours = QuoratePath.of(directory);
    int permissions = permissions(ours, 0777, attributes);
    try {
      ours.getFileSystem().tree().makeDirectory(ours.at(false), permissions);
    } catch (IOException e) {
      throw JdkErrors.translate(e, ours);
    }
  }

  @Override
  public void createSymbolicLink(Path link, Path target, FileAttribute<?>... attributes)
      throws IOException {
    QuoratePath ours = QuoratePath.of(link);
    if (attributes.length > 0) {
      throw new UnsupportedOperationException("a symbolic link is made without attributes");
    }
    Bytes bytes = QuoratePath.of(target).target();
    try {
      ours.getFileSystem().tree().makeSymlink(ours.at(false), bytes);
    } catch (IOException e) {
      throw JdkErrors.translate(e, ours);
    }
  }

  @Override
  public void createLink(Path link, Path existing) throws IOException {
    QuoratePath ours = QuoratePath.of(link);
    try {
      ours.getFileSystem().tree().link(QuoratePath.of(existing).at(false), ours.at(false));
    } catch (IOException e) {
      throw JdkErrors.translate(e, ours);
    }
  }

  @Override
  public Path readSymbolicLink(Path link) throws IOException {
    QuoratePath ours = QuoratePath.of(link);
    return ours.getFileSystem().readSymlink(ours);
  }

  @Override
  public void delete(Path path) throws IOException {
    QuoratePath ours = QuoratePath.of(path);
    Attributes attributes = ours.getFileSystem().stat(ours, false);
    try {
      if (attributes.type() == FileType.DIRECTORY) {
        ours.getFileSystem().tree().removeDirectory(ours.at(false));
      } else {
        ours.getFileSystem().tree().unlink(ours.at(false));
      }
    } catch (IOException e) {
      throw JdkErrors.translate(e, ours);
    }
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    new CopyMove(QuoratePath.of(source), QuoratePath.of(target), options).copy();
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    new CopyMove(QuoratePath.of(source), QuoratePath.of(target), options).move();
  }

  // ---- attributes

  @Override
  public boolean isSameFile(Path path, Path other) throws IOException {
    if (path.equals(other)) {
      return true;
    }
    if (!(path instanceof QuoratePath first)
        || !(Objects.requireNonNull(other) instanceof QuoratePath second)
        || first.getFileSystem() != second.getFileSystem()) {
      return false;
    }
    return first.getFileSystem().stat(first, true).inode()
        == second.getFileSystem().stat(second, true).inode();
  }

  @Override
  public boolean isHidden(Path path) {
    QuoratePath.of(path).getFileSystem().tree();
    QuoratePath name = QuoratePath.of(path).getFileName();
    return name != null && name.toString().startsWith(".");
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    QuoratePath ours = QuoratePath.of(path);
    ours.getFileSystem().stat(ours, true);
    return ours.getFileSystem().fileStore();
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    QuoratePath ours = QuoratePath.of(path);
    Attributes attributes = ours.getFileSystem().stat(ours, true);
    // Who may do what is the business of the hosts that mount the tree; a program with the cluster
    // key reads and writes all of it. Executing needs the bit, as it does for root.
    if (List.of(modes).contains(AccessMode.EXECUTE)
        && attributes.type() == FileType.REGULAR
        && (attributes.permissions() & 0111) == 0) {
      throw new AccessDeniedException(path.toString(), null, "nobody may execute it");
    }
  }

  @Override
  public <V extends FileAttributeView> @Nullable V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return AttributeViews.of(QuoratePath.of(path), type, follows(options));
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    if (Objects.requireNonNull(type) != BasicFileAttributes.class
        && type != PosixFileAttributes.class
        && type != UnixFileAttributes.class) {
      throw new UnsupportedOperationException("attributes of " + type + " are not supported");
    }
    QuoratePath ours = QuoratePath.of(path);
    boolean follow = follows(options);
    Listed listed = ours.takeListed();
    Attributes known = listed == null ? null : listed.fresh(ours.getFileSystem().tree(), follow);
    return type.cast(
        new QuorateFileAttributes(known != null ? known : ours.getFileSystem().stat(ours, follow)));
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
      throws IOException {
    return NamedAttributes.read(QuoratePath.of(path), attributes, follows(options));
  }

  @Override
  public void setAttribute(
      Path path, String attribute, @Nullable Object value, LinkOption... options)
      throws IOException {
    NamedAttributes.set(QuoratePath.of(path), attribute, value, follows(options));
  }

  static boolean follows(LinkOption... options) {
    return !List.of(options).contains(LinkOption.NOFOLLOW_LINKS);
  }
}
