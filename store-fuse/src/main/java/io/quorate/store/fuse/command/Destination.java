package io.quorate.store.fuse.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Where {@code put}, {@code get} and {@code mv} put things, by the rules of cp(1): into the last
 * word if it is a directory, else under its name.
 *
 * @param into whether {@code path} is a directory to put things into
 */
record Destination(Path path, boolean into) {

  /**
   * @param word as the user wrote it; a slash at its end means a directory
   * @param sources how many things go there
   */
  static Destination of(Path path, String word, int sources) throws IOException {
    boolean into = isDirectory(path);
    if (!into && word.endsWith("/")) {
      throw Failure.failed("'" + word + "' is not a directory; make it first");
    }
    if (!into && sources > 1) {
      throw Failure.failed(
          "'" + word + "' is not a directory, and several things can only go into one");
    }
    return new Destination(path, into);
  }

  /** As {@link Files#isDirectory}, which however takes every failure for a no. */
  static boolean isDirectory(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class).isDirectory();
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Where {@code source} goes; {@code .} and {@code /} stand for what is in them. */
  Path forSource(Path source, String word) {
    Path name = source.normalize().getFileName();
    boolean contents =
        word.equals(".")
            || word.endsWith("/.")
            || name == null
            || name.toString().isEmpty()
            || name.toString().equals("..");
    return into && !contents ? path.resolve(String.valueOf(name)) : path;
  }
}
