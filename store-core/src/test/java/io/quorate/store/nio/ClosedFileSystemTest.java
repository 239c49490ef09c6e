package io.quorate.store.nio;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.quorate.store.StoreOptions;
import io.quorate.store.file.SoloGateway;
import io.quorate.store.world.RealWorld;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.ClosedFileSystemException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

/** After a file system was closed, everything says so, and what was open is closed. */
class ClosedFileSystemTest {
  private final RealWorld world = RealWorld.create();
  private final SoloGateway cluster = new SoloGateway(world);
  private final GatewayStore store = GatewayStore.over(world, cluster, StoreOptions.defaults());
  private final GatewayStore other = GatewayStore.over(world, cluster, StoreOptions.defaults());
  private final Path file = store.path("/f");
  private final Path link = store.path("/l");
  private final Path directory = store.path("/d");

  @BeforeEach
  void make() throws IOException {
    Files.writeString(file, "abc");
    Files.createDirectory(directory);
    Files.createSymbolicLink(link, store.path("f"));
    for (int i = 0; i < 3; i++) {
      Files.createFile(directory.resolve("entry" + i));
    }
  }

  @AfterEach
  void close() {
    store.close();
    other.close();
    world.close();
  }

  private Map<String, Executable> contentCalls() {
    Map<String, Executable> calls = new LinkedHashMap<>();
    calls.put("channel", () -> FileChannel.open(file, READ));
    calls.put("making channel", () -> FileChannel.open(file, WRITE, CREATE));
    calls.put("byte channel", () -> Files.newByteChannel(file));
    calls.put("asynchronous", () -> AsynchronousFileChannel.open(file, READ));
    calls.put("input stream", () -> Files.newInputStream(file));
    calls.put("output stream", () -> Files.newOutputStream(file));
    calls.put("appending stream", () -> Files.newOutputStream(file, APPEND));
    calls.put("bytes", () -> Files.readAllBytes(file));
    calls.put("lines", () -> Files.lines(file));
    calls.put("write", () -> Files.write(file, new byte[1]));
    calls.put("copy", () -> Files.copy(file, store.path("/g")));
    calls.put("copy in", () -> Files.copy(new ByteArrayInputStream(new byte[1]), file));
    calls.put("copy out", () -> Files.copy(file, OutputStream.nullOutputStream()));
    calls.put("move", () -> Files.move(file, store.path("/g"), StandardCopyOption.ATOMIC_MOVE));
    calls.put("mismatch", () -> Files.mismatch(file, link));
    return calls;
  }

  private Map<String, Executable> treeCalls() {
    Map<String, Executable> calls = new LinkedHashMap<>();
    calls.put("list", () -> Files.list(directory));
    calls.put("directory stream", () -> Files.newDirectoryStream(directory));
    calls.put("walk", () -> Files.walk(directory));
    calls.put("create file", () -> Files.createFile(store.path("/g")));
    calls.put("create directory", () -> Files.createDirectory(store.path("/g")));
    calls.put("symbolic link", () -> Files.createSymbolicLink(store.path("/g"), file));
    calls.put("hard link", () -> Files.createLink(store.path("/g"), file));
    calls.put("read link", () -> Files.readSymbolicLink(link));
    calls.put("delete", () -> Files.delete(file));
    calls.put("delete if there", () -> Files.deleteIfExists(file));
    calls.put("exists", () -> Files.exists(file));
    calls.put("is directory", () -> Files.isDirectory(directory));
    calls.put("is readable", () -> Files.isReadable(file));
    calls.put("is hidden", () -> Files.isHidden(file));
    calls.put("same file", () -> Files.isSameFile(file, link));
    calls.put("real path", file::toRealPath);
    return calls;
  }

