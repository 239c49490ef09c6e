package io.quorate.store.peer;

import io.quorate.store.metadata.Digest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntSupplier;

/**
 * Compares the peers' metadata at equal applied index. Deterministic commands make all digests
 * equal; where they are not, the peers in the minority hold something else than the rest and must
 * not be served from, and without a majority nobody can tell who is right.
 */
final class DigestComparison {
  private static final int INDEXES_KEPT = 64;

  /** What the digests say. */
  enum Verdict {
    AGREE,
    /** This peer differs from a majority. */
    MINORITY,
    /** Another peer differs from a majority, which this one is part of. */
    OTHER_DIFFERS,
    /** No majority of the members has one digest. */
    NO_MAJORITY
  }

  private final int self;
  private final IntSupplier members;
  private final TreeMap<Long, Map<Integer, Digest>> byIndex = new TreeMap<>();
  private Verdict worst = Verdict.AGREE;

  DigestComparison(int self, IntSupplier members) {
    this.self = self;
    this.members = members;
  }

  /** Takes one peer's digest at one index. */
  void add(int peer, long index, Digest digest) {
    if (index <= 0 || (byIndex.size() >= INDEXES_KEPT && index < byIndex.firstKey())) {
      return;
    }
    byIndex.computeIfAbsent(index, unused -> new LinkedHashMap<>()).put(peer, digest);
    judge(byIndex.getOrDefault(index, Map.of()));
    while (byIndex.size() > INDEXES_KEPT) {
      byIndex.pollFirstEntry();
    }
  }

  private void judge(Map<Integer, Digest> digests) {
    Map<Digest, Integer> votes = new LinkedHashMap<>();
    digests.values().forEach(digest -> votes.merge(digest, 1, Integer::sum));
    if (votes.size() < 2) {
      return;
    }
    int voters = members.getAsInt();
    int majority = voters / 2 + 1;
    for (Map.Entry<Digest, Integer> entry : votes.entrySet()) {
      if (entry.getValue() >= majority) {
        boolean mine = entry.getKey().equals(digests.get(self));
        raise(mine ? Verdict.OTHER_DIFFERS : Verdict.MINORITY);
        return;
      }
    }
    if (digests.size() >= voters) {
      raise(Verdict.NO_MAJORITY);
    } else {
      raise(Verdict.OTHER_DIFFERS);
    }
  }

  /** A difference never heals by itself, so the verdict only gets worse. */
  private void raise(Verdict verdict) {
    if (rank(verdict) > rank(worst)) {
      worst = verdict;
    }
  }

  private static int rank(Verdict verdict) {
    return switch (verdict) {
      case AGREE -> 0;
      case OTHER_DIFFERS -> 1;
      case NO_MAJORITY -> 2;
      case MINORITY -> 3;
    };
  }

  Verdict verdict() {
    return worst;
  }
}
