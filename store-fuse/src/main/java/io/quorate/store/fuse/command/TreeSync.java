package io.quorate.store.fuse.command;

import io.quorate.store.FileEntry;
import io.quorate.store.QuorateException;
import io.quorate.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Makes one tree like another, copying only what differs. Both are walked side by side, with the
 * names of one directory for each level in memory, and what a store told along with them. Nothing
 * is kept between runs: a file is whole and has its time from the moment it appears, so that a run
 * after one that was killed passes over what that one did.
 *
 * <p>The attributes of a file are read before its content. Should it change meanwhile, the copy has
 * the older time, and the next run sees a difference.
 */
final class TreeSync {
  private static final Set<PosixFilePermission> OWNER_MAY_FILL =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  /**
   * What to do.
   *
   * @param delete whether what the source lacks is removed
   * @param dryRun whether to tell only, and to change nothing
   * @param checksum whether content is compared, instead of times
   * @param owners whether owners and groups are made those of the source
   */
  record Wishes(boolean delete, boolean dryRun, boolean checksum, boolean owners) {}

  /** What was done to a path. */
  enum Action {
    COPY,
    LINK,
    MKDIR,
    ATTRIBUTES,
    REMOVE
  }

  /** Hears of each thing done, on whichever thread did it. */
  interface Listener {
    /**
     * @param bytes of content copied
     */
    void did(Action action, Path path, long bytes);

    /** A file or link that is as it should be. */
    void unchanged();
  }

  private record Finish(Path source, PosixFileAttributes attributes, Path directory) {}

  private final Store store;
  private final Wishes wishes;
  private final Progress progress;
  private final Listener listener;
  private final ToIntFunction<Exception> complain;
  private final BoundedTasks tasks;
  private final WholeFiles files;
  private final List<Finish> finishes = new ArrayList<>();
  private final AtomicInteger worstStatus = new AtomicInteger(ExitStatus.DONE);

  /**
   * @param complain reports a failure that the run outlives, and answers the exit status it means
   */
  TreeSync(
      Store store,
      Wishes wishes,
      int atOnce,
      Progress progress,
      Listener listener,
      ToIntFunction<Exception> complain) {
    this.store = store;
    this.wishes = wishes;
    this.progress = progress;
    this.listener = listener;
    this.complain = complain;
    tasks = new BoundedTasks(atOnce);
    files = new WholeFiles(store, true);
  }

  /** Makes {@code to} like the directory {@code from}, and answers the exit status. */
  int run(Path from, Path to) throws Exception {
    PosixFileAttributes source = Files.readAttributes(from, PosixFileAttributes.class);
    boolean there = Destination.isDirectory(to);
    if (!there) {
      Path parent = to.getParent();
      if (parent != null && !wishes.dryRun()) {
        Files.createDirectories(parent);
      }
      make(to, source);
    }
    directory(from, source, there ? to.toRealPath() : to, there);
    tasks.await();
    for (Finish finish : finishes.reversed()) {
      attempt(() -> finish(finish));
    }
    return worstStatus.get();
  }

  private void directory(Path from, PosixFileAttributes source, Path to, boolean there)
      throws Exception {
    SortedMap<String, @Nullable PosixFileAttributes> names;
    SortedMap<String, @Nullable PosixFileAttributes> present;
    try {
      names = entries(from);
      present = there ? entries(to) : Collections.emptySortedMap();
    } catch (QuorateException e) {
      throw e;
    } catch (IOException e) {
      // What is in it is not known, so nothing of it may be removed either.
      report(e);
      return;
    }
    finishes.add(new Finish(from, source, to));
    for (Map.Entry<String, @Nullable PosixFileAttributes> entry : names.entrySet()) {
      if (tasks.failed()) {
        return;
      }
      String name = entry.getKey();
      if (!WholeFiles.isPart(name)) {
        attempt(
            () -> {
              PosixFileAttributes old =
                  present.containsKey(name) ? known(present.get(name), to.resolve(name)) : null;
              entry(
                  from.resolve(name),
                  known(entry.getValue(), from.resolve(name)),
                  to.resolve(name),
                  old);
            });
      }
    }
    for (String name : present.keySet()) {
      boolean leftover = !inStore(to) && WholeFiles.isLeftover(name);
      boolean extraneous = wishes.delete() && !names.containsKey(name) && !WholeFiles.isPart(name);
      if (leftover && !wishes.dryRun()) {
        attempt(() -> Files.deleteIfExists(to.resolve(name)));
      } else if (extraneous) {
        attempt(() -> remove(to.resolve(name), present.get(name)));
      }
    }
  }

