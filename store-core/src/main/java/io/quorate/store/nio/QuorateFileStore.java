package io.quorate.store.nio;

import io.quorate.store.gateway.ClusterStatus;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.FileStoreAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The whole store as a volume. Its space is what a majority of the peers have: a write needs room
 * on that many.
 */
final class QuorateFileStore extends FileStore {
  private static final Set<Class<? extends FileAttributeView>> VIEWS =
      Set.of(
          BasicFileAttributeView.class,
          PosixFileAttributeView.class,
          FileOwnerAttributeView.class,
          UserDefinedFileAttributeView.class);

  private final QuorateFileSystem fileSystem;

  QuorateFileStore(QuorateFileSystem fileSystem) {
    this.fileSystem = fileSystem;
  }

  @Override
  public String name() {
    return fileSystem.authority();
  }

  @Override
  public String type() {
    return QuorateFileSystemProvider.SCHEME;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public long getTotalSpace() throws IOException {
    return onMajority(ClusterStatus.PeerStatus::totalBytes);
  }

  @Override
  public long getUsableSpace() throws IOException {
    return onMajority(ClusterStatus.PeerStatus::usableBytes);
  }

  @Override
  public long getUnallocatedSpace() throws IOException {
    return getUsableSpace();
  }

  /** Content has no blocks of fixed length; this is what programs take for a good unit. */
  @Override
  public long getBlockSize() {
    return 4096;
  }

  /**
   * What the peer has that is last of the best-off majority. A peer that this one has not heard of
   * since its start is left out; while fewer than a majority are known, it is the least of these.
   */
  private long onMajority(ToLongFunction<ClusterStatus.PeerStatus> bytes) throws IOException {
    List<ClusterStatus.PeerStatus> peers = fileSystem.tree().status().peers();
    List<Long> sorted =
        peers.stream()
            .filter(peer -> peer.totalBytes() > 0)
            .map(bytes::applyAsLong)
            .sorted(Comparator.reverseOrder())
            .toList();
    int last = Math.min(peers.size() / 2, sorted.size() - 1);
    return sorted.isEmpty() ? 0 : Math.max(0, sorted.get(last));
  }

  @Override
  public boolean supportsFileAttributeView(Class<? extends FileAttributeView> type) {
    return VIEWS.contains(type);
  }

  @Override
  public boolean supportsFileAttributeView(String name) {
    return QuorateFileSystem.VIEWS.contains(name);
  }

  @Override
  public <V extends FileStoreAttributeView> @Nullable V getFileStoreAttributeView(Class<V> type) {
    Objects.requireNonNull(type);
    return null;
  }

  @Override
  public Object getAttribute(String attribute) throws IOException {
    return switch (attribute) {
      case "totalSpace" -> getTotalSpace();
      case "usableSpace" -> getUsableSpace();
      case "unallocatedSpace" -> getUnallocatedSpace();
      case "inodes" -> fileSystem.tree().totals().inodes();
      case "contentBytes" -> fileSystem.tree().totals().contentBytes();
      default ->
          throw new UnsupportedOperationException(
              "a store has totalSpace, usableSpace, unallocatedSpace, inodes, contentBytes; not "
                  + attribute);
    };
  }
}
