package io.quorate.store.nio;

import io.quorate.store.file.FileTree;
import java.nio.file.FileSystem;

/**
 * File systems that no list of the process holds: a simulated process ends without closing its own.
 */
public final class TreeFileSystems {
  private TreeFileSystems() {}

  /** {@code java.nio.file} over {@code tree}. */
  public static FileSystem over(FileTree tree) {
    return new QuorateFileSystem(tree, QuorateFileSystemProvider.freshAuthority(), tree::close);
  }
}
