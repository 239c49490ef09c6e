package io.quorate.store.nio;

import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.ClosedDirectoryStreamException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A path: names of bytes with '/' between them, absolute if it begins with one. Kept without empty
 * names and without a '/' at the end; "." and ".." stay until {@link #normalize}. Names that are
 * not UTF-8 keep their bytes; only {@link #toString} shows them as U+FFFD. Paths order by unsigned
 * bytes.
 */
final class QuoratePath implements Path {
  private static final byte SLASH = '/';

  private final QuorateFileSystem fileSystem;
  private final byte[] bytes;

  /** Where each name begins; the empty path has one empty name. */
  private final int[] starts;

  /** What a relative path begins at. */
  private final Anchor anchor;

  /**
   * A directory by its inode.
   *
   * @param closed whether it may no longer be used, because what opened it is closed
   */
  private record Anchor(long directory, BooleanSupplier closed) {
    static final Anchor ROOT = new Anchor(At.ROOT, () -> false);
  }

  private @Nullable Listed listed;

  private QuoratePath(QuorateFileSystem fileSystem, byte[] normal) {
    this(fileSystem, normal, Anchor.ROOT);
  }

  private QuoratePath(QuorateFileSystem fileSystem, byte[] normal, Anchor anchor) {
    this.fileSystem = fileSystem;
    this.bytes = normal;
    this.starts = starts(normal);
    this.anchor = anchor;
  }

  /**
   * A path from text, as {@code FileSystem.getPath}.
   *
   * @throws InvalidPathException if it holds a NUL, or a surrogate without its pair
   */
  static QuoratePath parse(QuorateFileSystem fileSystem, String text) {
    int nul = text.indexOf('\0');
    if (nul >= 0) {
      throw new InvalidPathException(text, "a path can not hold a NUL character", nul);
    }
    try {
      ByteBuffer encoded =
          StandardCharsets.UTF_8
              .newEncoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .encode(CharBuffer.wrap(text));
      byte[] raw = new byte[encoded.remaining()];
      encoded.get(raw);
      return ofRaw(fileSystem, raw);
    } catch (CharacterCodingException e) {
      InvalidPathException invalid =
          new InvalidPathException(text, "a surrogate without its pair has no UTF-8 form");
      invalid.initCause(e);
      throw invalid;
    }
  }

  /** A path from bytes without NUL. */
  static QuoratePath ofRaw(QuorateFileSystem fileSystem, byte[] raw) {
    return new QuoratePath(fileSystem, dropEmptyNames(raw));
  }

  /** {@code path} as one of ours. */
  static QuoratePath of(Path path) {
    Objects.requireNonNull(path, "path");
    if (path instanceof QuoratePath ours) {
      return ours;
    }
    throw new ProviderMismatchException(
        "a path of " + path.getFileSystem().provider().getScheme() + ", not of quorate: " + path);
  }

  private static byte[] dropEmptyNames(byte[] raw) {
    byte[] kept = new byte[raw.length];
    int length = 0;
    for (byte next : raw) {
      if (next != SLASH || length == 0 || kept[length - 1] != SLASH) {
        kept[length++] = next;
      }
    }
    if (length > 1 && kept[length - 1] == SLASH) {
      length--;
    }
    return Arrays.copyOf(kept, length);
  }

  private static int[] starts(byte[] normal) {
    if (normal.length == 1 && normal[0] == SLASH) {
      return new int[0];
    }
    int[] found = new int[normal.length / 2 + 1];
    int count = 0;
    if (normal.length == 0 || normal[0] != SLASH) {
      found[count++] = 0;
    }
    for (int i = 0; i < normal.length; i++) {
      if (normal[i] == SLASH) {
        found[count++] = i + 1;
      }
    }
    return Arrays.copyOf(found, count);
  }

  // ---- towards the tree

  /**
   * The place that it names.
   *
   * @throws FileSystemException if a name or the whole is too long
   */
  At at(boolean follow) throws FileSystemException {
    byte[] relative = isAbsolute() ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
    if (relative.length > At.MAX_PATH_BYTES) {
      throw new FileSystemException(
          toString(),
          null,
          "File name too long: the path has "
              + relative.length
              + " bytes, "
              + At.MAX_PATH_BYTES
              + " are the most");
    }
    for (int i = 0; i < starts.length; i++) {
      int length = nameEnd(i) - starts[i];
      if (length > At.MAX_NAME_BYTES) {
        throw new FileSystemException(
            toString(),
            null,
            "File name too long: a name has "
                + length
                + " bytes, "
                + At.MAX_NAME_BYTES
                + " are the most");
      }
    }
    if (anchor.closed().getAsBoolean()) {
      throw new ClosedDirectoryStreamException();
    }
    return new At(anchor.directory(), Bytes.wrap(relative), follow);
  }

  /** For the tree only: the same names, but if they are relative, from that directory on. */
  QuoratePath anchoredAt(long directory, BooleanSupplier closed) {
    return isAbsolute() ? this : new QuoratePath(fileSystem, bytes, new Anchor(directory, closed));
  }

  /** Its bytes as a symbolic link's target. */
  Bytes target() {
    return Bytes.copyOf(bytes);
  }

  /** This path with one more name, as the tree has it. */
  QuoratePath child(Bytes name) {
    if (bytes.length == 0) {
      return new QuoratePath(fileSystem, name.toArray());
    }
    boolean root = starts.length == 0;
    byte[] joined = Arrays.copyOf(bytes, bytes.length + (root ? 0 : 1) + name.length());
    joined[joined.length - name.length() - 1] = SLASH;
    System.arraycopy(name.unsafeArray(), 0, joined, joined.length - name.length(), name.length());
    return new QuoratePath(fileSystem, joined);
  }

  /** Keeps what a listing told, before this path is given to anyone. */
  void keep(Listed attributes) {
    listed = attributes;
  }

  /** What {@link #keep} was given, to the first who asks: the walk that it was meant for. */
  @Nullable Listed takeListed() {
    Listed taken = listed;
    if (taken != null) {
      listed = null;
    }
    return taken;
  }

  // ---- parts

  @Override
  public QuorateFileSystem getFileSystem() {
    return fileSystem;
  }

  @Override
  public boolean isAbsolute() {
    return bytes.length > 0 && bytes[0] == SLASH;
  }

  @Override
  public @Nullable QuoratePath getRoot() {
    return isAbsolute() ? fileSystem.root() : null;
  }

  @Override
  public @Nullable QuoratePath getFileName() {
    return starts.length == 0 ? null : getName(starts.length - 1);
  }

  @Override
  public @Nullable QuoratePath getParent() {
    if (starts.length == 0) {
      return null;
    }
    int last = starts[starts.length - 1];
    if (last == 0) {
      return null;
    }
    return last == 1
        ? fileSystem.root()
        : new QuoratePath(fileSystem, Arrays.copyOf(bytes, last - 1));
  }

  @Override
  public int getNameCount() {
    return starts.length;
  }

  @Override
  public QuoratePath getName(int index) {
    if (index < 0 || index >= starts.length) {
      throw new IllegalArgumentException(
          "name " + index + " of the " + starts.length + " of " + this);
    }
    return new QuoratePath(fileSystem, Arrays.copyOfRange(bytes, starts[index], nameEnd(index)));
  }

  private int nameEnd(int index) {
    return index == starts.length - 1 ? bytes.length : starts[index + 1] - 1;
  }

  private boolean nameIs(int index, String name) {
    byte[] wanted = name.getBytes(StandardCharsets.US_ASCII);
    return Arrays.equals(bytes, starts[index], nameEnd(index), wanted, 0, wanted.length);
  }

  @Override
  public QuoratePath subpath(int beginIndex, int endIndex) {
    if (beginIndex < 0 || endIndex > starts.length || beginIndex >= endIndex) {
      throw new IllegalArgumentException(
          "names " + beginIndex + " to " + endIndex + " of the " + starts.length + " of " + this);
    }
    return new QuoratePath(
        fileSystem, Arrays.copyOfRange(bytes, starts[beginIndex], nameEnd(endIndex - 1)));
  }

  @Override
  public boolean startsWith(Path other) {
    if (!(Objects.requireNonNull(other) instanceof QuoratePath that)
        || that.fileSystem != fileSystem
        || that.isAbsolute() != isAbsolute()
        || that.starts.length > starts.length) {
      return false;
    }
    if (bytes.length == 0 || that.bytes.length == 0) {
      return bytes.length == that.bytes.length;
    }
    for (int i = 0; i < that.starts.length; i++) {
      if (!sameName(i, that, i)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean endsWith(Path other) {
    if (!(Objects.requireNonNull(other) instanceof QuoratePath that)
        || that.fileSystem != fileSystem) {
      return false;
    }
    if (bytes.length == 0 || that.bytes.length == 0) {
      return bytes.length == that.bytes.length;
    }
    if (that.isAbsolute()) {
      return equals(that);
    }
    int offset = starts.length - that.starts.length;
    if (offset < 0) {
      return false;
    }
    for (int i = 0; i < that.starts.length; i++) {
      if (!sameName(offset + i, that, i)) {
        return false;
      }
    }
    return true;
  }

  private boolean sameName(int index, QuoratePath that, int thatIndex) {
    return Arrays.equals(
        bytes,
        starts[index],
        nameEnd(index),
        that.bytes,
        that.starts[thatIndex],
        that.nameEnd(thatIndex));
  }

  // ---- combinations

  @Override
  public QuoratePath normalize() {
    int[] kept = new int[starts.length];
    int count = 0;
    for (int i = 0; i < starts.length; i++) {
      boolean up = nameIs(i, "..");
      if (up && count > 0 && !nameIs(kept[count - 1], "..")) {
        count--;
      } else if (!nameIs(i, ".") && !(up && isAbsolute())) {
        kept[count++] = i;
      }
    }
    return ofNames(Arrays.copyOf(kept, count));
  }

  private QuoratePath ofNames(int[] names) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream(bytes.length);
    for (int i = 0; i < names.length; i++) {
      if (i > 0 || isAbsolute()) {
        joined.write(SLASH);
      }
      joined.write(bytes, starts[names[i]], nameEnd(names[i]) - starts[names[i]]);
    }
    if (names.length == 0 && isAbsolute()) {
      joined.write(SLASH);
    }
    return new QuoratePath(fileSystem, joined.toByteArray());
  }

  @Override
  public QuoratePath resolve(Path other) {
    QuoratePath that = of(other);
    if (that.isAbsolute() || bytes.length == 0) {
      return that;
    }
    return that.bytes.length == 0 ? this : child(Bytes.wrap(that.bytes));
  }

  @Override
  public QuoratePath relativize(Path other) {
    QuoratePath that = of(other);
    if (that.isAbsolute() != isAbsolute()) {
      throw new IllegalArgumentException(
          "one of " + this + " and " + that + " is absolute, the other is not");
    }
    if (bytes.length == 0 || equals(that)) {
      return bytes.length == 0 ? that : new QuoratePath(fileSystem, new byte[0]);
    }
    QuoratePath from = normalize();
    QuoratePath to = that.normalize();
    int fromNames = from.bytes.length == 0 ? 0 : from.starts.length;
    int toNames = to.bytes.length == 0 ? 0 : to.starts.length;
    int common = 0;
    while (common < fromNames && common < toNames && from.sameName(common, to, common)) {
      common++;
    }
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (int i = common; i < fromNames; i++) {
      if (from.nameIs(i, "..")) {
        throw new IllegalArgumentException("no relative path from " + this + " to " + that);
      }
      joined.writeBytes((joined.size() == 0 ? ".." : "/..").getBytes(StandardCharsets.US_ASCII));
    }
    for (int i = common; i < toNames; i++) {
      if (joined.size() > 0) {
        joined.write(SLASH);
      }
      joined.write(to.bytes, to.starts[i], to.nameEnd(i) - to.starts[i]);
    }
    return new QuoratePath(fileSystem, joined.toByteArray());
  }

  @Override
  public QuoratePath toAbsolutePath() {
    return isAbsolute() ? this : fileSystem.root().resolve(this);
  }

  @Override
  public QuoratePath toRealPath(LinkOption... options) throws IOException {
    return RealPaths.resolve(this, List.of(options).contains(LinkOption.NOFOLLOW_LINKS));
  }

  @Override
  public URI toUri() {
    return UriPaths.format(fileSystem.authority(), toAbsolutePath().bytes);
  }

  @Override
  public WatchKey register(
      WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers)
      throws IOException {
    if (!(Objects.requireNonNull(watcher) instanceof QuorateWatchService service)
        || !service.isOf(fileSystem)) {
      throw new ProviderMismatchException("the watch service is of another file system");
    }
    return service.register(this, events, modifiers);
  }

  @Override
  public int compareTo(Path other) {
    return Arrays.compareUnsigned(bytes, ((QuoratePath) other).bytes);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof QuoratePath that
        && that.fileSystem == fileSystem
        && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
