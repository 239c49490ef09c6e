package io.quorate.store.file;

import io.quorate.store.gateway.Chunk;
import io.quorate.store.log.ChunkRef;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Written content on its way to becoming a chunk: open while writes go into it, then sealed, then
 * stored by the peers. Whatever writes are small gather in one, wherever in the file they belong.
 * Guarded by the lock of its {@link Layers}.
 */
final class Block {
  /** Null once stored content is no longer kept. */
  private @Nullable ByteBuffer content;

  private int lengthBytes;
  private @Nullable ChunkRef ref;
  private @Nullable CompletableFuture<Void> storing;
  private boolean stored;

  Block(int capacityBytes) {
    content = ByteBuffer.allocate(capacityBytes);
  }

  int lengthBytes() {
    return lengthBytes;
  }

  /** Memory that it takes. */
  int capacityBytes() {
    return content == null ? 0 : content.capacity();
  }

  boolean isOpen() {
    return ref == null;
  }

  int roomBytes() {
    return isOpen() ? capacityBytes() - lengthBytes : 0;
  }

  /** Appends {@code count} bytes of {@code source}; returns where in the block they went. */
  int append(ByteBuffer source, int count) {
    int at = lengthBytes;
    present().put(at, source, source.position(), count);
    source.position(source.position() + count);
    lengthBytes += count;
    return at;
  }

  void overwrite(int at, ByteBuffer source, int count) {
    present().put(at, source, source.position(), count);
    source.position(source.position() + count);
  }

  void grow(int capacityBytes) {
    ByteBuffer larger = ByteBuffer.allocate(capacityBytes);
    larger.put(0, present(), 0, lengthBytes);
    content = larger;
  }

  void copyTo(int at, byte[] target, int targetAt, int count) {
    present().get(at, target, targetAt, count);
  }

  /** Whether the content is here to be read. */
  boolean isPresent() {
    return content != null;
  }

  /** Makes it a chunk; it does not change from now on. */
  void seal(Session session) {
    if (ref == null) {
      ref = session.seal(present().slice(0, lengthBytes)).ref();
    }
  }

  ChunkRef ref() {
    if (ref == null) {
      throw new IllegalStateException("the block is still open");
    }
    return ref;
  }

  /** The chunk with its content, while that is kept. */
  Chunk chunk() {
    return new Chunk(ref(), present().slice(0, lengthBytes));
  }

  @Nullable CompletableFuture<Void> storing() {
    return storing;
  }

  void storing(@Nullable CompletableFuture<Void> future) {
    storing = future;
  }

  boolean isStored() {
    return stored;
  }

  void stored() {
    stored = true;
  }

  /** Lets go of the content, which the peers hold; returns the memory that this frees. */
  int drop() {
    int freed = capacityBytes();
    content = null;
    return freed;
  }

  private ByteBuffer present() {
    if (content == null) {
      throw new IllegalStateException("the block's content is no longer kept");
    }
    return content;
  }
}
