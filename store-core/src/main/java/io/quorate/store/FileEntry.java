package io.quorate.store;

import java.nio.file.Path;

/**
 * A file in a directory, and how it was when the directory was read.
 *
 * @param path the directory's, as it was given, and the file's name
 * @param attributes of the file itself, also if it is a symbolic link
 */
public record FileEntry(Path path, UnixFileAttributes attributes) {}
