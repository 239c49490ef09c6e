package io.quorate.store.file;

import io.quorate.store.IndeterminateWriteException;
import io.quorate.store.NoQuorumException;
import io.quorate.store.gateway.Content;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.Query;
import io.quorate.store.world.World;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * An inode that is open here, with what this session wrote to it and did not publish yet. All
 * handles of the inode share it, so that each sees the others' writes at once.
 *
 * <p>Two locks. The one of the {@link Layers} is never held while waiting. The publish lock orders
 * publishes against reads that lay unpublished content over published content: such a read must
 * know whether what it got from the cluster has the layer in it already. A read holds it shared, a
 * publish alone; so an inode has one publish outstanding, and a read shows one version. Writes need
 * neither a publish nor a read to end. The lock is fair and every holder ends by its deadline,
 * hence whoever waits for it gets it by about its own.
 */
final class OpenFile {
  /** Content ids of its handles, one for each; guarded by the lock of the {@link InodeTable}. */
  final List<Long> contents = new ArrayList<>();

  private final Tools tools;
  private final @Nullable Session session;
  private final long inode;
  private final String name;

  private final ReentrantReadWriteLock publishLock = new ReentrantReadWriteLock(true);
  private final Layers layers;

  /** What all open files of a store share. */
  record Tools(
      World world,
      Gateway gateway,
      Requests requests,
      Window memory,
      InodeTable files,
      int chunkBytes,
      long unpublishedBytes) {}

  OpenFile(Tools tools, @Nullable Session session, Attributes attributes, String name) {
    this.tools = tools;
    this.session = session;
    this.inode = attributes.inode();
    this.name = name;
    this.layers = new Layers(tools, session, attributes, name);
  }

  long inode() {
    return inode;
  }

  String name() {
    return name;
  }

  @Nullable Session session() {
    return session;
  }

  /** The session, for work that needs one. */
  Session liveSession() throws IOException {
    if (session == null) {
      throw new NoQuorumException(name, "the file was opened for reading without a session");
    }
    if (session.hasEnded()) {
      throw session.endedException(name);
    }
    return session;
  }

  Tools tools() {
    return tools;
  }

  ReentrantReadWriteLock publishLock() {
    return publishLock;
  }

  /** What was written here and is not published yet. */
  Layers layers() {
    return layers;
  }

  /** The file as last heard, without what is unpublished. */
  Attributes known() {
    return layers.known();
  }

  void heard(Attributes attributes) {
    layers.heard(attributes);
  }

  /** Whether everything written has been published for certain. */
  boolean isClean() {
    return layers.isClean();
  }

  // ---- reading

  /**
   * Reads a range: the newest published version with what is unpublished over it.
   *
   * @param content the content to read, or 0 for the present one
   * @return the bytes: none only at the file's end, perhaps fewer than asked before; for reading
   *     only
   */
  ByteBuffer read(long content, long offset, int lengthBytes) throws IOException {
    long deadline = tools.requests.deadline();
    checkSession();
    while (true) {
      if (layers.isClean() || (content != 0 && content != known().content())) {
        return fetch(content, offset, lengthBytes, deadline).data();
      }
      publishLock.readLock().lock();
      try {
        ByteBuffer merged = readMerged(content, offset, lengthBytes, deadline);
        if (merged != null) {
          return merged;
        }
      } finally {
        publishLock.readLock().unlock();
      }
      // Part of it is stored by the peers and no longer kept here: only a publish makes it
      // readable.
      new Publication(this).publish(null, deadline);
    }
  }

  /**
   * As {@link #read} of the present content, for who must not wait: empty where only that knows
   * what to do. Completes on a thread that must not be kept.
   */
  CompletableFuture<Optional<ByteBuffer>> readAsync(long offset, int lengthBytes) {
    if (mustWait()) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return ask(0, offset, lengthBytes, tools.requests.deadline())
        .thenApply(
            reply -> {
              if (reply instanceof ReadReply.Data data) {
                heard(data.content().attributes());
                return Optional.of(data.content().data());
              }
              return Optional.empty();
            });
  }

  /** Whether only the calls that wait know what to do. */
  private boolean mustWait() {
    return !layers.isClean() || (session != null && session.hasEnded());
  }

