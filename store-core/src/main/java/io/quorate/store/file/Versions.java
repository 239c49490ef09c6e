package io.quorate.store.file;

import io.quorate.store.IndeterminateWriteException;
import io.quorate.store.NoQuorumException;
import io.quorate.store.VersionGoneException;
import io.quorate.store.gateway.Content;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.ErrorCode;
import io.quorate.store.metadata.Extent;
import io.quorate.store.metadata.FileType;
import io.quorate.store.metadata.Query;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Opens published versions of files, and tells their checksums. Thread-safe. */
public final class Versions {
  /** What comes along with opening: a small file whole. */
  static final int BEGINNING_BYTES = 64 << 10;

  /** Extents asked for at a time; an answer of some 200 KiB. */
  private static final int EXTENTS = 4_096;

  private final Sessions sessions;
  private final OpenFile.Tools tools;
  private final Gateway gateway;
  private final Requests requests;
  private final long sessionPatienceNanos;

  Versions(Sessions sessions, OpenFile.Tools tools, long deadlineMillis) {
    this.sessions = sessions;
    this.tools = tools;
    this.gateway = tools.gateway();
    this.requests = tools.requests();
    this.sessionPatienceNanos = deadlineMillis * 1_000_000 / 4;
  }

  // ---- opening

  /**
   * Opens the present version: one request, and no round once there is a session. Fails with
   * RefusedException, NoQuorumException or StoreClosedException.
   */
  public CompletableFuture<OpenVersion> open(At at) {
    String file = FileTree.name(at);
    InodeTable files = tools.files();
    // Before the cluster is asked, so that what is found is not forgotten before it is held.
    long ticket = files.opening();
    return session(file)
        .thenCompose(
            holder ->
                requests
                    .read(file, requests.deadline(), () -> gateway.read(at, 0, 0, BEGINNING_BYTES))
                    .thenCompose(reply -> opened(holder.session(), file, reply)))
        .whenComplete((opened, error) -> files.ended(ticket));
  }

  private record Holder(@Nullable Session session) {}

  /**
   * A reader goes without a session if none can be had soon: a cluster that has no quorum for
   * writes may still have one for reads.
   */
  private CompletableFuture<Holder> session(String file) {
    return sessions
        .current(file, tools.world().nanoTime() + sessionPatienceNanos)
        .handle(
            (session, error) -> {
              Throwable cause = error == null ? null : Requests.cause(error);
              return cause == null
                      || cause instanceof NoQuorumException
                      || cause instanceof IndeterminateWriteException
                  ? CompletableFuture.completedFuture(new Holder(session))
                  : CompletableFuture.<Holder>failedFuture(cause);
            })
        .thenCompose(holder -> holder);
  }

  private CompletableFuture<OpenVersion> opened(
      @Nullable Session session, String file, ReadReply reply) {
    return switch (reply) {
      case ReadReply.Failed failed ->
          CompletableFuture.failedFuture(
              new RefusedException(failed.code(), file, null, failed.detail()));
      case ReadReply.Data data ->
          CompletableFuture.completedFuture(hold(session, file, data.content()));
    };
  }

  private OpenVersion hold(@Nullable Session session, String file, Content content) {
    Attributes attributes = content.attributes();
    if (content.data().remaining() == attributes.sizeBytes()) {
      return new OpenVersion(gateway, requests, file, attributes, content.data(), null);
    }
    InodeTable files = tools.files();
    OpenFile held =
        files.hold(session, attributes, (owner, known) -> new OpenFile(tools, owner, known, file));
    Runnable release =
        () -> {
          if (files.release(held, attributes.content())) {
            held.discard();
          }
        };
    return new OpenVersion(gateway, requests, file, attributes, content.data(), release);
  }

  // ---- checksums

  /**
   * A checksum.
   *
   * @param crc32c of the whole content, holes being zeros
   */
  public record Checksum(Attributes attributes, int crc32c) {}

  /**
   * CRC32C of the published content, combined from those of its chunks; only chunks that are in use
   * in part are read. Begins again when the file changes meanwhile.
   */
  public Checksum checksum(At at) throws IOException {
    String file = FileTree.name(at);
    long deadline = requests.deadline();
    while (true) {
      try {
        return new Summing(at, file, deadline).run();
      } catch (VersionGoneException e) {
        if (requests.passed(deadline)) {
          throw e;
        }
      }
    }
  }

  /** One pass over the extents of a file. */
  private final class Summing {
    private final String file;
    private final long deadline;
    private At at;
    private @Nullable Attributes attributes;
    private int crc;
    private long position;

    Summing(At at, String file, long deadline) {
      this.at = at;
      this.file = file;
      this.deadline = deadline;
    }

    Checksum run() throws IOException {
      Answer.ContentMap map;
      Attributes first;
      do {
        map = nextExtents();
        first = sameAsBefore(map.attributes());
        for (Extent extent : map.extents()) {
          add(first, extent);
        }
      } while (!map.end());
      if (first.sizeBytes() > position) {
        crc = ContentCrc.appendZeros(crc, first.sizeBytes() - position);
      }
      return new Checksum(first, crc);
    }

    private Answer.ContentMap nextExtents() throws IOException {
      long content = attributes == null ? 0 : attributes.content();
      Query query = new Query.MapContent(at, content, position, Long.MAX_VALUE, EXTENTS);
      Answer answer = Requests.join(requests.read(file, deadline, () -> gateway.ask(query)));
      if (answer instanceof Answer.ContentMap map) {
        return map;
      }
      throw attributes != null
              && answer instanceof Answer.Failed failed
              && failed.code() == ErrorCode.STALE
          ? new VersionGoneException(file, "the file keeps being replaced")
          : FileTree.refused(answer, file);
    }

    private Attributes sameAsBefore(Attributes now) throws IOException {
      if (attributes == null) {
        if (now.type() != FileType.REGULAR) {
          throw new RefusedException(ErrorCode.INVALID, file, null, "is not a regular file");
        }
        attributes = now;
        at = At.inode(now.inode());
      }
      if (now.contentVersion() != attributes.contentVersion()
          || now.content() != attributes.content()) {
        throw new VersionGoneException(file, "the file keeps being written in place");
      }
      return attributes;
    }

    private void add(Attributes of, Extent extent) throws IOException {
      crc = ContentCrc.appendZeros(crc, extent.fileOffset() - position);
      int length = extent.lengthBytes();
      boolean whole = extent.chunkOffset() == 0 && length == extent.chunk().lengthBytes();
      int part = whole ? extent.chunk().crc32c() : read(of, extent.fileOffset(), length);
      crc = ContentCrc.concatenate(crc, part, length);
      position = extent.end();
    }

    private int read(Attributes of, long offset, int length) throws IOException {
      OpenVersion version =
          new OpenVersion(gateway, requests, file, of, ByteBuffer.allocate(0), null);
      CRC32C sum = new CRC32C();
      sum.update(Requests.join(version.read(offset, length)).duplicate());
      return (int) sum.getValue();
    }
  }
}
