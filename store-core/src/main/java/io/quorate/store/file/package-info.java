/**
 * Files as a program uses them, above the replicated namespace.
 *
 * <p>A {@link io.quorate.store.file.FileTree} names files by path or inode and acts on them; each
 * change is one command through a {@link io.quorate.store.file.Session}, which numbers it, so that
 * a retry after a lost answer happens once. A {@link io.quorate.store.file.FileHandle} is an open
 * file: writes gather in memory as blocks, leave as immutable chunks while the writer goes on, and
 * become visible with one command, the publish. All handles of an inode within a session share what
 * is unpublished.
 *
 * <p>Calls block or answer by future, and all end by a deadline: nothing here waits longer than
 * {@link io.quorate.store.StoreOptions#deadlineMillis} for the cluster.
 */
@NullMarked
package io.quorate.store.file;

import org.jspecify.annotations.NullMarked;
