/** A replicated file store: one directory tree, kept identical on every peer. */
@NullMarked
package io.quorate.store;

import org.jspecify.annotations.NullMarked;
