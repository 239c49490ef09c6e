package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.journal.Journal;
import io.quorate.store.journal.JournalOptions;
import io.quorate.store.journal.Position;
import io.quorate.store.journal.Replay;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import io.quorate.store.log.HardState;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Caller;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.CommandCodec;
import io.quorate.store.metadata.Genesis;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.metadata.MetadataTable;
import io.quorate.store.metadata.Query;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.table.MemoryTables;
import io.quorate.store.world.Disk;
import io.quorate.store.world.RealWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which entries of a log are in the tree of a peer that does not run. */
class StoppedPeerTest {
  private static final JournalOptions OPTIONS =
      JournalOptions.of(new UUID(1, 2), error -> {}).withSegmentBytes(1 << 16);

  @TempDir Path temporary;
  private final RealWorld world = RealWorld.create();
  private final MemoryTables metadata = new MemoryTables(MetadataTable.values());
  private final List<Position> positions = new ArrayList<>();

  @AfterEach
  void endThreads() {
    world.close();
  }

  private static final Replay NOTHING =
      new Replay() {
        @Override
        public void chunk(ChunkRef chunk, Position position) {}

        @Override
        public void entry(Entry entry, Position position) {}

        @Override
        public void hardState(HardState state) {}
      };

  private static Entry entry(long index, long term, SessionCommand command) {
    return new Entry(
        index, term, index, EntryKind.COMMAND, List.of(), CommandCodec.encode(command));
  }

  /** Opens the session that all later entries belong to. */
  private static Entry first() {
    return entry(1, 1, new SessionCommand(0, 77, 0, new Command.OpenSession("test", 10_000)));
  }

  /** Makes a directory. */
  private static Entry make(long index, long term, String name) {
    At at = At.path(Bytes.utf8("/" + name), false);
    return entry(
        index,
        term,
        new SessionCommand(1, index, index, new Command.MakeDirectory(at, 0755, Caller.ROOT)));
  }

  private void write(Entry... entries) throws IOException {
    try (Disk disk = world.openDisk(temporary);
        Journal journal = Journal.open(world, disk, OPTIONS, NOTHING)) {
      for (Entry entry : entries) {
        positions.add(journal.appendEntry(entry));
      }
    }
  }

  private StoppedPeer open() throws IOException {
    return StoppedPeer.open(
        world,
        world.openDisk(temporary),
        OPTIONS,
        metadata,
        new MemoryTables(ChunkStore.Index.values()));
  }

  private static List<String> names(StoppedPeer peer) throws IOException {
    Answer.Listing listing =
        assertInstanceOf(
            Answer.Listing.class,
            peer.ask(new Query.ListDirectory(At.inode(At.ROOT), Bytes.EMPTY, 100, false)));
    return listing.entries().stream().map(entry -> entry.name().toString()).toList();
  }

  @Test
  void whatIsNotKnownToBeCommittedIsThere() throws IOException {
    write(first(), make(2, 1, "a"), make(3, 1, "b"));
    try (StoppedPeer peer = open()) {
      assertEquals(List.of("a", "b"), names(peer));
      assertEquals(3, peer.appliedIndex());
      assertEquals(List.of(), peer.doubts());
    }
  }

  @Test
  void whatALaterLeaderSupersededIsNot() throws IOException {
    write(first(), make(2, 1, "a"), make(3, 1, "b"), make(4, 1, "c"), make(3, 2, "d"));
    try (StoppedPeer peer = open()) {
      assertEquals(List.of("a", "d"), names(peer));
      assertEquals(List.of(), peer.doubts());
    }
  }

  @Test
  void whatIsAppliedAlreadyIsNotAppliedAgain() throws IOException {
    Metadata applied = Metadata.open(metadata, Genesis.DEFAULT);
    applied.apply(List.of(first(), make(2, 1, "a")));
    metadata.flush();
    write(first(), make(2, 1, "a"), make(3, 1, "old"), make(2, 1, "a"), make(3, 2, "b"));
    try (StoppedPeer peer = open()) {
      assertEquals(List.of("a", "b"), names(peer));
      assertEquals(List.of(), peer.doubts());
    }
  }

