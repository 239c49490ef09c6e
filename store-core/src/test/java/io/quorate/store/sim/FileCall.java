package io.quorate.store.sim;

/** What a simulated client may ask of the tree. Paths begin with '/'. */
sealed interface FileCall {

  /** Replaces or makes a whole file. */
  record Put(String path, int token) implements FileCall {}

  /** Adds to the end of a file that exists. */
  record Append(String path, int token) implements FileCall {}

  /** Reads a whole file. */
  record Read(String path) implements FileCall {}

  record Create(String path) implements FileCall {}

  record MakeDirectory(String path) implements FileCall {}

  record Link(String from, String to) implements FileCall {}

  record Unlink(String path) implements FileCall {}

  record RemoveDirectory(String path) implements FileCall {}

  record Rename(String from, String to) implements FileCall {}

  /** Names in a directory. */
  record List(String path) implements FileCall {}

  default boolean changesNothing() {
    return this instanceof Read || this instanceof List;
  }
}
