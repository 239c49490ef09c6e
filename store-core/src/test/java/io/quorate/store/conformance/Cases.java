package io.quorate.store.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What all cases share: a face for each test, and short words for frequent acts. */
abstract class Cases {
  private final Callable<Face> opener;
  private Face face;
  Path root;

  Cases(Callable<Face> opener) {
    this.opener = opener;
  }

  @BeforeEach
  void openFace() throws Exception {
    face = opener.call();
    root = face.root();
  }

  @AfterEach
  void closeFace() throws Exception {
    face.close();
  }

  /** The same file by another way, if the face has one. */
  Path elsewhere(Path path) {
    return face.elsewhere().resolve(root.relativize(path).toString());
  }

  Path at(String name) {
    return root.resolve(name);
  }

  Path path(String text) {
    return root.getFileSystem().getPath(text);
  }

  Path file(String name, String content) throws IOException {
    return Files.write(at(name), content.getBytes(UTF_8));
  }

  Path directory(String name) throws IOException {
    return Files.createDirectories(at(name));
  }

  static String text(Path path) throws IOException {
    return new String(Files.readAllBytes(path), UTF_8);
  }

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }

  static byte[] randomBytes(int seed, int length) {
    byte[] content = new byte[length];
    new Random(seed).nextBytes(content);
    return content;
  }

  static FileChannel channel(Path path, OpenOption... options) throws IOException {
    return FileChannel.open(path, options);
  }

  /** What is there, or "(end)". */
  static String read(FileChannel channel, long at, int count) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(count);
    int got = channel.read(target, at);
    return got < 0 ? "(end)" : new String(target.array(), 0, got, UTF_8);
  }

  static List<String> names(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }
}
