package io.quorate.store.benchmarks.parts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.quorate.store.fuse.kernel.Request;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.peer.PeerMessage;
import org.junit.jupiter.api.Test;

/** That what JMH measures does what it says; each once. */
final class PartsTest {
  @Test
  void consensusCommitsWhatIsProposed() {
    ConsensusBenchmark benchmark = new ConsensusBenchmark();
    benchmark.proposals = 16;
    benchmark.elect();
    long first = benchmark.commit();
    for (int i = 1; i <= 200; i++) {
      assertEquals(first + 16L * i, benchmark.commit());
    }
  }

  @Test
  void framesAreReadAsTheyWereWritten() throws Exception {
    FrameBenchmark benchmark = new FrameBenchmark();
    benchmark.what = "chunk";
    benchmark.encodeOnce();
    PeerMessage.PushChunk pushed =
        assertInstanceOf(PeerMessage.PushChunk.class, benchmark.decode());
    assertEquals(Parts.content(Parts.FILE_BYTES), pushed.chunk().content());

    benchmark = new FrameBenchmark();
    benchmark.what = "append";
    benchmark.encodeOnce();
    assertInstanceOf(PeerMessage.Consensus.class, benchmark.decode());
    assertEquals(true, benchmark.encode() > 100);
  }

  @Test
  void requestsOfTheKernelAreWhatTheyAreTakenFor() throws Exception {
    FuseBenchmark benchmark = new FuseBenchmark();
    assertEquals(new Request.Lookup(Bytes.utf8("cat.jpg")), benchmark.decodeLookUp());
    Request.Write write = assertInstanceOf(Request.Write.class, benchmark.decodeWrite());
    assertEquals(Parts.content(Parts.FILE_BYTES), write.content());
    assertEquals(Parts.FILE_BYTES + 16, benchmark.replyRead().position());
  }

  @Test
  void metadataFindsWhatWasStored() throws Exception {
    MetadataBenchmark benchmark = new MetadataBenchmark();
    benchmark.files = 300;
    benchmark.open();
    try {
      benchmark.applyPut();
      benchmark.applySixteenPuts();
      Answer.Stat byName = assertInstanceOf(Answer.Stat.class, benchmark.lookUpName());
      Answer.Stat byPath = assertInstanceOf(Answer.Stat.class, benchmark.lookUpPath());
      assertEquals(Parts.FILE_BYTES, byName.attributes().sizeBytes());
      assertEquals(Parts.FILE_BYTES, byPath.attributes().sizeBytes());
      assertInstanceOf(Answer.Listing.class, benchmark.list());
    } finally {
      benchmark.close();
    }
  }

  @Test
  void theJournalAnswersOnceItIsDurable() throws Exception {
    JournalBenchmark benchmark = new JournalBenchmark();
    benchmark.open();
    try {
      benchmark.commitAlone();
      benchmark.commitInGroups();
    } finally {
      benchmark.close();
    }
  }
}
