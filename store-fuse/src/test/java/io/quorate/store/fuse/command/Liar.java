package io.quorate.store.fuse.command;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** Reads back faithfully, but for one byte of one file, the n-th time that it is read. */
final class Liar implements Verification.ReadBack {
  private final String name;
  private final int lieAt;
  private final AtomicInteger reads = new AtomicInteger();

  Liar(Path path, int lieAt) {
    name = path.toString();
    this.lieAt = lieAt;
  }

  @Override
  public InputStream open(Path path) throws IOException {
    if (!path.toString().equals(name) || reads.incrementAndGet() != lieAt) {
      return Files.newInputStream(path);
    }
    byte[] content = Files.readAllBytes(path);
    content[content.length / 2] ^= 1;
    return new ByteArrayInputStream(content);
  }
}
