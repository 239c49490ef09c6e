package io.quorate.store.nio;

import io.quorate.store.FileChange;
import io.quorate.store.FileChecksum;
import io.quorate.store.FileDownload;
import io.quorate.store.FileEntry;
import io.quorate.store.FileUpload;
import io.quorate.store.FileVersion;
import io.quorate.store.PutCondition;
import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.file.FileHandle;
import io.quorate.store.file.FileTree;
import io.quorate.store.file.PutRequest;
import io.quorate.store.file.Upload;
import io.quorate.store.gateway.ClusterMembers;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.gateway.MemberCall;
import io.quorate.store.gateway.ScrubDemand;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.NewPermissions;
import io.quorate.store.world.World;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** A store on whatever gateway: a peer in this process, or one at the other end of a connection. */
public final class GatewayStore implements Store {
  private final FileTree tree;
  private final QuorateFileSystem fileSystem;
  private final Transfers transfers;

  private GatewayStore(FileTree tree) {
    this.tree = tree;
    this.fileSystem =
        new QuorateFileSystem(tree, QuorateFileSystemProvider.freshAuthority(), tree::close);
    this.transfers = new Transfers(fileSystem);
    QuorateFileSystemProvider.register(fileSystem);
  }

  /** A store over a gateway, which it closes in the end. */
  public static GatewayStore over(World world, Gateway gateway, StoreOptions options) {
    return new GatewayStore(FileTree.over(world, gateway, options));
  }

  /** The tree below java.nio.file, for faces that need inodes and handles. */
  public FileTree tree() {
    return tree;
  }

  @Override
  public FileSystem fileSystem() {
    return fileSystem;
  }

  // ---- put

  @Override
  public FileVersion put(
      Path path, InputStream content, PutCondition condition, FileAttribute<?>... attributes)
      throws IOException {
    QuoratePath ours = QuoratePath.of(path);
    Upload upload = fileSystem.tree().upload(request(ours, condition, attributes));
    try {
      ByteBuffer last = upload.addAll(content, tree.options().chunkBytes());
      return Transfers.version(upload.finish(last).join());
    } catch (CompletionException e) {
      Throwable cause = e.getCause();
      throw cause instanceof IOException io
          ? JdkErrors.translate(io, ours)
          : new FileSystemException(path.toString(), null, String.valueOf(cause));
    } catch (FileSystemException e) {
      throw JdkErrors.translate(e, ours);
    } finally {
      upload.abandon();
    }
  }

  @Override
  public CompletableFuture<FileVersion> putAsync(
      Path path, ByteBuffer content, PutCondition condition) {
    QuoratePath ours = QuoratePath.of(path);
    PutRequest request;
    try {
      request = request(ours, condition);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
    return Transfers.translated(
        tree.putAsync(request, content).thenApply(Transfers::version), ours);
  }

  @Override
  public CompletableFuture<FileVersion> putAsync(
      Path path,
      Flow.Publisher<ByteBuffer> content,
      PutCondition condition,
      FileAttribute<?>... attributes) {
    QuoratePath ours = QuoratePath.of(path);
    Objects.requireNonNull(content, "content");
    try {
      return transfers.put(ours, request(ours, condition, attributes), content);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public FileUpload upload(Path path, FileAttribute<?>... attributes) throws IOException {
    QuoratePath ours = QuoratePath.of(path);
    return transfers.upload(ours, request(ours, PutCondition.always(), attributes));
  }

  private PutRequest request(
      QuoratePath path, PutCondition condition, FileAttribute<?>... attributes) throws IOException {
    long mtimeNanos = AttributeChange.NOW;
    List<FileAttribute<?>> others = new ArrayList<>();
    for (FileAttribute<?> attribute : attributes) {
      if (attribute.name().endsWith("lastModifiedTime")
          && attribute.value() instanceof FileTime time) {
        mtimeNanos = QuorateFileAttributes.nanos(time);
      } else {
        others.add(attribute);
      }
    }
    int permissions =
        FileOptions.permissions(
            NewPermissions.of(0666, tree.options().umask()),
            others.toArray(FileAttribute<?>[]::new));
    return new PutRequest(
        path.at(true),
        permissions,
        tree.caller(),
        mtimeNanos,
        new Command.PutCondition(condition.absent(), condition.version()));
  }

  // ---- changes

  @Override
  public long currentVersion() throws IOException {
    try {
      return fileSystem.tree().now();
    } catch (IOException e) {
      throw JdkErrors.translate(e, fileSystem.root());
    }
  }

  @Override
  public Flow.Publisher<FileChange> changes(long afterVersion) {
    if (afterVersion < 0) {
      throw new IllegalArgumentException(
          "changes after version " + afterVersion + "; versions begin at 0");
    }
    return new ChangePublisher(fileSystem, afterVersion);
  }

  // ---- get

  @Override
  public DirectoryStream<FileEntry> list(Path directory) throws IOException {
    return new DirectoryPages<>(QuoratePath.of(directory), this::entry);
  }

  private @Nullable FileEntry entry(QuoratePath path, Listed listed) throws IOException {
    Attributes attributes = listed.attributes();
    if (tree.hasUnpublished(attributes.inode())) {
      try {
        attributes = fileSystem.stat(path, false);
      } catch (NoSuchFileException _) {
        return null;
      }
    }
    return new FileEntry(path, new QuorateFileAttributes(attributes));
  }

  @Override
  public FileVersion version(Path path) throws IOException {
    return Transfers.version(fileSystem.stat(QuoratePath.of(path), true));
  }

  @Override
  public long get(Path path, OutputStream sink) throws IOException {
    QuoratePath ours = QuoratePath.of(path);
    try {
      return fileSystem.tree().copy(ours.at(true), sink);
    } catch (FileSystemException e) {
      throw JdkErrors.translate(e, ours);
    }
  }

  @Override
  public CompletableFuture<ByteBuffer> readAsync(Path path, long offset, int lengthBytes) {
    QuoratePath ours = QuoratePath.of(path);
    if (offset < 0 || lengthBytes < 0 || lengthBytes > FileHandle.MAX_READ_BYTES) {
      throw new IllegalArgumentException(
          "a read of " + lengthBytes + " bytes at " + offset + "; at most 1 MiB, from 0 on");
    }
    try {
      return Transfers.translated(tree.readAsync(ours.at(true), offset, lengthBytes), ours);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public FileChecksum checksum(Path path) throws IOException {
    return transfers.checksum(QuoratePath.of(path));
  }

  @Override
  public FileDownload download(Path path) throws IOException {
    return transfers.download(QuoratePath.of(path));
  }

  @Override
  public CompletableFuture<FileDownload> downloadAsync(Path path) {
    QuoratePath ours = QuoratePath.of(path);
    try {
      return transfers.downloadAsync(ours);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public CompletableFuture<FileVersion> getAsync(
      Path path, Flow.Subscriber<? super ByteBuffer> sink) {
    QuoratePath ours = QuoratePath.of(path);
    try {
      return transfers.get(ours, sink);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public ClusterStatus status() throws IOException {
    return fileSystem.tree().status();
  }

  @Override
  public void scrub(ScrubDemand demand) throws IOException {
    fileSystem.tree().scrub(demand);
  }

  @Override
  public ClusterMembers members(MemberCall call) throws IOException {
    return fileSystem.tree().members(call);
  }

  @Override
  public void close() {
    fileSystem.close();
  }
}
