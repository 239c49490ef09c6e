package io.quorate.store.nio;

import java.lang.StackWalker.StackFrame;

/**
 * Which method of the JDK is calling the provider.
 *
 * <p>{@code Files.readAllBytes} is one call to an application and four to a provider: open, size,
 * read, read again to see the end. Asked one by one, each is answered as the file is at that
 * moment, for whoever holds a channel may do anything between. Only within such a method nobody
 * does: its channel or stream never leaves it, and all of its answers may come from one request.
 * Since no argument tells, the stack is looked at (a microsecond or two). Should a later JDK name
 * its methods otherwise, calls get slower again, and stay right.
 */
final class Callers {
  private static final StackWalker STACK = StackWalker.getInstance();
  private static final String FILES = "java.nio.file.Files";
  private static final String WALKER = "java.nio.file.FileTreeWalker";

  /** The provider's method and its own callers here are nearer than these. */
  private static final int DEPTH = 10;

  private Callers() {}

  /** Whether {@code Files.readAllBytes} or {@code readString} opens a channel. */
  static boolean readAllBytes() {
    return filesMethodIs("readAllBytes");
  }

  /** Whether {@code Files.write} or {@code writeString} opens a stream. */
  static boolean write() {
    return filesMethodIs("write");
  }

  private static boolean filesMethodIs(String method) {
    return STACK.walk(
        frames ->
            frames
                .limit(DEPTH)
                .dropWhile(frame -> !frame.getClassName().equals(FILES))
                .takeWhile(frame -> frame.getClassName().equals(FILES))
                .anyMatch(frame -> frame.getMethodName().equals(method)));
  }

  /** Whether {@code Files.walk}, {@code find} or {@code walkFileTree} opens a directory. */
  static boolean walker() {
    return STACK.walk(
        frames ->
            frames
                .limit(DEPTH)
                .map(StackFrame::getClassName)
                .dropWhile(name -> !name.equals(FILES))
                .dropWhile(name -> name.equals(FILES))
                .findFirst()
                .filter(WALKER::equals)
                .isPresent());
  }
}