  private Map<String, Executable> attributeCalls() {
    Map<String, Executable> calls = new LinkedHashMap<>();
    PosixFileAttributeView view =
        Objects.requireNonNull(Files.getFileAttributeView(file, PosixFileAttributeView.class));
    UserDefinedFileAttributeView user =
        Objects.requireNonNull(
            Files.getFileAttributeView(file, UserDefinedFileAttributeView.class));
    FileStore volume = store.fileSystem().getFileStores().iterator().next();
    calls.put("size", () -> Files.size(file));
    calls.put("attributes", () -> Files.readAttributes(file, PosixFileAttributes.class));
    calls.put("named attributes", () -> Files.readAttributes(file, "*"));
    calls.put("one attribute", () -> Files.getAttribute(file, "unix:ino"));
    calls.put("set attribute", () -> Files.setAttribute(file, "unix:mode", 0600));
    calls.put("set time", () -> Files.setLastModifiedTime(file, FileTime.fromMillis(0)));
    calls.put("permissions", () -> Files.getPosixFilePermissions(file));
    calls.put("set permissions", () -> Files.setPosixFilePermissions(file, Set.of()));
    calls.put("view", view::readAttributes);
    calls.put("view's times", () -> view.setTimes(FileTime.fromMillis(0), null, null));
    calls.put("user's names", user::list);
    calls.put("user's value", () -> user.read("a", ByteBuffer.allocate(1)));
    calls.put("user's write", () -> user.write("a", ByteBuffer.allocate(1)));
    calls.put("user's delete", () -> user.delete("a"));
    calls.put("file store", () -> Files.getFileStore(file));
    calls.put("file stores", () -> store.fileSystem().getFileStores());
    calls.put("space", volume::getTotalSpace);
    calls.put("space left", volume::getUsableSpace);
    calls.put("inodes", () -> volume.getAttribute("inodes"));
    return calls;
  }

  @TestFactory
  Stream<DynamicTest> callsAreRefused() {
    Map<String, Executable> calls = new LinkedHashMap<>();
    calls.putAll(contentCalls());
    calls.putAll(treeCalls());
    calls.putAll(attributeCalls());
    store.close();
    return calls.entrySet().stream()
        .map(
            call ->
                dynamicTest(
                    call.getKey(),
                    () -> assertThrows(ClosedFileSystemException.class, call.getValue())));
  }

  @Test
  void channelsAreClosed() throws Exception {
    FileChannel channel = FileChannel.open(file, READ, WRITE);
    AsynchronousFileChannel asynchronous = AsynchronousFileChannel.open(file, READ);
    FileLock lock = channel.lock(0, 10, false);
    FileLock shared = asynchronous.lock(10, 10, true).get();
    channel.write(ByteBuffer.wrap(new byte[] {'A'}));
    store.close();
    assertFalse(channel.isOpen());
    assertFalse(asynchronous.isOpen());
    assertFalse(lock.isValid());
    assertFalse(shared.isValid());
    assertThrows(ClosedChannelException.class, channel::size);
    assertThrows(ClosedChannelException.class, lock::release);
    ExecutionException failed =
        assertThrows(
            ExecutionException.class, () -> asynchronous.read(ByteBuffer.allocate(1), 0).get());
    assertEquals(ClosedChannelException.class, failed.getCause().getClass());
    assertEquals("Abc", Files.readString(other.path("/f")));
    try (FileChannel theirs = FileChannel.open(other.path("/f"), WRITE)) {
      assertNotNull(theirs.tryLock());
    }
  }

  @Test
  void streamsAreClosed() throws IOException {
    InputStream in = Files.newInputStream(file);
    OutputStream appending = Files.newOutputStream(file, APPEND);
    OutputStream replacing = Files.newOutputStream(store.path("/g"));
    replacing.write(1);
    store.close();
    assertThrows(IOException.class, in::read);
    assertThrows(ClosedChannelException.class, () -> appending.write(1));
    assertThrows(ClosedChannelException.class, () -> replacing.write(1));
    appending.close();
    // Nothing of it was seen and nothing ever will be: who closes it must hear that.
    FileSystemException lost = assertThrows(FileSystemException.class, replacing::close);
    assertEquals("/g", lost.getFile());
    replacing.close();
    assertFalse(Files.exists(other.path("/g")));
  }

  @Test
  void directoryStreamsEnd() throws IOException {
    try (DirectoryStream<Path> begun = Files.newDirectoryStream(directory);
        DirectoryStream<Path> fresh = Files.newDirectoryStream(directory)) {
      Iterator<Path> entries = begun.iterator();
      assertEquals("entry0", entries.next().getFileName().toString());
      store.close();
      assertFalse(entries.hasNext());
      assertThrows(IllegalStateException.class, fresh::iterator);
    }
  }
}
