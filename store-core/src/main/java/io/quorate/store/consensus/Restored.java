package io.quorate.store.consensus;

import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import io.quorate.store.log.HardState;
import io.quorate.store.log.Membership;
import java.util.ArrayList;
import java.util.List;

/**
 * What a peer knows when it starts, all of it durable: built by replaying the journal. Bodies of
 * entries are not kept, only their terms, as runs.
 */
public final class Restored {
  final HardState hardState;
  final List<Membership> memberships;
  final TermRuns terms;
  final long commitIndex;
  final long lastStampNanos;

  private Restored(Builder from) {
    this.hardState = from.hardState;
    this.memberships = List.copyOf(from.memberships);
    this.terms = from.terms.copy();
    this.commitIndex = Math.max(from.commitIndex, from.terms.startIndex());
    this.lastStampNanos = from.lastStampNanos;
    if (commitIndex > terms.lastIndex()) {
      throw new IllegalStateException(
          "commit index " + commitIndex + " is past the log's end " + terms.lastIndex());
    }
    if (hardState.term() < terms.lastTerm()) {
      throw new IllegalStateException(
          "hard state's term " + hardState.term() + " is below the log's " + terms.lastTerm());
    }
  }

  private Restored(Restored from, Membership forced) {
    this.hardState = from.hardState;
    List<Membership> all = new ArrayList<>();
    all.add(forced);
    all.addAll(from.memberships);
    this.memberships = List.copyOf(all);
    this.terms = from.terms;
    this.commitIndex = from.commitIndex;
    this.lastStampNanos = from.lastStampNanos;
  }

  /**
   * The same log under a membership that an operator has forced: of what the log says about members
   * only that counts which was forced as often.
   */
  public Restored under(Membership forced) {
    return new Restored(this, forced.at(0));
  }

  /** Term and vote. */
  public HardState hardState() {
    return hardState;
  }

  /** Last index of the log. */
  public long lastIndex() {
    return terms.lastIndex();
  }

  /** Term of the last entry of the log, 0 if there is none. */
  public long lastTerm() {
    return terms.lastTerm();
  }

  /** The newest membership in the log. */
  public Membership membership() {
    return memberships.getLast();
  }

  /** Begins with {@code base}: what `init` wrote, or what held at the log's start. */
  public static Builder builder(Membership base) {
    return new Builder(base);
  }

  /** Collects what the journal replays, in its order. */
  public static final class Builder {
    private HardState hardState = HardState.INITIAL;
    private final List<Membership> memberships = new ArrayList<>();
    private TermRuns terms = new TermRuns(0, 0);
    private long commitIndex;
    private long lastStampNanos;

    private Builder(Membership base) {
      memberships.add(base);
    }

    /** The log begins after (index, term), which is committed. Call before any entry. */
    public Builder startingAfter(long index, long term, long stampNanos) {
      terms = new TermRuns(index, term);
      lastStampNanos = stampNanos;
      return this;
    }

    /** The last hard state replayed counts. */
    public Builder hardState(HardState state) {
      hardState = state;
      return this;
    }

    /**
     * One journalled entry; it supersedes every earlier one at or above its index. Of entries at or
     * below the log's start that is all that counts.
     *
     * @throws IllegalStateException if it leaves a gap
     */
    public Builder entry(Entry entry) {
      truncateFrom(entry.index());
      if (entry.index() <= terms.startIndex()) {
        return this;
      }
      terms.append(entry.index(), entry.term());
      commitIndex(CommitMark.of(entry, memberships.getLast()));
      if (entry.kind() == EntryKind.MEMBERSHIP) {
        memberships.add(Membership.decode(entry.index(), entry.body()));
      }
      lastStampNanos = Math.max(lastStampNanos, entry.stampNanos());
      return this;
    }

    /** Entries at or above {@code index} are superseded, by what can not be read. */
    public Builder truncateFrom(long index) {
      long first = Math.max(index, terms.startIndex() + 1);
      if (first <= terms.lastIndex()) {
        terms.truncateFrom(first);
        while (memberships.getLast().index() >= first) {
          memberships.removeLast();
        }
        commitIndex = Math.min(commitIndex, first - 1);
      }
      return this;
    }

    /** An index known to be committed, such as the applied one; the highest told counts. */
    public Builder commitIndex(long index) {
      commitIndex = Math.max(commitIndex, index);
      return this;
    }

    /** Term of an entry of the log so far, from the one that it begins after on. */
    public long termAt(long index) {
      return terms.termAt(index);
    }

    /** First index that {@link #termAt} knows. */
    public long startIndex() {
      return terms.startIndex();
    }

    /** Last index of the log so far. */
    public long lastIndex() {
      return terms.lastIndex();
    }

    /**
     * Done.
     *
     * @throws IllegalStateException if what was replayed contradicts itself
     */
    public Restored build() {
      return new Restored(this);
    }
  }
}
