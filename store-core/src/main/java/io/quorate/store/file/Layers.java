package io.quorate.store.file;

import io.quorate.store.NoQuorumException;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What this session wrote to an open inode and did not publish yet, in layers: the newest takes the
 * writes, those below it are on their way. Beside them the file as last heard, which changes in the
 * same step as a layer goes away.
 *
 * <p>One lock guards all of it, and is never held while waiting.
 */
final class Layers {
  /** Longest file: 16 TiB. */
  static final long MAX_FILE_BYTES = 16L << 40;

  private static final int FIRST_BLOCK_BYTES = 64 << 10;

  private final OpenFile.Tools tools;
  private final @Nullable Session session;
  private final String name;

  private final ReentrantLock state = new ReentrantLock();
  private Unpublished unpublished = new Unpublished();

  /** Layers that are on their way, oldest first: below {@link #unpublished} and never changed. */
  private final List<Unpublished> sent = new ArrayList<>();

  private @Nullable Doubt doubt;
  private Attributes known;

  /** Whether the store was told that there is something unpublished. */
  private boolean told;

  /** A publish whose outcome is not known yet. */
  record Doubt(Session.Call call, Unpublished layer, List<ChunkRef> append) {}

  Layers(OpenFile.Tools tools, @Nullable Session session, Attributes known, String name) {
    this.tools = tools;
    this.session = session;
    this.known = known;
    this.name = name;
  }

  /** Lets the state go, and tells the store if the file has become clean or is so no longer. */
  private void unlock() {
    boolean clean = unpublished.isClean() && sent.isEmpty();
    if (clean && told) {
      tools.files().unpublished().remove(known.inode());
    } else if (!clean && !told) {
      tools.files().unpublished().add(known.inode());
    }
    told = !clean;
    state.unlock();
  }

  /** The file as last heard, without what is unpublished. */
  Attributes known() {
    state.lock();
    try {
      return known;
    } finally {
      unlock();
    }
  }

  void heard(Attributes attributes) {
    state.lock();
    try {
      if (attributes.version() >= known.version()) {
        known = attributes;
      }
    } finally {
      unlock();
    }
  }

  /** Whether everything written has been published for certain. */
  boolean isClean() {
    state.lock();
    try {
      return unpublished.isClean() && sent.isEmpty();
    } finally {
      unlock();
    }
  }

  /** Attributes that the cluster gave, with what is unpublished here. */
  Attributes over(Attributes attributes) {
    state.lock();
    try {
      Attributes above = attributes;
      for (Unpublished layer : layers()) {
        above = layer.over(above);
      }
      return above;
    } finally {
      unlock();
    }
  }

  /** What to lay over a published range, lowest first; null if part of it is not kept here. */
  @Nullable Overlays overlays(long offset, int lengthBytes) {
    List<Overlay> overlays = new ArrayList<>();
    boolean covered = false;
    state.lock();
    try {
      for (Unpublished layer : layers()) {
        Overlay overlay = Overlay.of(layer, offset, lengthBytes);
        if (overlay == null) {
          return null;
        }
        overlays.add(overlay);
        covered = layer.writes().covers(offset, offset + lengthBytes);
      }
    } finally {
      unlock();
    }
    return new Overlays(overlays, covered);
  }

  /**
   * A range of the layers.
   *
   * @param covered whether the newest layer alone has all of the range
   */
  record Overlays(List<Overlay> lowestFirst, boolean covered) {}

  private List<Unpublished> layers() {
    List<Unpublished> layers = new ArrayList<>(sent);
    layers.add(unpublished);
    return layers;
  }

  // ---- writing

  void write(Session writer, long offset, ByteBuffer source, long deadline) throws IOException {
    if (offset > MAX_FILE_BYTES - source.remaining()) {
      throw new RefusedException(
          ErrorCode.FILE_TOO_LARGE,
          name,
          null,
          "a file holds at most " + MAX_FILE_BYTES + " bytes (16 TiB)");
    }
    long at = offset;
    while (source.hasRemaining()) {
      Block full = null;
      int grow = 0;
      int before = source.remaining();
      state.lock();
      try {
        if (!overwriteInPlace(at, source) && !appendToBlock(at, source)) {
          Block open = unpublished.open();
          if (open != null && open.capacityBytes() == tools.chunkBytes()) {
            open.seal(writer);
            unpublished.open(null);
            full = open;
          }
          grow = open == null || full != null ? 0 : open.capacityBytes();
          grow = nextCapacity(grow, source.remaining(), full != null) - grow;
        }
      } finally {
        unlock();
      }
      at += before - source.remaining();
      if (full != null) {
        Requests.join(startStoring(writer, full, deadline));
      }
      if (grow > 0) {
        makeRoom(writer, grow, deadline);
      }
    }
  }

