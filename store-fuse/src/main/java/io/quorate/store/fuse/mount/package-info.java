/**
 * The mount: answers what the kernel asks, from a {@link io.quorate.store.file.FileTree}.
 *
 * <p>{@link io.quorate.store.fuse.mount.Mount} reads requests, {@code Dispatcher} gives each to the
 * handlers of its group: names, attributes, files, directories, extended attributes, locks. The
 * number of a node is that of its inode, which is never used twice, so no request needs a table of
 * nodes. Where the kernel may rely on what it was told, {@code Invalidation} tells it of changes.
 */
@NullMarked
package io.quorate.store.fuse.mount;

import org.jspecify.annotations.NullMarked;
