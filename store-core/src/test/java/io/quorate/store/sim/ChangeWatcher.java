package io.quorate.store.sim;

import io.quorate.store.gateway.ChangeBatch;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.FileType;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.metadata.Metadata.Change;
import io.quorate.store.metadata.Metadata.ChangeSet;
import io.quorate.store.metadata.Query;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Follows the changes of the tree through whichever peer answers, and judges them:
 *
 * <ul>
 *   <li>They come in order, none twice.
 *   <li>Every peer tells the same of the same entry, before and after its crashes.
 *   <li>There is no gap: names that are made and removed by the changes are, in the end, those that
 *       are in the tree.
 * </ul>
 *
 * A peer that has begun anew may not know what was asked for, and says so; the watcher then asks
 * another one, as somebody remembers all of these short runs, unless all peers were down.
 */
final class ChangeWatcher {
  private final Simulation simulation;
  private final SimClient client;

  /** What the first peer that was asked told of each entry; shared by all watchers of a run. */
  private final SortedMap<Long, ChangeSet> told;

  private final SortedMap<String, Long> names = new TreeMap<>();
  private long after;
  private boolean gap;
  private boolean following;
  private boolean stopped;

  ChangeWatcher(Simulation simulation, SimClient client, SortedMap<Long, ChangeSet> told) {
    this.simulation = simulation;
    this.client = client;
    this.told = told;
  }

  /**
   * Follows until {@code through}, as far as peers answer meanwhile; then it may be called again.
   */
  void follow(long through) {
    following = true;
    try {
      followTo(through);
    } finally {
      following = false;
    }
  }

  /** Whether a call of {@link #follow} is under way. */
  boolean isFollowing() {
    return following;
  }

  /** Returns from {@link #follow} after the answer that it waits for. */
  void stop() {
    stopped = true;
  }

  private void followTo(long through) {
    while (after < through && !stopped) {
      ChangeBatch batch;
      try {
        batch = client.ask(gateway -> gateway.changes(after));
      } catch (SimClient.GaveUp e) {
        return;
      }
      take(batch);
      if (client.random().chance(0.1)) {
        client.moveToAny();
      }
    }
  }

  private void take(ChangeBatch batch) {
    if (!batch.complete()) {
      simulation.count("watcher met a gap");
      if (client.random().chance(0.2)) {
        gap = true;
        after = Math.max(after, batch.through());
      }
      client.moveToAny();
      simulation.sleep(10_000_000);
      return;
    }
    for (ChangeSet set : batch.sets()) {
      if (set.index() <= after || set.index() > batch.through()) {
        throw new AssertionError(set + " was told after " + after + " and through " + batch);
      }
      after = set.index();
      ChangeSet before = told.putIfAbsent(set.index(), set);
      if (before != null && !before.equals(set)) {
        throw new AssertionError("one peer tells " + before + ", another " + set);
      }
      set.changes().forEach(this::apply);
      simulation.count("watcher was told of an entry");
    }
    after = Math.max(after, batch.through());
  }

  private void apply(Change change) {
    String name = change.parent() + "/" + change.name();
    switch (change.kind()) {
      case CREATED -> {
        Long known = names.put(name, change.inode());
        if (known != null && !gap) {
          throw new AssertionError(change + ", but the name was that of inode " + known);
        }
      }
      case REMOVED, REPLACED -> {
        if (!names.remove(name, change.inode()) && !gap) {
          throw new AssertionError(change + ", but it had no such name");
        }
      }
      case CONTENT, ATTRIBUTES -> {
        if (change.parent() != 0 && !gap && !isNamed(name, change.inode())) {
          throw new AssertionError(change + " of what was never made");
        }
      }
    }
  }

  /** Whether {@code inode} has a name, most likely {@code likely}. */
  private boolean isNamed(String likely, long inode) {
    Long known = names.get(likely);
    return (known != null && known == inode) || inode == At.ROOT || names.containsValue(inode);
  }

  /** All has ended: what was told must amount to what is there. */
  void judge(Metadata metadata) {
    stopped = false;
    for (int i = 0; i < 100 && after < metadata.appliedIndex(); i++) {
      follow(metadata.appliedIndex());
      client.moveToAny();
    }
    if (after < metadata.appliedIndex()) {
      throw new AssertionError("changes were not told although all faults had ended");
    }
    if (gap) {
      return;
    }
    SortedMap<String, Long> there = new TreeMap<>();
    collect(metadata, At.ROOT, there);
    if (!there.equals(names)) {
      throw new AssertionError("the changes amount to " + names + ", the tree is " + there);
    }
    simulation.count("watcher saw all changes");
  }

  private static void collect(Metadata metadata, long directory, SortedMap<String, Long> into) {
    Query query = new Query.ListDirectory(At.inode(directory), Bytes.EMPTY, 10_000, false);
    List<Answer.DirectoryEntry> entries =
        metadata.ask(query) instanceof Answer.Listing listing ? listing.entries() : List.of();
    for (Answer.DirectoryEntry entry : entries) {
      into.put(directory + "/" + entry.name(), entry.inode());
      if (entry.type() == FileType.DIRECTORY) {
        collect(metadata, entry.inode(), into);
      }
    }
  }
}
