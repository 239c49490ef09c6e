package io.quorate.store;

import io.quorate.store.gateway.ClusterMembers;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.MemberCall;
import io.quorate.store.gateway.ScrubDemand;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/**
 * A Quorate store: the tree through {@code java.nio.file}, plus what a file system has no word for.
 *
 * <pre>{@code
 * try (Store store = Store.connect(Path.of("cluster.key"), "10.0.0.1:7400", "10.0.0.2:7400")) {
 *   Files.write(store.path("/hello.txt"), bytes);
 * }
 * }</pre>
 *
 * <p>Thread-safe. Every call ends by the deadline of {@link StoreOptions}, whatever the cluster
 * does. Closing the store closes its files, its file system, its session and all its threads.
 *
 * <p>Failures of the cluster are {@link NoQuorumException} (nothing happened: retry), {@link
 * IndeterminateWriteException} (look before retrying) and {@link SessionEndedException}; all others
 * are the exceptions that {@code java.nio.file} has for them.
 */
public interface Store extends AutoCloseable {

  /**
   * Connects to a cluster as a client, with default options.
   *
   * @param clusterKey file with the cluster key that {@code quorate init} wrote
   * @param peers addresses as host:port; one that answers is enough
   */
  static Store connect(Path clusterKey, String... peers) throws IOException {
    return connect(clusterKey, List.of(peers), StoreOptions.defaults());
  }

  /** Connects to a cluster as a client. */
  static Store connect(Path clusterKey, List<String> peers, StoreOptions options)
      throws IOException {
    return launcher().connect(clusterKey, peers, options);
  }

  /** Joins a cluster: runs the peer of a configuration file in this process, and uses it. */
  static Store join(Path configuration) throws IOException {
    return launcher().join(configuration, StoreOptions.defaults());
  }

  /**
   * Runs a whole cluster in this process, in a temporary directory that goes with it. For tests and
   * trying out.
   */
  static Store inProcess(int peers) throws IOException {
    return launcher().inProcess(peers, StoreOptions.defaults());
  }

  private static StoreLauncher launcher() throws IOException {
    return ServiceLoader.load(StoreLauncher.class)
        .findFirst()
        .orElseThrow(
            () ->
                new IOException(
                    "no network for the store on the class path: add the module store-net"));
  }

  /** The tree as a file system; the same object every time. */
  FileSystem fileSystem();

  /** Shorthand for {@code fileSystem().getPath(first, more)}. */
  default Path path(String first, String... more) {
    return fileSystem().getPath(first, more);
  }

  /**
   * Replaces (or makes) a whole file atomically from a stream of any length. Nobody sees it until
   * it is complete and durable on a quorum; if {@code content} fails, nothing has happened.
   *
   * @param attributes set in the same step, at no further cost: {@code posix:permissions} (used
   *     when the file is new; an existing one keeps its own) and {@code lastModifiedTime} (a {@link
   *     java.nio.file.attribute.FileTime})
   * @return bytes written
   * @throws UnsupportedOperationException for any other attribute
   * @throws NoQuorumException if no quorum was reached; nothing happened
   * @throws IndeterminateWriteException if the outcome is unknown
   */
  default long put(Path path, InputStream content, FileAttribute<?>... attributes)
      throws IOException {
    return put(path, content, PutCondition.always(), attributes).sizeBytes();
  }

  /**
   * As {@link #put(Path, InputStream, FileAttribute...)}, but only if {@code condition} holds when
   * it happens.
   *
   * {@snippet file="io/quorate/store/StoreSnippetsTest.java" region="condition"}
   *
   * @throws java.nio.file.FileAlreadyExistsException if the file had to be absent and is not
   * @throws ConditionFailedException if the file has another version than the condition names, or
   *     is not there
   */
  FileVersion put(
      Path path, InputStream content, PutCondition condition, FileAttribute<?>... attributes)
      throws IOException;

  /**
   * As {@link #put(Path, InputStream, PutCondition, FileAttribute...)} without waiting. The content
   * between the buffer's position and limit must not change until the future is done; the buffer
   * itself is not touched. Callbacks run on the store's threads and must not block.
   *
   * {@snippet file="io/quorate/store/StoreSnippetsTest.java" region="put-async"}
   *
   * @return completes with the new version, or exceptionally with the same exceptions
   */
  CompletableFuture<FileVersion> putAsync(Path path, ByteBuffer content, PutCondition condition);

  /**
   * Replaces (or makes) a whole file from a stream of buffers, without waiting and in bounded
   * memory: the next buffer is asked for when there is room. Nobody sees the file until the
   * publisher has completed and all is durable on a quorum; if it fails, nothing has happened and
   * the future fails with its error. A publisher that falls silent is waited for; cancelling the
   * future gives the put up, cancelled publisher included.
   *
   * <p>The buffers are copied before the next is asked for, and may be used again then.
   *
   * {@snippet file="io/quorate/store/StoreSnippetsTest.java" region="put-publisher"}
   *
   * @return completes with the new version, or exceptionally as {@link #put(Path, InputStream,
   *     PutCondition, FileAttribute...)} does
   */
  CompletableFuture<FileVersion> putAsync(
      Path path,
      Flow.Publisher<ByteBuffer> content,
      PutCondition condition,
      FileAttribute<?>... attributes);

