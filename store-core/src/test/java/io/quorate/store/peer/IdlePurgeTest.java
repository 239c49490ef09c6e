package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Caller;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.CommandCodec;
import io.quorate.store.metadata.Extent;
import io.quorate.store.metadata.Genesis;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.metadata.MetadataTable;
import io.quorate.store.metadata.Result;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.peer.PeerMessage.ProposedCommand;
import io.quorate.store.table.MemoryTables;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What deleting leaves behind goes even when nobody writes any more. */
class IdlePurgeTest {
  private static final int EXTENTS = 4_000;
  private static final At FILE = At.path(Bytes.utf8("/f"), true);

  private final Metadata metadata =
      Metadata.open(new MemoryTables(MetadataTable.values()), Genesis.DEFAULT);
  private final IdlePurge purge = new IdlePurge(metadata);

  private Result apply(SessionCommand command) {
    return apply(command.command().chunks(), CommandCodec.encode(command));
  }

  private Result apply(List<ChunkRef> chunks, byte[] body) {
    long index = metadata.appliedIndex() + 1;
    Entry entry = new Entry(index, 1, index * 1_000, EntryKind.COMMAND, chunks, body);
    return metadata.apply(List.of(entry)).getFirst().result();
  }

  /** A file of many extents is deleted, and whoever did that goes. */
  private void deleteMuch() {
    Result opened = apply(new SessionCommand(0, 5, 0, new Command.OpenSession("t", 30_000)));
    long session = assertInstanceOf(Result.Opened.class, opened).session();
    List<Extent> extents = new ArrayList<>();
    for (int i = 0; i < EXTENTS; i++) {
      extents.add(new Extent(i, new ChunkRef(new ChunkId(session, i + 1), 1, 0), 0, 1));
    }
    Command put =
        new Command.Put(
            FILE,
            0644,
            Caller.ROOT,
            extents,
            EXTENTS,
            AttributeChange.NOW,
            Command.PutCondition.ALWAYS);
    assertInstanceOf(Result.Node.class, apply(new SessionCommand(session, 1, 1, put)));
    Result gone = apply(new SessionCommand(session, 2, 2, new Command.Unlink(FILE)));
    assertInstanceOf(Result.Done.class, gone);
    apply(new SessionCommand(0, 6, 0, new Command.EndSession(session)));
  }

  @Test
  void nothingIsProposedWhereNothingIsToBePurged() {
    // Until an entry has looked, it is not known whether anything is left from before.
    apply(new SessionCommand(0, 9, 0, new Command.EndSession(0)));
    assertFalse(metadata.isPurging());
    for (int i = 0; i < 200; i++) {
      assertNull(purge.due(i));
    }
  }

  @Test
  void whoeverIsIdlePurgesUntilNothingIsLeft() {
    deleteMuch();
    assertTrue(metadata.isPurging(), "too little was deleted for this test");
    assertNull(purge.due(1), "others have just written");
    int steps = 0;
    while (metadata.isPurging()) {
      ProposedCommand proposed = purge.due(steps);
      assertNotNull(proposed);
      assertTrue(proposed.freesSpace(), "it goes on a full disk too");
      assertEquals(0, proposed.session());
      assertNull(purge.due(steps), "one at a time");
      apply(proposed.chunks(), proposed.body());
      assertTrue(++steps < EXTENTS, "it never ends");
    }
    assertTrue(steps > 0);
    assertFalse(metadata.isPurging());
    assertNull(purge.due(steps));
    assertEquals(List.of(), metadata.liveChunks(null, 1));
  }

  @Test
  void whatCameToNothingIsProposedAgainAfterAWhile() {
    deleteMuch();
    assertNull(purge.due(1));
    assertNotNull(purge.due(2));
    int calls = 1;
    while (purge.due(3) == null) {
      calls++;
      assertTrue(calls < 1_000, "never again");
    }
    assertEquals(50, calls);
  }

  @Test
  void whileOthersWriteTheirEntriesPurge() {
    deleteMuch();
    purge.due(1);
    for (int i = 0; i < 3; i++) {
      apply(new SessionCommand(0, 100 + i, 0, new Command.EndSession(0)));
      apply(new SessionCommand(0, 200 + i, 0, new Command.EndSession(0)));
      assertNull(purge.due(i));
    }
  }
}
