package io.quorate.store.conformance;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.DSYNC;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.SPARSE;
import static java.nio.file.StandardOpenOption.SYNC;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every set of open options, against every thing that the name may stand for: what happens is what
 * happens on the JDK's own file system, which is asked each time.
 */
abstract class OptionCases extends Cases {
  private static final List<OpenOption> OPTIONS =
      List.of(
          READ,
          WRITE,
          APPEND,
          TRUNCATE_EXISTING,
          CREATE,
          CREATE_NEW,
          DELETE_ON_CLOSE,
          NOFOLLOW_LINKS);

  OptionCases(Callable<Face> opener) {
    super(opener);
  }

  /** What a name stands for. */
  private enum There {
    NOTHING,
    FILE,
    LINK,
    DANGLING_LINK;

    void make(Path directory) throws IOException {
      switch (this) {
        case NOTHING -> {}
        case FILE -> Files.writeString(directory.resolve("f"), "abc");
        case LINK -> {
          Files.writeString(directory.resolve("target"), "abc");
          Files.createSymbolicLink(
              directory.resolve("f"), directory.getFileSystem().getPath("target"));
        }
        case DANGLING_LINK ->
            Files.createSymbolicLink(
                directory.resolve("f"), directory.getFileSystem().getPath("target"));
      }
    }
  }

  /** Opens, reads, writes and closes a file, and says what came of each step. */
  private interface Way {
    String tell(Path file, Set<OpenOption> options) throws IOException;
  }

  private void compare(There there, Path host, Way way) throws IOException {
    List<String> differences = new ArrayList<>();
    for (int bits = 0; bits < 1 << OPTIONS.size(); bits++) {
      Set<OpenOption> options = new LinkedHashSet<>();
      for (int bit = 0; bit < OPTIONS.size(); bit++) {
        if ((bits >> bit & 1) != 0) {
          options.add(OPTIONS.get(bit));
        }
      }
      String expected = story(there, Files.createDirectory(host.resolve("d" + bits)), way, options);
      String actual = story(there, directory("d" + bits), way, options);
      if (!expected.equals(actual)) {
        differences.add(options + ": " + actual + ", not " + expected);
      }
    }
    assertEquals(
        List.of(), differences.stream().limit(5).toList(), differences.size() + " differences");
  }

  private static String story(There there, Path directory, Way way, Set<OpenOption> options)
      throws IOException {
    there.make(directory);
    String told = way.tell(directory.resolve("f"), options);
    StringBuilder left = new StringBuilder();
    try (Stream<Path> entries = Files.list(directory)) {
      for (Path entry : entries.sorted(Comparator.comparing(Path::toString)).toList()) {
        left.append(' ').append(entry.getFileName());
        left.append(Files.isSymbolicLink(entry) ? "@" : "=" + Files.readString(entry));
      }
    }
    return told + " leaves" + left;
  }

  private interface Step {
    Object run() throws Exception;
  }

  private static String outcome(Step step) {
    try {
      return String.valueOf(step.run());
    } catch (ExecutionException e) {
      return name(e.getCause());
    } catch (Exception e) {
      return name(e);
    }
  }

  /** Of the JDK's own it is at times a bare IOException, with the system's text. */
  private static String name(Throwable error) {
    boolean named =
        !(error instanceof IOException)
            || error instanceof NoSuchFileException
            || error instanceof FileAlreadyExistsException
            || error instanceof NotDirectoryException;
    return named ? error.getClass().getSimpleName() : "IOException";
  }

  // ---- channels

  @ParameterizedTest
  @EnumSource
  void channels(There there, @TempDir Path host) throws IOException {
    compare(there, host, OptionCases::throughChannel);
  }

  private static String throughChannel(Path file, Set<OpenOption> options) throws IOException {
    SeekableByteChannel[] opened = new SeekableByteChannel[1];
    String opening = outcome(() -> (opened[0] = Files.newByteChannel(file, options)) != null);
    if (opened[0] == null) {
      return opening;
    }
    try (SeekableByteChannel channel = opened[0]) {
      ByteBuffer target = ByteBuffer.allocate(9);
      return "at "
          + channel.position()
          + " of "
          + channel.size()
          + " reads "
          + outcome(() -> channel.read(target))
          + " writes "
          + outcome(() -> channel.write(bytes("xy")))
          + " then at "
          + channel.position()
          + " of "
          + channel.size()
          + (Files.exists(file) ? " seen" : " not seen");
    }
  }

  // ---- asynchronous channels

  @ParameterizedTest
  @EnumSource
  void asynchronousChannels(There there, @TempDir Path host) throws IOException {
    compare(there, host, OptionCases::throughAsynchronousChannel);
  }

  private static String throughAsynchronousChannel(Path file, Set<OpenOption> options)
      throws IOException {
    AsynchronousFileChannel[] opened = new AsynchronousFileChannel[1];
    String opening =
        outcome(() -> (opened[0] = AsynchronousFileChannel.open(file, options, null)) != null);
    if (opened[0] == null) {
      return opening;
    }
    try (AsynchronousFileChannel channel = opened[0]) {
      ByteBuffer target = ByteBuffer.allocate(9);
      return "of "
          + channel.size()
          + " reads "
          + outcome(() -> channel.read(target, 1).get())
          + " writes "
          + outcome(() -> channel.write(bytes("xy"), 2).get())
          + " of "
          + channel.size();
    }
  }

  // ---- streams

  @ParameterizedTest
  @EnumSource
  void inputStreams(There there, @TempDir Path host) throws IOException {
    compare(
        there,
        host,
        (file, options) ->
            outcome(
                () -> {
                  try (InputStream in =
                      Files.newInputStream(file, options.toArray(OpenOption[]::new))) {
                    return new String(in.readAllBytes());
                  }
                }));
  }

  @ParameterizedTest
  @EnumSource
  void outputStreams(There there, @TempDir Path host) throws IOException {
    compare(
        there,
        host,
        (file, options) ->
            outcome(
                () -> {
                  try (OutputStream out =
                      Files.newOutputStream(file, options.toArray(OpenOption[]::new))) {
                    out.write('x');
                    return "written";
                  }
                }));
  }

  // ---- what changes nothing

  @Test
  void durabilityAndSparsenessGoWithEverything() throws IOException {
    for (OpenOption mode : List.of(READ, WRITE, APPEND)) {
      file("f", "abc");
      Set<OpenOption> options = new HashSet<>(Set.of(mode, SYNC, DSYNC, SPARSE));
      try (SeekableByteChannel channel = Files.newByteChannel(at("f"), options)) {
        if (mode == READ) {
          assertThrows(NonWritableChannelException.class, () -> channel.write(bytes("x")));
        } else {
          assertEquals(1, channel.write(bytes("x")));
          assertThrows(
              NonReadableChannelException.class, () -> channel.read(ByteBuffer.allocate(1)));
        }
      }
      assertEquals(mode == READ ? "abc" : mode == WRITE ? "xbc" : "abcx", text(at("f")));
    }
  }

  @Test
  void nullsAreNoOptions() throws IOException {
    file("f", "abc");
    assertThrows(NullPointerException.class, () -> Files.newInputStream(at("f"), READ, null));
    assertThrows(NullPointerException.class, () -> Files.newOutputStream(at("f"), WRITE, null));
    assertThrows(NullPointerException.class, () -> Files.newByteChannel(at("f"), READ, null));
    assertEquals("abc", text(at("f")));
  }
}
