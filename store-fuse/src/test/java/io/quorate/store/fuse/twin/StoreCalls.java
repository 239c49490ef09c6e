package io.quorate.store.fuse.twin;

import io.quorate.store.ConditionFailedException;
import io.quorate.store.FileDownload;
import io.quorate.store.FileVersion;
import io.quorate.store.PutCondition;
import io.quorate.store.Store;
import io.quorate.store.sim.FileCall;
import io.quorate.store.sim.SimRandom;
import io.quorate.store.sim.TokenContent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Carries out calls with what an application would use, and words answers as the model does. */
final class StoreCalls {
  private final Store store;
  private final SimRandom random;
  private long lastReadVersion;

  StoreCalls(Store store, SimRandom random) {
    this.store = store;
    this.random = random;
  }

  /** Version of the content that the last read answered; 0 if it is not known. */
  long lastReadVersion() {
    return lastReadVersion;
  }

  /** Who leads, as the peer that is used sees it; 0 if nobody does. */
  int leader() throws IOException {
    return store.status().leader();
  }

  /**
   * Does {@code call} below the directory {@code root}.
   *
   * @throws AssertionError if a file was read that nobody wrote
   */
  String answer(String root, FileCall call) throws IOException {
    try {
      return switch (call) {
        case FileCall.Read it -> "ok " + read(path(root, it.path()));
        case FileCall.List it -> "ok" + list(path(root, it.path()));
        default -> {
          change(root, call);
          yield "ok";
        }
      };
    } catch (NoSuchFileException e) {
      return "NOT_FOUND";
    } catch (FileAlreadyExistsException e) {
      return "EXISTS";
    } catch (ConditionFailedException e) {
      return "CONDITION_FAILED";
    }
  }

  private void change(String root, FileCall call) throws IOException {
    switch (call) {
      case FileCall.Put it -> put(path(root, it.path()), content(it.token()));
      case FileCall.PutIfAbsent it ->
          store.put(path(root, it.path()), stream(it.token()), PutCondition.ifAbsent());
      case FileCall.PutIfSame it ->
          store.put(
              path(root, it.path()),
              stream(it.token()),
              PutCondition.ifVersion(new FileVersion(0, it.version())));
      case FileCall.Append it ->
          Files.write(
              path(root, it.path()),
              TokenContent.record(it.token(), 8 + random.below(200)),
              StandardOpenOption.APPEND);
      case FileCall.Create it -> Files.createFile(path(root, it.path()));
      case FileCall.Unlink it -> Files.delete(path(root, it.path()));
      case FileCall.Rename it ->
          Files.move(path(root, it.from()), path(root, it.to()), StandardCopyOption.ATOMIC_MOVE);
      default -> throw new IllegalArgumentException("not a call of these clients: " + call);
    }
  }

  private Path path(String root, String path) {
    return store.path(path.equals("/") ? root : root + path);
  }

  private byte[] content(int token) {
    long payload = random.chance(0.03) ? random.between(20_000, 90_000) : random.between(8, 3_000);
    return TokenContent.record(token, (int) payload);
  }

  private ByteArrayInputStream stream(int token) {
    return new ByteArrayInputStream(content(token));
  }

  private void put(Path path, byte[] content) throws IOException {
    switch (random.below(3)) {
      case 0 -> Files.write(path, content);
      case 1 -> store.put(path, new ByteArrayInputStream(content));
      default -> {
        try (OutputStream out = Files.newOutputStream(path)) {
          int half = content.length / 2;
          out.write(content, 0, half);
          out.write(content, half, content.length - half);
        }
      }
    }
  }

  private String read(Path path) throws IOException {
    lastReadVersion = 0;
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    switch (random.below(3)) {
      case 0 -> content.write(Files.readAllBytes(path));
      case 1 -> store.get(path, content);
      default -> {
        try (FileDownload download = store.download(path)) {
          download.transferTo(content);
          lastReadVersion = download.version().version();
        }
      }
    }
    return TokenContent.tokens(ByteBuffer.wrap(content.toByteArray()));
  }

  private static String list(Path directory) throws IOException {
    StringBuilder names = new StringBuilder();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      entries.forEach(entry -> names.append(' ').append(entry.getFileName()));
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return names.toString();
  }
}
