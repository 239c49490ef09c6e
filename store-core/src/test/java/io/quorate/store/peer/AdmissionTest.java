package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.consensus.Effects;
import io.quorate.store.consensus.Input;
import io.quorate.store.consensus.Role;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.peer.PeerMessage.ProposedCommand;
import io.quorate.store.peer.PeerMessage.Refusal;
import io.quorate.store.sim.SimWorld;
import io.quorate.store.sim.Simulation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The leader's door, by itself: who comes in, who waits, who is sent away and why. */
class AdmissionTest {
  private static final long RESERVE_BYTES = 10_000;

  private final Set<ChunkId> held = new HashSet<>();
  private final List<Refusal> refused = new ArrayList<>();
  private final List<Long> appended = new ArrayList<>();
  private @Nullable Refusal objection;
  private long backlogBytes;
  private boolean logFull;
  private long commitIndex;
  private long lastIndex;

  private void with(java.util.function.Consumer<Admission> test) {
    Simulation.run(
        1,
        simulation -> {
          SimWorld world = simulation.node(9).boot();
          PeerCluster cluster = new PeerCluster(simulation, 3);
          Admission[] itself = new Admission[1];
          itself[0] =
              new Admission(
                  world,
                  held::contains,
                  cluster.peer(1).exchange(),
                  (origin, ticket, commands, refusal) -> refused.add(refusal),
                  input -> append(itself[0], (Input.Propose) input),
                  () -> objection,
                  () -> backlogBytes,
                  () -> logFull,
                  () -> commitIndex,
                  () -> false,
                  RESERVE_BYTES);
          itself[0].roleIs(Role.LEADER);
          test.accept(itself[0]);
          cluster.closeAll();
        });
  }

  private void append(Admission admission, Input.Propose propose) {
    List<Effects.Accepted> accepted = new ArrayList<>();
    for (Input.Proposal proposal : propose.proposals()) {
      accepted.add(new Effects.Accepted(proposal.ticket(), ++lastIndex, 1));
      appended.add((long) proposal.body()[0]);
    }
    admission.accepted(accepted);
  }

  private static ProposedCommand command(int number, int contentBytes) {
    List<ChunkRef> chunks =
        contentBytes == 0
            ? List.of()
            : List.of(new ChunkRef(new ChunkId(7, number), contentBytes, 0));
    return new ProposedCommand(7, number, contentBytes == 0, chunks, new byte[] {(byte) number});
  }

  private static void propose(Admission admission, ProposedCommand command) {
    admission.propose(2, 1, List.of(command));
    admission.endOfTurn();
  }

  @Test
  void aProposalWaitsForItsChunks() {
    with(
        admission -> {
          propose(admission, command(1, 100));
          propose(admission, command(2, 0));
          assertEquals(List.of(2L), appended, "nobody waits behind it");
          assertTrue(admission.isWaiting());
          held.add(new ChunkId(7, 1));
          admission.chunkArrived(new ChunkId(7, 1));
          admission.endOfTurn();
          assertEquals(List.of(2L, 1L), appended);
          assertFalse(admission.isWaiting());
        });
  }

  @Test
  void aProposalWhoseChunksNeverComeIsSentAway() {
    with(
        admission -> {
          propose(admission, command(1, 100));
          admission.tick(Long.MAX_VALUE / 2);
          assertEquals(List.of(Refusal.OVERLOADED), refused);
          assertFalse(admission.isWaiting());
        });
  }

  @Test
  void aDeposedLeaderSendsAllAway() {
    with(
        admission -> {
          propose(admission, command(1, 100));
          admission.roleIs(Role.FOLLOWER);
          propose(admission, command(2, 0));
          assertEquals(List.of(Refusal.NOT_LEADER, Refusal.NOT_LEADER), refused);
        });
  }

  @Test
  void aRepeatedProposalReplacesTheOneThatWaits() {
    with(
        admission -> {
          propose(admission, command(1, 100));
          propose(admission, command(1, 100));
          held.add(new ChunkId(7, 1));
          admission.chunkArrived(new ChunkId(7, 1));
          admission.endOfTurn();
          assertEquals(List.of(1L), appended, "it is appended once");
        });
  }

  @Test
  void onlyWhatFreesSpaceComesInWhenThereIsNone() {
    with(
        admission -> {
          objection = Refusal.NO_SPACE;
          held.add(new ChunkId(7, 1));
          propose(admission, command(1, 100));
          propose(admission, command(2, 0));
          assertEquals(List.of(Refusal.NO_SPACE), refused);
          assertEquals(List.of(2L), appended);
        });
  }

  @Test
  void nothingComesInWhenTheLogIsFullOrTheBacklogLong() {
    with(
        admission -> {
          logFull = true;
          propose(admission, command(1, 0));
          logFull = false;
          backlogBytes = Admission.MAX_BACKLOG_BYTES + 1;
          propose(admission, command(2, 0));
          assertEquals(List.of(Refusal.NO_SPACE, Refusal.OVERLOADED), refused);
          assertEquals(List.of(), appended);
        });
  }

  @Test
  void uncommittedContentFitsTheReserve() {
    with(
        admission -> {
          for (int i = 1; i <= 4; i++) {
            held.add(new ChunkId(7, i));
            propose(admission, command(i, 4_000));
          }
          assertEquals(List.of(1L, 2L), appended);
          assertFalse(admission.hasRoomAgain());
          commitIndex = 1;
          assertTrue(admission.hasRoomAgain());
          admission.endOfTurn();
          assertEquals(List.of(1L, 2L, 3L), appended);
          commitIndex = 3;
          held.add(new ChunkId(7, 5));
          propose(admission, command(5, 100_000));
          assertEquals(List.of(1L, 2L, 3L, 4L), appended, "too large while others are open");
          commitIndex = 4;
          admission.endOfTurn();
          assertEquals(List.of(1L, 2L, 3L, 4L, 5L), appended, "but let in alone");
        });
  }
}
