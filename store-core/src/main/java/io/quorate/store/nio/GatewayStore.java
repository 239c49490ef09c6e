package io.quorate.store.nio;

import io.quorate.store.FileVersion;
import io.quorate.store.PutCondition;
import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.file.FileHandle;
import io.quorate.store.file.FileTree;
import io.quorate.store.file.PutRequest;
import io.quorate.store.file.Upload;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.Command;
import io.quorate.store.world.World;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** A store on whatever gateway: a peer in this process, or one at the other end of a connection. */
public final class GatewayStore implements Store {
  private final FileTree tree;
  private final QuorateFileSystem fileSystem;

  private GatewayStore(FileTree tree) {
    this.tree = tree;
    this.fileSystem =
        new QuorateFileSystem(tree, QuorateFileSystemProvider.freshAuthority(), tree::close);
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
      return version(upload.finish(last).join());
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
    return translated(tree.putAsync(request, content).thenApply(GatewayStore::version), ours);
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
            0666 & ~tree.options().umask(), others.toArray(FileAttribute<?>[]::new));
    return new PutRequest(
        path.at(true),
        permissions,
        tree.caller(),
        mtimeNanos,
        new Command.PutCondition(condition.absent(), condition.version()));
  }

  private static FileVersion version(Attributes attributes) {
    return new FileVersion(attributes.sizeBytes(), attributes.contentVersion());
  }

  // ---- get

  @Override
  public FileVersion version(Path path) throws IOException {
    return version(fileSystem.stat(QuoratePath.of(path), true));
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
      return translated(tree.readAsync(ours.at(true), offset, lengthBytes), ours);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static <T> CompletableFuture<T> translated(
      CompletableFuture<T> future, QuoratePath path) {
    return future.exceptionallyCompose(
        error -> {
          Throwable cause = error instanceof CompletionException ? error.getCause() : error;
          return CompletableFuture.failedFuture(
              cause instanceof IOException io ? JdkErrors.translate(io, path) : cause);
        });
  }

  @Override
  public ClusterStatus status() throws IOException {
    return fileSystem.tree().status();
  }

  @Override
  public void close() {
    fileSystem.close();
  }
}