  /**
   * Begins an upload that is published only by its {@link FileUpload#commit}. Nothing is asked of
   * the cluster yet, so that a directory that is missing shows at the commit.
   *
   * @param attributes as for {@link #put(Path, InputStream, FileAttribute...)}
   */
  FileUpload upload(Path path, FileAttribute<?>... attributes) throws IOException;

  /**
   * The entries of a directory with their attributes, in order of their names as unsigned bytes:
   * one request and one page in memory per {@link StoreOptions#directoryPageEntries} entries,
   * however many there are. Attributes are those of the moment at which the page was asked for,
   * this process's unpublished changes included. What is made or removed meanwhile may show or not.
   *
   * {@snippet file="io/quorate/store/StoreSnippetsTest.java" region="list"}
   *
   * <p>The iterator throws {@link java.nio.file.DirectoryIteratorException} for what goes wrong
   * later.
   *
   * @throws java.nio.file.NotDirectoryException if it is none
   */
  DirectoryStream<FileEntry> list(Path directory) throws IOException;

  /** Length and version of a file as they are now. */
  FileVersion version(Path path) throws IOException;

  /**
   * Checksum and version of a file as published, from the metadata: the cost does not depend on the
   * content's length, but for pieces of which a part was overwritten; of these, at most 1 MiB each,
   * the content is read.
   *
   * {@snippet file="io/quorate/store/StoreSnippetsTest.java" region="checksum"}
   *
   * @throws java.nio.file.NoSuchFileException if there is none
   * @throws VersionGoneException if the file is written in place so often that no version stayed
   *     for long enough until the deadline
   */
  FileChecksum checksum(Path path) throws IOException;

  /**
   * Opens the present version of a file for reading ranges of it, whatever happens to the file
   * meanwhile. A file of at most 64 KiB comes along with its opening, in one request.
   *
   * @throws java.nio.file.NoSuchFileException if there is none
   * @throws java.nio.file.FileSystemException if it is a directory or another special file
   */
  FileDownload download(Path path) throws IOException;

  /** As {@link #download} without waiting. Callbacks must not block. */
  CompletableFuture<FileDownload> downloadAsync(Path path);

  /**
   * Streams a whole file, one version of it, to {@code sink} without waiting and in bounded memory:
   * pieces of at most 1 MiB, read as {@code sink} asks for them. Signals run on the store's threads
   * and must not block.
   *
   * {@snippet file="io/quorate/store/StoreSnippetsTest.java" region="get-async"}
   *
   * @return the version, completed after {@code sink} has heard of the end; fails with what {@code
   *     sink} was told. When {@code sink} cancels, the future is cancelled, too
   */
  CompletableFuture<FileVersion> getAsync(Path path, Flow.Subscriber<? super ByteBuffer> sink);

  /**
   * The version that the store has reached: a later {@link #changes} from it on tells everything
   * that is not to be seen in the tree now.
   */
  long currentVersion() throws IOException;

  /**
   * What is changed in the tree after a version, whoever does it and through whichever peer: each
   * change once, in the order in which they happened, without gaps. A subscriber that asks for
   * little is told little; nothing is lost by that, for as long as the peers keep the changes. They
   * keep the newest, some tens of thousands, and none from before a peer's start; a subscriber that
   * has fallen behind gets a {@link ChangesLostException}. When the peer is lost, the changes come
   * from another one.
   *
   * <p>Signals run on the store's threads and must not block. There is no end but {@code cancel},
   * an error, and the closing of the store, which subscribers hear of as a {@link
   * java.nio.file.ClosedFileSystemException}.
   *
   * {@snippet file="io/quorate/store/StoreSnippetsTest.java" region="follow"}
   *
   * @param afterVersion of {@link #currentVersion}, a {@link FileVersion} or a {@link FileChange}
   */
  Flow.Publisher<FileChange> changes(long afterVersion);

  /**
   * Copies a whole file into {@code sink}. A file that is replaced or deleted meanwhile is copied
   * as it was; writes into it may show from some point on.
   *
   * @return bytes copied
   */
  long get(Path path, OutputStream sink) throws IOException;

  /**
   * Reads a range, all of it from one version, without waiting. Shorter than asked only at the end
   * of the file; empty beyond it.
   *
   * {@snippet file="io/quorate/store/StoreSnippetsTest.java" region="read-async"}
   *
   * @param lengthBytes at most 1 MiB
   */
  CompletableFuture<ByteBuffer> readAsync(Path path, long offset, int lengthBytes);

  /** How the cluster looks from the peer that this store uses. */
  ClusterStatus status() throws IOException;

  /**
   * Has peers look over all that they store, now, and mend what is damaged. Returns when the demand
   * is on its way; {@link #status} tells for each peer whether it has come ({@link
   * io.quorate.store.gateway.Upkeep.Demanded}), and what was found. One that is lost on its way may
   * be sent again.
   */
  void scrub(ScrubDemand demand) throws IOException;

  /**
   * Who the members are, or another membership: see {@link MemberCall}. A change that is refused
   * says why in {@link ClusterMembers#refusal}; one whose outcome is unknown may be asked for
   * again.
   */
  ClusterMembers members(MemberCall call) throws IOException;

  @Override
  void close();
}
