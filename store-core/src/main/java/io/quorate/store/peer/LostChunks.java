package io.quorate.store.peer;

import io.quorate.store.gateway.LostContent;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.metadata.Extent;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.world.World;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chunks that files use and no peer has any more. They are looked for again now and then: a peer
 * may come back that had one, and a file may be deleted or written anew. Guarded by {@link
 * Healing}'s lock, but for what it names for people.
 */
final class LostChunks {
  private static final Logger LOG = LoggerFactory.getLogger(LostChunks.class);

  /** Chunks that are remembered; of more, each is looked for again and again. */
  private static final int MAX_LOST = 100_000;

  /** Ranges that are named in the status. */
  private static final int MAX_NAMED = 100;

  private static final long AGAIN_NANOS = 30_000_000_000L;

  /** Finding files reads all of the metadata, so it is not done more often than this, */
  private static final long NAME_NANOS = 10_000_000_000L;

  /** and takes at most this part of the time. */
  private static final int NAME_SHARE = 20;

  private static final class Lost {
    final ChunkRef chunk;

    /** When it is looked for again; null while it is. */
    @Nullable Long againAtNanos;

    Lost(ChunkRef chunk) {
      this.chunk = chunk;
    }
  }

  private final World world;
  private final Metadata metadata;
  private final String threadName;
  private final Map<ChunkId, Lost> lost = new LinkedHashMap<>();
  private boolean changed;
  private long namedAtIndex;

  // From any thread.
  private volatile List<LostContent> named = List.of();
  private volatile World.@Nullable Task naming;
  private volatile boolean isNaming;
  private volatile long nameAgainNanos;

  LostChunks(World world, Metadata metadata, String threadName) {
    this.world = world;
    this.metadata = metadata;
    this.threadName = threadName;
    this.nameAgainNanos = world.nanoTime();
  }

  /** Nobody has it; false if there are too many to remember. */
  boolean add(ChunkRef chunk) {
    Lost one = lost.get(chunk.id());
    if (one == null && lost.size() >= MAX_LOST) {
      return false;
    }
    if (one == null) {
      LOG.error("chunk {} is lost: a file uses it, and no peer has a good copy", chunk.id());
      one = new Lost(chunk);
      lost.put(chunk.id(), one);
      changed = true;
    }
    one.againAtNanos = world.nanoTime() + AGAIN_NANOS;
    return true;
  }

  /** It is here again, or nobody needs it any more. */
  void remove(ChunkId id) {
    if (lost.remove(id) != null) {
      LOG.info("chunk {} is lost no more", id);
      changed = true;
    }
  }

  /** Those that are to be looked for again now. */
  List<ChunkRef> due(long nowNanos) {
    List<ChunkRef> due = new ArrayList<>();
    for (Lost one : lost.values()) {
      Long at = one.againAtNanos;
      if (at != null && nowNanos - at >= 0) {
        one.againAtNanos = null;
        due.add(one.chunk);
      }
    }
    return due;
  }

  int count() {
    return lost.size();
  }

  boolean isEmpty() {
    return lost.isEmpty();
  }

  /** Whether it is lost and not being looked for now. */
  boolean isResting(ChunkId id) {
    Lost one = lost.get(id);
    return one != null && one.againAtNanos != null;
  }

  /** Those that are not being looked for now. */
  List<ChunkRef> resting() {
    return lost.values().stream()
        .filter(one -> one.againAtNanos != null)
        .map(one -> one.chunk)
        .toList();
  }

  /** Forgets those that no file uses any more. */
  void forgetUnused() {
    for (Iterator<Lost> all = lost.values().iterator(); all.hasNext(); ) {
      if (metadata.chunkState(all.next().chunk.id()) != Metadata.ChunkState.LIVE) {
        all.remove();
        changed = true;
      }
    }
  }

  /** Finds out which files are concerned, on a thread of its own, if that is not known. */
  void name(long nowNanos) {
    if (isNaming || nowNanos - nameAgainNanos < 0) {
      return;
    }
    // Files are renamed, deleted and replaced: what was found counts for that state only.
    long index = metadata.appliedIndex();
    boolean stale = changed || (!lost.isEmpty() && index != namedAtIndex);
    if (!stale) {
      return;
    }
    changed = false;
    namedAtIndex = index;
    if (lost.isEmpty()) {
      named = List.of();
      return;
    }
    Set<ChunkId> wanted = Set.copyOf(lost.keySet());
    isNaming = true;
    naming = world.spawn(threadName, () -> find(wanted));
  }

  private void find(Set<ChunkId> wanted) {
    long begun = world.nanoTime();
    try {
      List<LostContent> found = new ArrayList<>();
      for (Metadata.FilePart part : metadata.filesOf(wanted, MAX_NAMED)) {
        Extent extent = part.extent();
        found.add(
            new LostContent(
                new String(part.path().unsafeArray(), StandardCharsets.UTF_8),
                part.inode(),
                extent.fileOffset(),
                extent.lengthBytes(),
                extent.chunk().id().toString()));
      }
      if (!found.equals(named)) {
        found.forEach(one -> LOG.error("lost content: {}", one));
      }
      named = List.copyOf(found);
    } finally {
      long now = world.nanoTime();
      nameAgainNanos = now + Math.max(NAME_NANOS, NAME_SHARE * (now - begun));
      isNaming = false;
    }
  }

  /** The ranges of files that are lost; the first of them if they are many. From any thread. */
  List<LostContent> named() {
    return named;
  }

  /** Before the metadata is closed. */
  void close() throws InterruptedException {
    World.Task last = naming;
    if (last != null) {
      last.join();
    }
  }
}