  /** All or nothing of a write into the open block, or a new one, if memory is there for that. */
  boolean tryWrite(long offset, ByteBuffer source) {
    int wanted = source.remaining();
    state.lock();
    try {
      Block open = unpublished.open();
      int used = open == null ? 0 : open.lengthBytes();
      if (wanted > tools.chunkBytes() - used || offset > MAX_FILE_BYTES - wanted) {
        return false;
      }
      if ((open == null || open.roomBytes() < wanted) && !tryGrow(open, used + wanted)) {
        return false;
      }
      long at = offset;
      while (source.hasRemaining()) {
        int before = source.remaining();
        if (!overwriteInPlace(at, source) && !appendToBlock(at, source)) {
          throw new IllegalStateException("there was room for " + wanted + " bytes");
        }
        at += before - source.remaining();
      }
      return true;
    } finally {
      unlock();
    }
  }

  private boolean tryGrow(@Nullable Block open, int needed) {
    int now = open == null ? 0 : open.capacityBytes();
    int next = nextCapacity(now, needed, false);
    if (!tools.memory().tryTake(next - now)) {
      return false;
    }
    if (open == null) {
      unpublished.open(new Block(next));
    } else {
      open.grow(next);
    }
    return true;
  }

  private int nextCapacity(int now, int wanted, boolean more) {
    int next = Math.max(Math.min(wanted, tools.chunkBytes()), now * 4);
    return Math.min(
        tools.chunkBytes(), more ? tools.chunkBytes() : Math.max(FIRST_BLOCK_BYTES, next));
  }

  private boolean overwriteInPlace(long offset, ByteBuffer source) {
    for (WriteMap.Piece piece : unpublished.writes().overlapping(offset, offset + 1)) {
      if (piece.block().isOpen()) {
        int count = (int) Math.min(source.remaining(), piece.end() - offset);
        piece
            .block()
            .overwrite(piece.blockOffset() + (int) (offset - piece.offset()), source, count);
        unpublished.touched(offset + count, tools.world().wallClockNanos());
        return true;
      }
    }
    return false;
  }

  private boolean appendToBlock(long offset, ByteBuffer source) {
    Block open = unpublished.open();
    if (open == null || open.roomBytes() == 0) {
      return false;
    }
    int count = Math.min(open.roomBytes(), source.remaining());
    int at = open.append(source, count);
    unpublished.wrote(new WriteMap.Piece(offset, open, at, count), tools.world().wallClockNanos());
    return true;
  }

  /** Gives the open block {@code bytes} more, or opens one of that size. */
  private void makeRoom(Session writer, int bytes, long deadline) throws IOException {
    if (!tools.memory().tryTake(bytes)) {
      for (OpenFile file : tools.files().all()) {
        file.layers().relieve(deadline);
      }
      Requests.join(tools.memory().take(bytes, name, deadline));
    }
    state.lock();
    try {
      Block open = unpublished.open();
      if (open == null) {
        unpublished.open(new Block(bytes));
      } else if (open.capacityBytes() + bytes <= tools.chunkBytes()) {
        open.grow(open.capacityBytes() + bytes);
      } else {
        // Another writer of the file made room meanwhile.
        tools.memory().give(bytes);
      }
    } finally {
      unlock();
    }
  }

  /** Memory is short: sends off what is here, and keeps none of what the peers have. */
  private void relieve(long deadline) {
    List<Block> toStore = new ArrayList<>();
    Session writer = session;
    if (writer == null) {
      return;
    }
    state.lock();
    try {
      Block open = unpublished.open();
      if (open != null && open.lengthBytes() > 0) {
        open.seal(writer);
        unpublished.open(null);
      }
      for (Block block : unpublished.blocks()) {
        if (block.isStored()) {
          tools.memory().give(block.drop());
        } else if (!block.isOpen() && block.storing() == null) {
          toStore.add(block);
        }
      }
    } finally {
      unlock();
    }
    toStore.forEach(block -> startStoring(writer, block, deadline));
  }

  /** Hands a sealed block to the peers; the future completes when there is room for the next. */
  CompletableFuture<CompletableFuture<Void>> startStoring(
      Session writer, Block block, long deadline) {
    Chunk chunk;
    CompletableFuture<Void> storing = new CompletableFuture<>();
    state.lock();
    try {
      CompletableFuture<Void> already = block.storing();
      if (already != null || block.isStored()) {
        return CompletableFuture.completedFuture(
            already != null ? already : CompletableFuture.completedFuture(null));
      }
      block.storing(storing);
      chunk = block.chunk();
    } finally {
      unlock();
    }
    CompletableFuture<CompletableFuture<Void>> admitted = writer.store(chunk, name, deadline);
    admitted
        .thenCompose(taken -> taken)
        .whenComplete(
            (done, error) -> {
              taken(block, error == null);
              if (error == null) {
                storing.complete(null);
              } else {
                storing.completeExceptionally(Requests.cause(error));
              }
            });
    return admitted.thenApply(taken -> storing);
  }

  private void taken(Block block, boolean success) {
    state.lock();
    try {
      block.storing(null);
      if (success) {
        block.stored();
        if (tools.memory().usedBytes() > tools.unpublishedBytes() / 2) {
          tools.memory().give(block.drop());
        }
      }
    } finally {
      unlock();
    }
  }

