package io.quorate.store.sim;

/** What a client may ask of the tree, in the simulator or not. Paths begin with '/'. */
public sealed interface FileCall {

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

  /** Swaps two names. */
  record Exchange(String from, String to) implements FileCall {}

  /** Renames unless the new name is taken. */
  record Move(String from, String to) implements FileCall {}

  /** Makes a whole file unless the name is taken. */
  record PutIfAbsent(String path, int token) implements FileCall {}

  /** Replaces a whole file if its content is still {@code expected}, as a read worded it. */
  record PutIfSame(String path, int token, String expected, long version) implements FileCall {}

  /** Empties a file and writes anew, in place, seen by others all at once. */
  record Overwrite(String path, int token) implements FileCall {}

  /** Cuts a file to nothing. */
  record Truncate(String path) implements FileCall {}

  /** Writes into one slot of a sparse file, perhaps far past its end. */
  record WriteSlot(String path, int slot, int token) implements FileCall {}

  /** Makes one slot of a sparse file a hole. */
  record PunchSlot(String path, int slot) implements FileCall {}

  /** Cuts a sparse file off before a slot, or extends it with a hole up to there. */
  record CutAtSlot(String path, int slot) implements FileCall {}

  /** Reads a whole sparse file. */
  record ReadSlots(String path) implements FileCall {}

  /** Names in a directory. */
  record List(String path) implements FileCall {}

  default boolean changesNothing() {
    return this instanceof Read || this instanceof ReadSlots || this instanceof List;
  }
}
