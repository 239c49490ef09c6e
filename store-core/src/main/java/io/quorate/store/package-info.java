/**
 * Quorate: one directory tree, identical on four servers. {@link io.quorate.store.Store} is the
 * entry point; files are used through {@code java.nio.file}.
 */
@NullMarked
package io.quorate.store;

import org.jspecify.annotations.NullMarked;
