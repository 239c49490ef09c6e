package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.gateway.Chunk;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.CommandCodec;
import io.quorate.store.metadata.Genesis;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.metadata.MetadataTable;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.table.MemoryTables;
import java.util.List;
import org.junit.jupiter.api.Test;

class SettledEntriesTest {
  private static final long SESSION = 1;

  private final MemoryTables tables = new MemoryTables(MetadataTable.values());
  private final Metadata metadata = Metadata.open(tables, Genesis.DEFAULT);
  private final SettledEntries settled = new SettledEntries(metadata);

  private static Entry entry(long index, SessionCommand command, List<ChunkRef> chunks) {
    return new Entry(
        index, 1, index, EntryKind.COMMAND, chunks, CommandCodec.encode(command).clone());
  }

  private static Entry open() {
    return entry(
        SESSION, new SessionCommand(0, 7, 0, new Command.OpenSession("t", 60_000)), List.of());
  }

  private static Entry end(long index) {
    return entry(index, new SessionCommand(0, 8, 0, new Command.EndSession(SESSION)), List.of());
  }

  private static Entry put(long index) {
    Chunk chunk = PeerCluster.chunk(SESSION, 1, 100);
    Command put = PeerCluster.put("/f", chunk);
    return entry(index, new SessionCommand(SESSION, 1, 1, put), List.of(chunk.ref()));
  }

  @Test
  void whatTheStateMayYetApplyIsNot() {
    metadata.apply(List.of(open()));
    metadata.flush();
    assertFalse(settled.contains(put(3)));
    assertFalse(settled.wantFlush());
  }

  /** Else a leader that has crashed does not know why it could append the entry without chunks. */
  @Test
  void whatOnlyMemoryRefusesIsNotUntilThatIsFlushed() {
    metadata.apply(List.of(open(), end(2)));
    assertFalse(settled.contains(put(3)), "a crash forgets that the session has ended");
    assertTrue(settled.wantFlush());
    metadata.flush();
    assertTrue(settled.contains(put(3)));
    assertFalse(settled.wantFlush());
  }

  @Test
  void eachEntryIsAskedAboutByItself() {
    metadata.apply(List.of(open(), end(2)));
    metadata.flush();
    assertTrue(settled.contains(put(3)));
    SessionCommand other =
        new SessionCommand(3, 1, 1, PeerCluster.put("/f", PeerCluster.chunk(3, 1, 100)));
    assertFalse(
        settled.contains(entry(4, other, List.of(PeerCluster.chunk(3, 1, 100).ref()))),
        "its session is younger than the state");
  }
}
