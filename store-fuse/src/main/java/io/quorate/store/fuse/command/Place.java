package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import java.nio.file.Path;

/**
 * A word of {@code cp} and {@code sync}: what begins with {@code quorate:} is in the store, and all
 * else is local. A local file whose name begins like that is reached as {@code ./quorate:name}.
 *
 * @param path as the user wrote it, without the mark
 */
record Place(boolean inStore, String path) {
  private static final String MARK = "quorate:";

  static Place of(String word) {
    if (!word.startsWith(MARK)) {
      if (word.isEmpty()) {
        throw Failure.notStarted("an empty word is not a path");
      }
      return new Place(false, word);
    }
    String path = word.substring(MARK.length());
    if (!path.startsWith("/")) {
      throw Failure.notStarted(
          "'"
              + word
              + "': a path in the store begins with '/', as in quorate:/"
              + path
              + "; a local file of that name is ./"
              + word);
    }
    return new Place(true, path);
  }

  Path in(Store store, Path workingDirectory) {
    return inStore ? ClientCommand.inStore(store, path) : workingDirectory.resolve(path);
  }
}