  private void entry(
      Path from, @Nullable PosixFileAttributes source, Path to, @Nullable PosixFileAttributes old)
      throws Exception {
    if (source == null) {
      // Removed since it was listed; the next run sees that.
      return;
    }
    if (source.isOther()) {
      throw Failure.failed(from + ": neither file, directory nor link; passed over");
    }
    if (old != null && !sameType(source, old)) {
      if (old.isDirectory() && !wishes.delete()) {
        throw Failure.failed(to + ": a directory is in the way; --delete removes it");
      }
      remove(to, old);
    }
    PosixFileAttributes target = old != null && sameType(source, old) ? old : null;
    if (source.isDirectory()) {
      if (target == null) {
        make(to, source);
      }
      directory(from, source, to, target != null);
    } else if (source.isSymbolicLink()) {
      tasks.submit(() -> attempt(() -> link(from, to, target != null)));
    } else {
      tasks.submit(() -> attempt(() -> file(from, source, to, target)));
    }
  }

  private void file(
      Path from, PosixFileAttributes source, Path to, @Nullable PosixFileAttributes target)
      throws IOException {
    if (target == null || !sameContent(from, source, to, target)) {
      // What a listing told is as old as the listing; here, that would make the copy differ.
      PosixFileAttributes now = inStore(from) ? attributes(from) : source;
      if (now == null || !sameType(source, now)) {
        // Removed or replaced since it was listed; the next run sees that.
        return;
      }
      if (!wishes.dryRun() && !copied(from, now, to, target == null)) {
        return;
      }
      progress.addFile();
      listener.did(Action.COPY, to, now.size());
    } else if (sameModeAndTime(source, target) && sameOwner(from, to)) {
      listener.unchanged();
    } else {
      if (!wishes.dryRun()) {
        setModeAndTime(to, source);
        setOwner(from, to);
      }
      listener.did(Action.ATTRIBUTES, to, 0);
    }
  }

  /** False if the source has been removed since it was looked at, as in a tree that is in use. */
  private boolean copied(Path from, PosixFileAttributes source, Path to, boolean fresh)
      throws IOException {
    try {
      files.copy(from, source, to, fresh, progress);
      setOwner(from, to);
      return true;
    } catch (NoSuchFileException e) {
      if (attributes(from) == null) {
        return false;
      }
      throw e;
    }
  }

  private boolean sameContent(
      Path from, PosixFileAttributes source, Path to, PosixFileAttributes target)
      throws IOException {
    if (source.size() != target.size()) {
      return false;
    }
    return wishes.checksum() ? crc32c(from) == crc32c(to) : sameTime(source, target);
  }

