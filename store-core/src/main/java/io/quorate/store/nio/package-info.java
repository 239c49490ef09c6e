/**
 * The tree as a {@code java.nio.file} file system, scheme {@code quorate}.
 *
 * <p>Each name tells its layer: {@link io.quorate.store.nio.QuorateFileSystemProvider} dispatches,
 * {@code QuoratePath} is pure syntax over bytes, channels and streams stand on file handles of
 * {@code io.quorate.store.file}, and nothing here talks to the cluster in any other way.
 */
@NullMarked
package io.quorate.store.nio;

import org.jspecify.annotations.NullMarked;