  /** How many pieces the unpublished writes lie in. */
  int pieces() {
    state.lock();
    try {
      return unpublished.writes().size();
    } finally {
      unlock();
    }
  }

  /** Sets the size, as an unpublished change. */
  void truncate(long sizeBytes) throws IOException {
    if (sizeBytes > MAX_FILE_BYTES) {
      throw new RefusedException(
          ErrorCode.FILE_TOO_LARGE,
          name,
          null,
          "a file holds at most " + MAX_FILE_BYTES + " bytes (16 TiB)");
    }
    state.lock();
    try {
      unpublished.truncate(sizeBytes, tools.world().wallClockNanos());
    } finally {
      unlock();
    }
  }

  /**
   * Takes a change along with the next publish if there will be one; false if the file is clean.
   */
  boolean changeWithPublish(AttributeChange change) {
    state.lock();
    try {
      // A publish on its way or in doubt would undo the change if it came after it.
      if (unpublished.isClean() && sent.isEmpty()) {
        return false;
      }
      unpublished.change(change, tools.world().wallClockNanos());
      return true;
    } finally {
      unlock();
    }
  }

  // ---- publishing; called with the publish lock held alone, by Publication

  /** Takes the layer to publish; new writes go into a fresh one above it. */
  Unpublished take(Session writer) {
    state.lock();
    try {
      Unpublished taken = unpublished;
      Block open = taken.open();
      if (open != null && open.lengthBytes() > 0) {
        open.seal(writer);
      }
      taken.open(null);
      unpublished = new Unpublished();
      sent.add(taken);
      return taken;
    } finally {
      unlock();
    }
  }

  /** The layer is part of the published file. */
  void published(Session writer, Unpublished layer, Attributes attributes) {
    state.lock();
    try {
      sent.remove(layer);
      if (attributes.version() >= known.version()) {
        known = attributes;
      }
    } finally {
      unlock();
    }
    settle(writer, layer);
  }

  /** The layer was not published: it goes back under what was written since. */
  void putBack(Unpublished layer) {
    state.lock();
    try {
      sent.remove(layer);
      layer.absorb(unpublished);
      unpublished = layer;
    } finally {
      unlock();
    }
  }

  @Nullable Doubt doubt() {
    state.lock();
    try {
      return doubt;
    } finally {
      unlock();
    }
  }

  void doubt(@Nullable Doubt unknown) {
    state.lock();
    try {
      doubt = unknown;
    } finally {
      unlock();
    }
  }

  /**
   * Sees to it that the peers have a layer's content, or will with the command that names it.
   *
   * @param attached takes the chunks that go with the command, up to one chunk's bytes
   */
  void storeOrAttach(Session writer, Unpublished layer, List<Chunk> attached, long deadline)
      throws IOException {
    List<Block> toStore = new ArrayList<>();
    int attachedBytes = 0;
    state.lock();
    try {
      for (Block block : layer.blocksInUse()) {
        boolean sent = block.isStored() || block.storing() != null;
        if (!sent && attachedBytes + block.lengthBytes() <= ChunkRef.MAX_BYTES) {
          attached.add(block.chunk());
          attachedBytes += block.lengthBytes();
        } else {
          toStore.add(block);
        }
      }
    } finally {
      unlock();
    }
    for (Block block : toStore) {
      startStoring(writer, block, deadline);
    }
    for (Block block : toStore) {
      awaitStored(writer, block, deadline);
    }
  }

  private void awaitStored(Session writer, Block block, long deadline) throws IOException {
    while (true) {
      try {
        Requests.join(startStoring(writer, block, deadline).thenCompose(taken -> taken));
        return;
      } catch (NoQuorumException e) {
        // It was begun earlier, with less time than this call has.
        if (tools.requests().passed(deadline)) {
          throw e;
        }
      }
    }
  }

  /** Forgets all that is unpublished: the last handle is closed. */
  void discard() {
    List<Unpublished> layers;
    Doubt unknown;
    state.lock();
    try {
      unknown = doubt;
      doubt = null;
      layers = layers();
      sent.clear();
      unpublished = new Unpublished();
    } finally {
      unlock();
    }
    Session writer = session;
    if (writer != null) {
      layers.forEach(layer -> settle(writer, layer));
      if (unknown != null) {
        writer.abandon(unknown.call());
        writer.settle(unknown.append());
      }
    }
  }

  private void settle(Session writer, Unpublished layer) {
    List<ChunkRef> refs = new ArrayList<>();
    state.lock();
    try {
      for (Iterator<Block> blocks = layer.blocks().iterator(); blocks.hasNext(); ) {
        Block block = blocks.next();
        if (!block.isOpen()) {
          refs.add(block.ref());
        }
        tools.memory().give(block.drop());
        blocks.remove();
      }
    } finally {
      unlock();
    }
    writer.settle(refs);
  }
}