  /** The store knows it without reading the file. */
  private int crc32c(Path path) throws IOException {
    if (inStore(path)) {
      return store.checksum(path).crc32c();
    }
    CRC32C crc = new CRC32C();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(path)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        crc.update(buffer, 0, count);
      }
    }
    return (int) crc.getValue();
  }

  private void link(Path from, Path to, boolean present) throws IOException {
    String wanted = Files.readSymbolicLink(from).toString();
    if (present && Files.readSymbolicLink(to).toString().equals(wanted) && sameOwner(from, to)) {
      listener.unchanged();
      return;
    }
    if (!wishes.dryRun()) {
      if (present) {
        Files.deleteIfExists(to);
      }
      Files.createSymbolicLink(to, to.getFileSystem().getPath(wanted));
      setOwner(from, to);
    }
    listener.did(Action.LINK, to, 0);
  }

  /** Makes a directory that can be filled; its mode comes when it is. */
  private void make(Path directory, PosixFileAttributes like) throws IOException {
    if (!wishes.dryRun()) {
      Set<PosixFilePermission> permissions = EnumSet.copyOf(OWNER_MAY_FILL);
      permissions.addAll(like.permissions());
      Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(permissions));
    }
    listener.did(Action.MKDIR, directory, 0);
  }

  private void remove(Path path, @Nullable PosixFileAttributes listed) throws IOException {
    PosixFileAttributes attributes = known(listed, path);
    if (attributes == null) {
      return;
    }
    if (attributes.isDirectory()) {
      for (Map.Entry<String, @Nullable PosixFileAttributes> entry : entries(path).entrySet()) {
        remove(path.resolve(entry.getKey()), entry.getValue());
      }
    }
    if (wishes.dryRun() || Files.deleteIfExists(path)) {
      listener.did(Action.REMOVE, path, 0);
    }
  }

  /** What was made in a directory has changed its time, so this comes last. */
  private void finish(Finish finish) throws IOException {
    if (wishes.dryRun()) {
      return;
    }
    PosixFileAttributes target = attributes(finish.directory());
    if (target != null) {
      setOwner(finish.source(), finish.directory());
    }
    if (target != null && !sameModeAndTime(finish.attributes(), target)) {
      setModeAndTime(finish.directory(), finish.attributes());
    }
  }

  private static void setModeAndTime(Path path, PosixFileAttributes like) throws IOException {
    Files.setPosixFilePermissions(path, like.permissions());
    TreeCopy.setModified(path, like.lastModifiedTime());
  }

  /** By number: names are each system's own. */
  private static Map<String, Object> owner(Path path) throws IOException {
    return Files.readAttributes(path, "unix:uid,gid", LinkOption.NOFOLLOW_LINKS);
  }

  private boolean sameOwner(Path from, Path to) throws IOException {
    return !wishes.owners() || owner(from).equals(owner(to));
  }

  private void setOwner(Path from, Path to) throws IOException {
    if (sameOwner(from, to)) {
      return;
    }
    for (Map.Entry<String, Object> id : owner(from).entrySet()) {
      Files.setAttribute(to, "unix:" + id.getKey(), id.getValue(), LinkOption.NOFOLLOW_LINKS);
    }
  }

  private static boolean sameType(BasicFileAttributes a, BasicFileAttributes b) {
    return a.isDirectory() == b.isDirectory()
        && a.isRegularFile() == b.isRegularFile()
        && a.isSymbolicLink() == b.isSymbolicLink();
  }

  private static boolean sameModeAndTime(PosixFileAttributes a, PosixFileAttributes b) {
    return a.permissions().equals(b.permissions()) && sameTime(a, b);
  }

  /** To the microsecond: not every file system and JDK keeps more. */
  private static boolean sameTime(BasicFileAttributes a, BasicFileAttributes b) {
    return micros(a.lastModifiedTime()) == micros(b.lastModifiedTime());
  }

  private static long micros(FileTime time) {
    return time.to(TimeUnit.MICROSECONDS);
  }

  private boolean inStore(Path path) {
    return path.getFileSystem() == store.fileSystem();
  }

  private static @Nullable PosixFileAttributes attributes(Path path) throws IOException {
    try {
      return Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static @Nullable PosixFileAttributes known(
      @Nullable PosixFileAttributes listed, Path path) throws IOException {
    return listed != null ? listed : attributes(path);
  }

  /** Names with the attributes that came along. A local directory has only the names to tell. */
  private SortedMap<String, @Nullable PosixFileAttributes> entries(Path directory)
      throws IOException {
    SortedMap<String, @Nullable PosixFileAttributes> entries = new TreeMap<>();
    if (inStore(directory)) {
      try (DirectoryStream<FileEntry> stream = store.list(directory)) {
        stream.forEach(entry -> entries.put(name(entry.path()), entry.attributes()));
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      }
    } else {
      try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
        stream.forEach(entry -> entries.put(name(entry), null));
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      }
    }
    return entries;
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  /** Runs {@code task}; only a failure of the cluster gets past it. */
  private void attempt(BoundedTasks.Task task) throws Exception {
    try {
      task.run();
    } catch (QuorateException e) {
      throw e;
    } catch (IOException | Failure e) {
      report(e);
    }
  }

  private void report(Exception e) {
    progress.above(() -> worstStatus.accumulateAndGet(complain.applyAsInt(e), Math::max));
  }
}
