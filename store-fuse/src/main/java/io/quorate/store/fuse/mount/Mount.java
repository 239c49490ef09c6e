package io.quorate.store.fuse.mount;

import io.quorate.store.file.FileTree;
import io.quorate.store.file.RefusedException;
import io.quorate.store.fuse.kernel.Device;
import io.quorate.store.fuse.kernel.InitFlags;
import io.quorate.store.fuse.kernel.MalformedRequestException;
import io.quorate.store.fuse.kernel.MountTable;
import io.quorate.store.fuse.kernel.Notice;
import io.quorate.store.fuse.kernel.Opcode;
import io.quorate.store.fuse.kernel.Presentation;
import io.quorate.store.fuse.kernel.ReadAhead;
import io.quorate.store.fuse.kernel.Reply;
import io.quorate.store.fuse.kernel.Request;
import io.quorate.store.fuse.kernel.Request.Header;
import io.quorate.store.fuse.kernel.RequestDecoder;
import io.quorate.store.fuse.kernel.Terms;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.FileType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A tree that is mounted on a directory, until it is closed or somebody unmounts it. This process
 * must not use a path below that directory: it would wait for itself.
 */
public final class Mount implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Mount.class);

  private static final int MAX_WRITE_BYTES = 1 << 20;
  private static final int PAGE_BYTES = 4096;
  private static final int MAX_BACKGROUND = 64;
  private static final int READERS = 2;
  private static final int EPROTO = 71;
  private static final int END_SECONDS = 1;

  private static final long WANTED =
      InitFlags.ASYNC_READ
          | InitFlags.POSIX_LOCKS
          | InitFlags.ATOMIC_O_TRUNC
          | InitFlags.EXPORT_SUPPORT
          | InitFlags.BIG_WRITES
          | InitFlags.DONT_MASK
          | InitFlags.FLOCK_LOCKS
          | InitFlags.AUTO_INVAL_DATA
          | InitFlags.DO_READDIRPLUS
          | InitFlags.READDIRPLUS_AUTO
          | InitFlags.ASYNC_DIO
          | InitFlags.PARALLEL_DIROPS
          | InitFlags.MAX_PAGES
          | InitFlags.HANDLE_KILLPRIV_V2
          | InitFlags.SETXATTR_EXT
          | InitFlags.INIT_EXT;

  private final Path directory;
  private final Device device;
  private final Dispatcher dispatcher;
  private final Interruptions interruptions;
  private final Patience patience;
  private final CompletableFuture<Void> begun = new CompletableFuture<>();
  private final CountDownLatch readersLeft = new CountDownLatch(READERS);
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final AtomicBoolean unmounted = new AtomicBoolean();
  private final Parts parts;

  /** What is agreed on. */
  private volatile long flags;

  /** Null where the kernel asks each time. */
  private volatile @Nullable Invalidation invalidation;

  private Mount(Path directory, Device device, Parts parts) {
    this.directory = directory;
    this.device = device;
    this.dispatcher = parts.dispatcher();
    this.interruptions = parts.interruptions();
    this.patience = parts.patience();
    this.parts = parts;
  }

  /** What answers. */
  private record Parts(
      FileTree tree,
      Presentation shown,
      KnownNodes nodes,
      Dispatcher dispatcher,
      Interruptions interruptions,
      Patience patience,
      long wanted) {
    static Parts of(FileTree tree, MountOptions options) throws IOException {
      Interruptions interruptions = new Interruptions();
      Presentation shown =
          new Presentation(
              options.cache(),
              root(tree, options.directory()),
              options.uid(),
              options.gid(),
              options.umask());
      KnownNodes nodes = new KnownNodes(options.cache().isAny());
      return new Parts(
          tree,
          shown,
          nodes,
          new Dispatcher(tree, shown, options, nodes, interruptions),
          interruptions,
          new Patience(options.withoutQuorum(), interruptions),
          options.acl() ? WANTED | InitFlags.POSIX_ACL : WANTED);
    }
  }

  /**
   * Mounts {@code tree}, which stays the caller's, and returns when the mount can be used.
   *
   * @param target a directory; what a mount whose process has died left there is taken away
   * @throws FileSystemException if it can not be mounted there, and why
   */
  public static Mount start(FileTree tree, Path target, MountOptions options) throws IOException {
    Path directory = target.toAbsolutePath().normalize();
    takeStaleMountAway(directory);
    if (!Files.isDirectory(directory)) {
      throw new FileSystemException(
          target.toString(), null, Files.exists(directory) ? "not a directory" : "does not exist");
    }
    directory = directory.toRealPath();
    MountTable.Entry there = MountTable.find(directory);
    if (there != null) {
      throw new FileSystemException(
          target.toString(),
          null,
          "something is mounted there already: "
              + there.source()
              + ", type "
              + there.type()
              + "; unmount it first");
    }
    Parts parts = Parts.of(tree, options);
    Device device;
    try {
      device =
          Device.mount(
              directory.toString(), manner(options), isRoot(), MAX_WRITE_BYTES + PAGE_BYTES);
    } catch (IOException e) {
      FileSystemException refused =
          new FileSystemException(target.toString(), null, "can not mount: " + e.getMessage());
      refused.initCause(e);
      throw refused;
    }
    Mount mount = new Mount(directory, device, parts);
    mount.begin();
    ReadAhead.set(directory, MAX_WRITE_BYTES);
    return mount;
  }

  /** Whether this process may mount by itself. */
  public static boolean isRoot() {
    try {
      return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
    } catch (IOException | UnsupportedOperationException e) {
      return true; // Mounting then says what is wrong.
    }
  }

  private static Device.Manner manner(MountOptions options) {
    String source = options.source();
    return new Device.Manner(
        source == null ? "quorate" : source,
        "default_permissions,max_read="
            + MAX_WRITE_BYTES
            + (options.allowOther() ? ",allow_other" : ""),
        options.readOnly(),
        options.noExecute(),
        options.devices(),
        options.setuid());
  }

  /** Inode of the directory of the store that is mounted. */
  private static long root(FileTree tree, String directory) throws IOException {
    if (directory.isEmpty() || directory.equals("/")) {
      return At.ROOT;
    }
    Attributes found;
    try {
      found = tree.stat(At.path(Bytes.utf8(directory), true));
    } catch (RefusedException e) {
      throw new FileSystemException(
          directory, null, "the directory of the store to mount: " + e.getReason());
    }
    if (found.type() != FileType.DIRECTORY) {
      throw new FileSystemException(directory, null, "is no directory of the store");
    }
    return found.inode();
  }

  /** The kernel answers for a mount without a process that its endpoint is not connected. */
  private static void takeStaleMountAway(Path directory) throws IOException {
    try {
      Files.readAttributes(directory, java.nio.file.attribute.BasicFileAttributes.class);
    } catch (FileSystemException e) {
      String reason = e.getReason();
      if (reason != null && reason.contains("not connected")) {
        LOG.warn("{}: the process that served this mount has died; it is unmounted", directory);
        Device.unmount(directory.toString());
      }
    }
  }

  private void begin() throws IOException {
    List<Thread> readers = new ArrayList<>();
    for (int i = 1; i <= READERS; i++) {
      readers.add(
          Thread.ofPlatform().daemon().name("quorate-mount-" + i).unstarted(this::readRequests));
    }
    readers.forEach(Thread::start);
    try {
      begun.join();
    } catch (CompletionException e) {
      close();
      Throwable cause = e.getCause();
      throw new FileSystemException(
          directory.toString(), null, (cause == null ? e : cause).getMessage());
    }
  }

  public Path directory() {
    return directory;
  }

  /** Done when nothing is mounted any more, whoever unmounted it. */
  public CompletableFuture<Void> ended() {
    return ended.copy();
  }

  private void readRequests() {
    try {
      for (ByteBuffer message = device.read(); message != null; message = device.read()) {
        take(message);
      }
    } catch (IOException | RuntimeException | Error e) {
      LOG.error("{}: the mount ends", directory, e);
    } finally {
      begun.completeExceptionally(new IOException("it was unmounted at once"));
      readersLeft.countDown();
      if (readersLeft.getCount() == 0) {
        end();
      }
    }
  }

  private void end() {
    if (unmounted.compareAndSet(false, true)) {
      patience.end();
      endInvalidation();
      dispatcher.close();
      try {
        device.close();
      } catch (IOException e) {
        LOG.warn("{}: {}", directory, e.getMessage());
      }
      ended.complete(null);
    }
  }

  private void endInvalidation() {
    Invalidation ends = invalidation;
    if (ends != null) {
      ends.close();
    }
  }

  private void take(ByteBuffer message) throws IOException {
    Header header = RequestDecoder.header(message);
    Request request;
    try {
      request = RequestDecoder.body(header, message, flags);
    } catch (MalformedRequestException e) {
      LOG.error("{}: {}", directory, e.getMessage());
      if (!Opcode.isOneWay(header.opcode())) {
        device.fail(header.unique(), Errno.EIO);
      }
      return;
    }
    switch (request) {
      case Request.Forget forget -> dispatcher.forget(forget);
      case Request.Interrupt interrupt -> interruptions.interrupt(interrupt.unique());
      case Request.Init init -> agree(header, init);
      default -> answer(header, request);
    }
  }

  private void agree(Header header, Request.Init init) throws IOException {
    if (init.major() < Terms.MAJOR
        || init.major() == Terms.MAJOR && init.minor() < Terms.OLDEST_MINOR) {
      begun.completeExceptionally(
          new IOException(
              "this kernel speaks version "
                  + init.major()
                  + "."
                  + init.minor()
                  + " of the FUSE protocol, and "
                  + Terms.MAJOR
                  + "."
                  + Terms.OLDEST_MINOR
                  + " is the oldest that will do (Linux 4.20)"));
      device.fail(header.unique(), EPROTO);
      return;
    }
    flags = parts.wanted() & init.flags();
    device.reply(
        header.unique(),
        Reply.init(
            new Terms(
                Terms.MAJOR,
                Math.min(Terms.MINOR, init.minor()),
                Math.min(init.maxReadahead(), MAX_WRITE_BYTES),
                flags,
                MAX_WRITE_BYTES,
                MAX_WRITE_BYTES / PAGE_BYTES,
                MAX_BACKGROUND)));
    if (parts.shown().cache().isAny()) {
      Invalidation.Kernel kernel =
          new Invalidation.Kernel(
              init.minor() >= Notice.EPOCHS_MINOR, (init.flags() & InitFlags.HAS_EXPIRE_ONLY) != 0);
      Invalidation begins =
          new Invalidation(parts.tree(), parts.shown(), parts.nodes(), kernel, device::tell);
      invalidation = begins;
      begins.start();
    }
    begun.complete(null);
  }

  private void answer(Header header, Request request) {
    CompletableFuture<Optional<ByteBuffer>> asked = dispatcher.ask(header, request);
    if (asked == null) {
      Thread.ofVirtual().start(() -> serve(header, request, null));
      return;
    }
    asked.whenComplete(
        (body, thrown) -> {
          if (body != null && body.isPresent()) {
            give(() -> device.reply(header.unique(), body.get()));
          } else if (thrown != null && cause(thrown) instanceof RefusedException refused) {
            give(() -> device.fail(header.unique(), Errno.of(refused)));
          } else {
            Throwable failed = thrown == null ? null : cause(thrown);
            Thread.ofVirtual().start(() -> serve(header, request, failed));
          }
        });
  }

  private static Throwable cause(Throwable thrown) {
    Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : null;
    return cause == null ? thrown : cause;
  }

  /** Gives a reply. */
  private interface Giving {
    void give() throws IOException;
  }

  private void give(Giving reply) {
    try {
      reply.give();
    } catch (IOException | RuntimeException | Error e) {
      LOG.error("{}: a reply could not be given", directory, e);
    }
  }

  /**
   * Answers, and may wait for that.
   *
   * @param failed what the first attempt has failed with, if one was made: that took its time
   */
  private void serve(Header header, Request request, @Nullable Throwable failed) {
    AtomicReference<@Nullable Throwable> first = new AtomicReference<>(failed);
    Patience.Attempt attempt =
        () -> {
          Throwable known = first.getAndSet(null);
          if (known != null) {
            throw Patience.rethrow(known);
          }
          return dispatcher.answer(header, request);
        };
    ByteBuffer body;
    try {
      body = patience.answer(header, request, attempt);
    } catch (IOException | RuntimeException | Error e) {
      give(() -> device.fail(header.unique(), Errno.of(e)));
      return;
    }
    give(() -> device.reply(header.unique(), body));
  }

  /**
   * Unmounts, and publishes what was written through it. Files that are open still hold the mount
   * where they are, though nobody finds it any more; they are not waited for long.
   */
  @Override
  public void close() throws IOException {
    patience.end();
    if (!ended.isDone()) {
      Device.unmount(directory.toString());
    }
    // Before waiting: the peers may all be about to end.
    dispatcher.publish();
    try {
      ended.get(END_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      LOG.warn("{}: files are still open on what was mounted there", directory);
      endInvalidation();
      dispatcher.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException("it never ends with an exception", e);
    }
  }
}
