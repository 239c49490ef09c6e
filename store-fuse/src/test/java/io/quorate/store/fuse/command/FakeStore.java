package io.quorate.store.fuse.command;

import io.quorate.store.FileChange;
import io.quorate.store.FileChecksum;
import io.quorate.store.FileDownload;
import io.quorate.store.FileEntry;
import io.quorate.store.FileUpload;
import io.quorate.store.FileVersion;
import io.quorate.store.PutCondition;
import io.quorate.store.Store;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.stream.Stream;

/** A store that is a local directory: what the commands need, and no cluster. */
class FakeStore implements Store {
  private final Path root;
  private final ClusterStatus status;

  /** What was asked about the members, in order. */
  final List<MemberCall> asked = new ArrayList<>();

  /** The answer to it. */
  ClusterMembers members = new ClusterMembers(0, List.of(), "");

  FakeStore(Path root, ClusterStatus status) {
    this.root = root;
    this.status = status;
  }

  @Override
  public FileSystem fileSystem() {
    return root.getFileSystem();
  }

  @Override
  public Path path(String first, String... more) {
    return root.resolve(fileSystem().getPath(first, more).toString().replaceFirst("^/+", ""));
  }

  @Override
  public FileVersion put(
      Path path, InputStream content, PutCondition condition, FileAttribute<?>... attributes)
      throws IOException {
    Path part = Files.createTempFile(root.getParent(), "part", "");
    long bytes = Files.copy(content, part, StandardCopyOption.REPLACE_EXISTING);
    for (FileAttribute<?> attribute : attributes) {
      Object value = attribute.value();
      boolean kept = attribute.name().equals("posix:permissions") && Files.exists(path);
      if (kept) {
        value = Files.getPosixFilePermissions(path);
      }
      Files.setAttribute(part, attribute.name(), value);
    }
    Files.move(part, path, StandardCopyOption.ATOMIC_MOVE);
    return new FileVersion(bytes, FileTime.fromMillis(0).toMillis());
  }

  @Override
  public CompletableFuture<FileVersion> putAsync(
      Path path, ByteBuffer content, PutCondition condition) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<FileVersion> putAsync(
      Path path,
      Flow.Publisher<ByteBuffer> content,
      PutCondition condition,
      FileAttribute<?>... attributes) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileUpload upload(Path path, FileAttribute<?>... attributes) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileChecksum checksum(Path path) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileDownload download(Path path) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<FileDownload> downloadAsync(Path path) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<FileVersion> getAsync(
      Path path, Flow.Subscriber<? super ByteBuffer> sink) {
    throw new UnsupportedOperationException();
  }

  @Override
  public DirectoryStream<FileEntry> list(Path directory) throws IOException {
    List<FileEntry> entries = new ArrayList<>();
    try (Stream<Path> paths = Files.list(directory)) {
      for (Path path : paths.sorted().toList()) {
        entries.add(new FileEntry(path, ViewedAttributes.of(path)));
      }
    }
    return new DirectoryStream<>() {
      @Override
      public Iterator<FileEntry> iterator() {
        return entries.iterator();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public FileVersion version(Path path) throws IOException {
    return new FileVersion(Files.size(path), 0);
  }

  @Override
  public long get(Path path, OutputStream sink) throws IOException {
    return Files.copy(path, sink);
  }

  @Override
  public CompletableFuture<ByteBuffer> readAsync(Path path, long offset, int lengthBytes) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ClusterStatus status() {
    return status;
  }

  @Override
  public void scrub(ScrubDemand demand) {
    throw new UnsupportedOperationException("there is nothing to scrub");
  }

  @Override
  public ClusterMembers members(MemberCall call) {
    asked.add(call);
    return members;
  }

  @Override
  public void close() {}

  @Override
  public long currentVersion() {
    return 0;
  }

  @Override
  public Flow.Publisher<FileChange> changes(long afterVersion) {
    throw new UnsupportedOperationException();
  }
}
