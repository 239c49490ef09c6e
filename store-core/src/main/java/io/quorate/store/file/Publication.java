package io.quorate.store.file;

import io.quorate.store.IndeterminateWriteException;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.Extent;
import io.quorate.store.metadata.Result;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what handles of a file wrote: one command, one round.
 *
 * <p>If its outcome is unknown at the deadline, the layer stays where it is, with the call that
 * carries it. Its chunks must not be named by a second command, so the next publish first asks for
 * the outcome of that same call; only then does it send what was written since.
 */
final class Publication {
  private final OpenFile file;

  Publication(OpenFile file) {
    this.file = file;
  }

  /**
   * Publishes everything that is unpublished, and {@code append} at the file's end.
   *
   * @return null if there was nothing to publish
   */
  Result.@Nullable Published publish(@Nullable ByteBuffer append, long deadline)
      throws IOException {
    if (append == null && file.layers().isClean()) {
      return null;
    }
    Session writer = file.liveSession();
    file.publishLock().writeLock().lock();
    try {
      if (file.tools().requests().passed(deadline)) {
        throw Requests.noQuorum(file.name(), "an earlier publish of the file took all the time");
      }
      resolveDoubt(writer, deadline);
      if (append == null && file.layers().isClean()) {
        return null;
      }
      return send(writer, append, deadline);
    } finally {
      file.publishLock().writeLock().unlock();
    }
  }

  private void resolveDoubt(Session writer, long deadline) throws IOException {
    Layers.Doubt doubt = file.layers().doubt();
    if (doubt == null) {
      return;
    }
    Result result = Requests.join(writer.resume(doubt.call(), deadline));
    file.layers().doubt(null);
    writer.settle(doubt.append());
    if (result instanceof Result.Published published) {
      file.layers().published(writer, doubt.layer(), published.attributes());
    } else {
      file.layers().putBack(doubt.layer());
    }
  }

  private Result.Published send(Session writer, @Nullable ByteBuffer append, long deadline)
      throws IOException {
    Unpublished layer = file.layers().take(writer);
    if (append != null) {
      long now = file.tools().world().wallClockNanos();
      layer.change(AttributeChange.ofTimes(null, now), now);
    }
    List<ChunkRef> appended = new ArrayList<>();
    Session.Call call = null;
    try {
      List<Chunk> attached = new ArrayList<>();
      file.layers().storeOrAttach(writer, layer, attached, deadline);
      if (append != null) {
        sealAppend(writer, append, appended, attached, deadline);
      }
      call = writer.submitKept(command(layer, appended), attached, file.name(), deadline);
      Result result = Requests.join(call.outcome());
      if (result instanceof Result.Published published) {
        writer.settle(appended);
        file.layers().published(writer, layer, published.attributes());
        return published;
      }
      throw FileTree.refused(result, file.name(), null);
    } catch (IndeterminateWriteException e) {
      if (call != null) {
        file.layers().doubt(new Layers.Doubt(call, layer, appended));
      }
      throw e;
    } catch (IOException e) {
      writer.settle(appended);
      file.layers().putBack(layer);
      throw e;
    }
  }

  private Command.Publish command(Unpublished layer, List<ChunkRef> appended) {
    List<Extent> extents = new ArrayList<>();
    for (WriteMap.Piece piece : layer.writes().all()) {
      extents.add(
          new Extent(
              piece.offset(), piece.block().ref(), piece.blockOffset(), piece.lengthBytes()));
    }
    return new Command.Publish(
        file.inode(), layer.cutBytes(), extents, appended, layer.sizeBytes(), layer.change());
  }

  /** Cuts an append into chunks; the first that fit go along, the others ahead of the command. */
  private void sealAppend(
      Session writer,
      ByteBuffer append,
      List<ChunkRef> appended,
      List<Chunk> attached,
      long deadline)
      throws IOException {
    long attachedBytes = attached.stream().mapToLong(chunk -> chunk.ref().lengthBytes()).sum();
    List<CompletableFuture<Void>> storing = new ArrayList<>();
    ByteBuffer rest = append.duplicate();
    while (rest.hasRemaining()) {
      int count = Math.min(file.tools().chunkBytes(), rest.remaining());
      ByteBuffer copy = ByteBuffer.allocate(count).put(0, rest, rest.position(), count);
      rest.position(rest.position() + count);
      Chunk chunk = writer.seal(copy);
      appended.add(chunk.ref());
      if (attachedBytes + count <= ChunkRef.MAX_BYTES) {
        attached.add(chunk);
        attachedBytes += count;
      } else {
        storing.add(Requests.join(writer.store(chunk, file.name(), deadline)));
      }
    }
    for (CompletableFuture<Void> stored : storing) {
      Requests.join(stored);
    }
  }
}