  private @Nullable ByteBuffer readMerged(long content, long offset, int lengthBytes, long deadline)
      throws IOException {
    byte[] bytes = new byte[lengthBytes];
    Layers.Overlays overlays = layers.overlays(offset, lengthBytes);
    if (overlays == null) {
      return null;
    }
    long size = 0;
    int known = lengthBytes;
    if (!overlays.covered()) {
      Content below = fetch(content, offset, lengthBytes, deadline);
      size = below.attributes().sizeBytes();
      int got = below.data().remaining();
      below.data().get(below.data().position(), bytes, 0, got);
      if (got > 0 && offset + got < size) {
        // The gateway may stop short within a much fragmented file.
        known = got;
      }
    }
    for (Overlay overlay : overlays.lowestFirst()) {
      size = overlay.lay(bytes, offset, size);
    }
    int there = (int) Math.max(0, Math.min(known, size - offset));
    return ByteBuffer.wrap(bytes, 0, there);
  }

  private Content fetch(long content, long offset, int lengthBytes, long deadline)
      throws IOException {
    return switch (Requests.join(ask(content, offset, lengthBytes, deadline))) {
      case ReadReply.Data data -> {
        if (content == 0) {
          heard(data.content().attributes());
        }
        yield data.content();
      }
      case ReadReply.Failed failed ->
          throw gone(new RefusedException(failed.code(), name, null, failed.detail()), deadline);
    };
  }

  private CompletableFuture<ReadReply> ask(
      long content, long offset, int lengthBytes, long deadline) {
    return tools.requests.read(
        name, deadline, () -> tools.gateway.read(At.inode(inode), content, offset, lengthBytes));
  }

  /** Throws if the session is known to have ended. */
  void checkSession() throws IOException {
    if (session != null && session.hasEnded()) {
      throw session.endedException(name);
    }
  }

  /**
   * Why a question about what is open here was refused. What a session holds is there for as long
   * as it lives, so if the file is gone, the session most likely has ended without having heard of
   * it: questions do not carry it.
   */
  IOException gone(IOException refusal, long deadline) throws IOException {
    if (session == null) {
      return refusal;
    }
    try {
      Requests.join(session.confirm(name, deadline));
    } catch (IndeterminateWriteException e) {
      throw Requests.noQuorum(name, "whether its session goes on is not known");
    }
    return refusal;
  }

  /** Attributes now, with what is unpublished. */
  Attributes attributes() throws IOException {
    long deadline = tools.requests.deadline();
    checkSession();
    publishLock.readLock().lock();
    try {
      Answer answer = Requests.join(askAttributes(deadline));
      if (answer instanceof Answer.Stat stat) {
        heard(stat.attributes());
        return over(stat.attributes());
      }
      throw gone(FileTree.refused(answer, name), deadline);
    } finally {
      publishLock.readLock().unlock();
    }
  }

  /** As {@link #attributes}, like {@link #readAsync}. */
  CompletableFuture<Optional<Attributes>> attributesAsync() {
    if (mustWait()) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return askAttributes(tools.requests.deadline())
        .thenApply(
            answer -> {
              if (answer instanceof Answer.Stat stat) {
                heard(stat.attributes());
                return Optional.of(stat.attributes());
              }
              return Optional.empty();
            });
  }

  private CompletableFuture<Answer> askAttributes(long deadline) {
    return tools.requests.read(
        name, deadline, () -> tools.gateway.ask(new Query.Stat(At.inode(inode))));
  }

  /** Attributes that the cluster gave, with what is unpublished here. */
  Attributes over(Attributes attributes) {
    return layers.over(attributes);
  }

  // ---- writing

  void write(long offset, ByteBuffer source, long deadline) throws IOException {
    Session live = liveSession();
    tools.files.writing();
    try {
      layers.write(live, offset, source, deadline);
    } finally {
      tools.files.writing();
    }
  }

  /** See {@link FileHandle#tryWrite}. */
  boolean tryWrite(long offset, ByteBuffer source) {
    if (session == null || session.hasEnded()) {
      return false;
    }
    tools.files.writing();
    boolean written = layers.tryWrite(offset, source);
    tools.files.writing();
    return written;
  }

  /** Sets the size, as an unpublished change. */
  void truncate(long sizeBytes) throws IOException {
    liveSession();
    tools.files.writing();
    layers.truncate(sizeBytes);
    tools.files.writing();
  }

  /** How many pieces the unpublished writes lie in. */
  int pieces() {
    return layers.pieces();
  }

  /**
   * Takes a change along with the next publish if there will be one; false if the file is clean.
   */
  boolean changeWithPublish(AttributeChange change) {
    tools.files.writing();
    boolean taken = layers.changeWithPublish(change);
    tools.files.writing();
    return taken;
  }

  /** Forgets all that is unpublished: the last handle is closed. */
  void discard() {
    layers.discard();
    tools.files.writing();
  }
}