  @Test
  void whatAnAppliedEntrySupersededIsNotThere() throws IOException {
    Metadata applied = Metadata.open(metadata, Genesis.DEFAULT);
    applied.apply(List.of(first(), make(2, 2, "a")));
    metadata.flush();
    write(first(), make(2, 2, "a"), make(3, 2, "old"), make(4, 2, "older"), make(2, 2, "a"));
    try (StoppedPeer peer = open()) {
      assertEquals(List.of("a"), names(peer));
    }
  }

  /** The record of the applied entry is lost, and what it superseded is not. */
  @Test
  void whatIsOfAnEarlierTermThanTheAppliedEntryIsNotThere() throws IOException {
    Metadata applied = Metadata.open(metadata, Genesis.DEFAULT);
    applied.apply(List.of(first(), make(2, 2, "a")));
    metadata.flush();
    write(first(), make(2, 1, "before"), make(3, 1, "old"));
    try (StoppedPeer peer = open()) {
      assertEquals(List.of("a"), names(peer));
    }
  }

  @Test
  void aDamagedLastEntryIsSaid() throws IOException {
    write(first(), make(2, 1, "a"), make(3, 1, "b"));
    write();
    flip(positions.get(2));
    try (StoppedPeer peer = open()) {
      assertEquals(List.of("a"), names(peer));
      assertTrue(peer.doubts().toString().contains("entry 3"), peer.doubts().toString());
    }
  }

  @Test
  void whatFollowsADamagedEntryIsNotThereAndThatIsSaid() throws IOException {
    write(first(), make(2, 1, "a"), make(3, 1, "b"), make(4, 1, "c"), make(5, 1, "d"));
    // Sealed into a segment that has a successor, so that it is known to have been durable.
    write();
    flip(positions.get(2));
    try (StoppedPeer peer = open()) {
      assertEquals(List.of("a"), names(peer));
      assertEquals(1, peer.doubts().size(), peer.doubts().toString());
      assertTrue(
          peer.doubts().getFirst().contains("entry 3 of the log is damaged"),
          peer.doubts().toString());
      assertTrue(peer.doubts().getFirst().contains("up to entry 5"), peer.doubts().toString());
    }
  }

  private void flip(Position position) throws IOException {
    Path file = temporary.resolve(String.format("journal-%012d.seg", position.segment()));
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      long at = position.offsetBytes() + 80 + position.lengthBytes() - 1;
      assertEquals(1, channel.read(one, at));
      one.put(0, (byte) ~one.get(0));
      channel.write(one.flip(), at);
    }
  }

  @Test
  void metadataThatIsAheadOfTheLogComesOutWithADoubt() throws IOException {
    Metadata applied = Metadata.open(metadata, Genesis.DEFAULT);
    applied.apply(List.of(first(), make(2, 1, "a"), make(3, 1, "b")));
    metadata.flush();
    write(first(), make(2, 1, "a"));
    try (StoppedPeer peer = open()) {
      assertEquals(List.of("a", "b"), names(peer));
      assertTrue(
          peer.doubts().getFirst().contains("the journal lost its end"), peer.doubts().toString());
    }
  }

  @Test
  void metadataFromBeforeTheLogIsRefused() throws IOException {
    try (Disk disk = world.openDisk(temporary);
        Journal journal = Journal.open(world, disk, OPTIONS, NOTHING)) {
      Position last = null;
      for (Entry entry : List.of(first(), make(2, 1, "a"), make(3, 1, "b"))) {
        last = journal.appendEntry(entry);
      }
      journal.dropLog(2, 1, last);
      // The next segment's header says so.
      journal.suspect(io.quorate.store.journal.Recovery.Suspicion.OLDER_IMAGE);
    }
    Disk disk = world.openDisk(temporary);
    try (disk) {
      MemoryTables index = new MemoryTables(ChunkStore.Index.values());
      IOException e =
          assertThrows(
              IOException.class, () -> StoppedPeer.open(world, disk, OPTIONS, metadata, index));
      assertTrue(e.getMessage().contains("begins after entry 2"), e.getMessage());
      assertTrue(e.getMessage().contains(temporary.toString()), e.getMessage());
    }
  }
}
