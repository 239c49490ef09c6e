/**
 * Files that people write: a peer's configuration, a client's, and the cluster key. One line sets
 * one field ({@code name = value}); everything is checked when the file is read, and whatever is
 * wrong is said with file and line, the field, the value, and what is allowed.
 */
@NullMarked
package io.quorate.store.net.config;

import org.jspecify.annotations.NullMarked;
