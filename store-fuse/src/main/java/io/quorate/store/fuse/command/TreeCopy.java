package io.quorate.store.fuse.command;

import io.quorate.store.QuorateException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Copies files and trees between a store and another file system, several files at a time. Modes
 * and modification times go along; those of a directory are set when all is in it. What fails is
 * reported and passed over, unless it is the cluster that fails.
 */
final class TreeCopy {
  /** Beyond this many failures the next ones would not tell anything new. */
  private static final int MOST_COMPLAINTS = 20;

  private static final Set<PosixFilePermission> OWNER_MAY_FILL =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  /** Copies the content of one file to where it belongs, whole or not at all. */
  interface FileCopier {
    /**
     * @param fresh whether {@code target}'s directory was made by this copy, so that the target can
     *     not exist yet
     */
    void copy(
        Path source, PosixFileAttributes attributes, Path target, boolean fresh, Progress progress)
        throws IOException;
  }

  /** Hears of each thing that was made, on whichever thread made it. */
  interface Listener {
    /**
     * @param source what {@code target} was made from, or null for a directory made on the way
     * @param bytes of content
     */
    void made(@Nullable Path source, Path target, long bytes);
  }

  private record Finish(Path directory, PosixFileAttributes attributes, boolean fresh) {}

  private final FileCopier copier;
  private final boolean preserve;
  private final Listener listener;
  private final Progress progress;
  private final ToIntFunction<Exception> complain;
  private final BoundedTasks tasks;
  private final Set<Path> freshDirectories = ConcurrentHashMap.newKeySet();
  private final AtomicInteger complaints = new AtomicInteger();
  private final AtomicInteger worstStatus = new AtomicInteger();

  /**
   * @param preserve whether directories get the times of the originals, and those that were there
   *     the modes
   * @param complain reports a failure that the copy outlives, and answers the exit status it means
   */
  TreeCopy(
      FileCopier copier,
      boolean preserve,
      int atOnce,
      Progress progress,
      Listener listener,
      ToIntFunction<Exception> complain) {
    this.copier = copier;
    this.preserve = preserve;
    this.listener = listener;
    this.progress = progress;
    this.complain = complain;
    tasks = new BoundedTasks(atOnce);
  }

  /** Copies one file. */
  void file(Path source, Path target) throws IOException {
    tasks.submit(() -> attempt(() -> copyOne(source, target, false)));
  }

  /** Copies a directory with all that is in it to {@code target}, which may exist. */
  void tree(Path source, Path target) throws Exception {
    List<Finish> finishes = new ArrayList<>();
    Files.walkFileTree(source, new Visitor(source, target, finishes));
    tasks.await();
    for (Finish finish : finishes.reversed()) {
      attempt(() -> finish(finish));
    }
  }

  /** Waits for what is under way and answers the exit status. */
  int await() throws Exception {
    tasks.await();
    return worstStatus.get();
  }

  private void copyOne(Path source, Path target, boolean fresh) throws IOException {
    PosixFileAttributes attributes =
        Files.readAttributes(source, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (attributes.isSymbolicLink()) {
      if (!fresh) {
        Files.deleteIfExists(target);
      }
      String link = Files.readSymbolicLink(source).toString();
      Files.createSymbolicLink(target, target.getFileSystem().getPath(link));
    } else if (attributes.isRegularFile()) {
      copier.copy(source, attributes, target, fresh, progress);
    } else {
      throw Failure.failed(source + ": neither file, directory nor link; passed over");
    }
    progress.addFile();
    listener.made(source, target, attributes.isRegularFile() ? attributes.size() : 0);
  }

  private void finish(Finish finish) throws IOException {
    PosixFileAttributes attributes = finish.attributes();
    if (preserve || finish.fresh()) {
      Files.setPosixFilePermissions(finish.directory(), attributes.permissions());
    }
    if (preserve) {
      setModified(finish.directory(), attributes.lastModifiedTime());
    }
  }

  static void setModified(Path path, FileTime time) throws IOException {
    Files.getFileAttributeView(path, BasicFileAttributeView.class).setTimes(time, null, null);
  }

  /** Runs {@code task}; only a failure of the cluster, or one too many, gets past it. */
  private void attempt(BoundedTasks.Task task) throws Exception {
    try {
      task.run();
    } catch (QuorateException e) {
      throw e;
    } catch (IOException | Failure e) {
      progress.above(() -> worstStatus.accumulateAndGet(complain.applyAsInt(e), Math::max));
      if (complaints.incrementAndGet() == MOST_COMPLAINTS) {
        throw Failure.failed("gave up after " + MOST_COMPLAINTS + " failures");
      }
    }
  }

  private final class Visitor extends SimpleFileVisitor<Path> {
    private final Path source;
    private final Path target;
    private final List<Finish> finishes;

    Visitor(Path source, Path target, List<Finish> finishes) {
      this.source = source;
      this.target = target;
      this.finishes = finishes;
    }

    private Path counterpart(Path path) {
      // Through a string: the two belong to different file systems.
      String relative = source.relativize(path).toString();
      return relative.isEmpty() ? target : target.resolve(relative);
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes basic)
        throws IOException {
      Path made = counterpart(directory);
      PosixFileAttributes attributes =
          Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      try {
        if (make(made, attributes)) {
          freshDirectories.add(made);
          listener.made(null, made, 0);
        }
      } catch (QuorateException e) {
        throw e;
      } catch (IOException e) {
        fail(e);
        return FileVisitResult.SKIP_SUBTREE;
      }
      finishes.add(new Finish(made, attributes, freshDirectories.contains(made)));
      return proceed();
    }

    /** Makes a directory that can be filled; answers false if there is one. */
    private static boolean make(Path directory, PosixFileAttributes like) throws IOException {
      Set<PosixFilePermission> permissions = new HashSet<>(like.permissions());
      permissions.addAll(OWNER_MAY_FILL);
      try {
        Files.createDirectory(
            directory, java.nio.file.attribute.PosixFilePermissions.asFileAttribute(permissions));
        return true;
      } catch (FileAlreadyExistsException e) {
        if (Files.isDirectory(directory)) {
          return false;
        }
        throw e;
      }
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes basic) throws IOException {
      Path made = counterpart(file);
      boolean fresh = freshDirectories.contains(made.getParent());
      tasks.submit(() -> attempt(() -> copyOne(file, made, fresh)));
      return proceed();
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException thrown) throws IOException {
      fail(thrown);
      return proceed();
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException thrown)
        throws IOException {
      if (thrown != null) {
        fail(thrown);
      }
      freshDirectories.remove(counterpart(directory));
      return proceed();
    }

    private void fail(IOException thrown) throws IOException {
      tasks.submit(
          () ->
              attempt(
                  () -> {
                    throw thrown;
                  }));
    }

    private FileVisitResult proceed() {
      return tasks.failed() ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
    }
  }
}
