package io.quorate.store.nio;

import io.quorate.store.file.FileTree;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.FileType;
import org.jspecify.annotations.Nullable;

/**
 * The attributes that came with a directory's page, for the walk that asked for it.
 *
 * @param askedNanos when the page was asked for
 * @param writes {@link FileTree#writesHere} before that
 */
record Listed(Attributes attributes, long askedNanos, long writes) {
  /**
   * A walker that takes longer over a page than this asks for the attributes of each entry anew: it
   * has then time enough for that, and what it sees is never older than this.
   */
  private static final long FRESH_NANOS = 100_000_000;

  /** The attributes if they can pass for those of now, or null. */
  @Nullable Attributes fresh(FileTree tree, boolean follow) {
    boolean good =
        tree.world().nanoTime() - askedNanos <= FRESH_NANOS
            && tree.writesHere() == writes
            && tree.options().reuseMicros() > 0
            && !tree.hasUnpublished(attributes.inode())
            && !(follow && attributes.type() == FileType.SYMLINK);
    return good ? attributes : null;
  }
}
