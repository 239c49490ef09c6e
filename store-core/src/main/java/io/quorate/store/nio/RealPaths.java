package io.quorate.store.nio;

import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.FileType;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayDeque;
import java.util.Deque;

/** {@code Path.toRealPath}: follows a path name by name, as the tree is now. */
final class RealPaths {
  private static final int MAX_LINKS = 40;

  private RealPaths() {}

  /** The path without ".", ".." and, unless {@code keepLinks}, symbolic links; it must exist. */
  static QuoratePath resolve(QuoratePath path, boolean keepLinks) throws IOException {
    QuorateFileSystem fileSystem = path.getFileSystem();
    Deque<QuoratePath> names = new ArrayDeque<>();
    push(names, path.toAbsolutePath());
    QuoratePath real = fileSystem.root();
    boolean overLink = false;
    boolean inDirectory = true;
    int links = 0;
    while (!names.isEmpty()) {
      QuoratePath name = names.pop();
      String text = name.toString();
      if (!keepLinks && !inDirectory) {
        throw new NotDirectoryException(real.toString());
      }
      if (text.equals(".") || text.isEmpty()) {
        continue;
      }
      if (text.equals("..") && !overLink) {
        QuoratePath parent = real.getParent();
        real = parent == null ? real : parent;
        continue;
      }
      QuoratePath next = real.resolve(name);
      Attributes attributes = fileSystem.stat(next, false);
      boolean link = attributes.type() == FileType.SYMLINK;
      if (!link || keepLinks) {
        // ".." after a link that is kept leads elsewhere than where the text goes, so it is kept
        // too.
        overLink = link;
        inDirectory = attributes.type() == FileType.DIRECTORY;
        real = next;
        continue;
      }
      if (++links > MAX_LINKS) {
        throw new FileSystemLoopException(path.toString());
      }
      QuoratePath target = fileSystem.readSymlink(next);
      push(names, target);
      if (target.isAbsolute()) {
        real = fileSystem.root();
      }
    }
    fileSystem.stat(real, !keepLinks);
    return real;
  }

  private static void push(Deque<QuoratePath> names, QuoratePath path) {
    for (int i = path.getNameCount() - 1; i >= 0; i--) {
      names.push(path.getName(i));
    }
  }
}
