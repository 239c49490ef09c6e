package io.quorate.store.consensus;

import io.quorate.store.consensus.Effects.Accepted;
import io.quorate.store.consensus.Effects.LogRead;
import io.quorate.store.consensus.Effects.Outbound;
import io.quorate.store.consensus.Effects.Readable;
import io.quorate.store.log.Entry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects the effects of one step. */
final class Outbox {
  private final List<Entry> append = new ArrayList<>();
  private final List<Outbound> send = new ArrayList<>();
  private final List<Outbound> sendWhenDurable = new ArrayList<>();
  private final List<Accepted> accepted = new ArrayList<>();
  private final List<Readable> readable = new ArrayList<>();
  private final List<Long> refusedReads = new ArrayList<>();
  private final List<Long> refused = new ArrayList<>();
  private final List<LogRead> logReads = new ArrayList<>();
  private boolean hardStateChanged;
  private Effects.@Nullable Install install;

  void append(Entry entry) {
    append.add(entry);
  }

  /** Entries at or above {@code index} need not be written: later ones supersede them. */
  void truncateFrom(long index) {
    while (!append.isEmpty() && append.getLast().index() >= index) {
      append.removeLast();
    }
  }

  /** The log begins anew; entries that were to be written before are superseded. */
  void install(long index, long term) {
    append.clear();
    install = new Effects.Install(index, term);
  }

  void hardStateChanged() {
    hardStateChanged = true;
  }

  void send(Outbound message, boolean whenDurable) {
    (whenDurable ? sendWhenDurable : send).add(message);
  }

  void accept(long ticket, Entry entry) {
    accepted.add(new Accepted(ticket, entry.index(), entry.term()));
  }

  void refuse(long ticket) {
    refused.add(ticket);
  }

  void readable(long ticket, long index) {
    readable.add(new Readable(ticket, index));
  }

  void refuseRead(long ticket) {
    refusedReads.add(ticket);
  }

  void readLog(LogRead read) {
    logReads.add(read);
  }

  /** Hands over what was collected, and begins anew. */
  Effects drain(PeerState state) {
    boolean persists =
        hardStateChanged || install != null || !append.isEmpty() || !sendWhenDurable.isEmpty();
    long number = persists ? state.durability.persist(state.hardState(), state.log.lastIndex()) : 0;
    Effects effects =
        new Effects(
            number,
            hardStateChanged ? state.hardState() : null,
            install,
            take(append),
            take(send),
            take(sendWhenDurable),
            state.commitIndex(),
            take(accepted),
            take(readable),
            take(refusedReads),
            take(refused),
            take(logReads),
            state.role(),
            state.leader(),
            state.term());
    hardStateChanged = false;
    install = null;
    return effects;
  }

  private static <T> List<T> take(List<T> collected) {
    if (collected.isEmpty()) {
      return List.of();
    }
    List<T> taken = List.copyOf(collected);
    collected.clear();
    return taken;
  }
}
