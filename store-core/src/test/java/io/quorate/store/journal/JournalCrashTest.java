package io.quorate.store.journal;

import static io.quorate.store.journal.Samples.assertEntry;
import static io.quorate.store.journal.Samples.buffer;
import static io.quorate.store.journal.Samples.chunk;
import static io.quorate.store.journal.Samples.entry;
import static io.quorate.store.journal.Samples.isContentOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.HardState;
import io.quorate.store.sim.SimNode;
import io.quorate.store.sim.SimWorld;
import io.quorate.store.sim.Simulation;
import io.quorate.store.world.NoSpaceException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Power losses and kills at any moment, recovery included, on a disk that loses, tears and reorders
 * whatever no sync covers. After each: what was reported durable is there, and what is there is all
 * that was appended up to some point.
 *
 * <p>A failure names its seed; run with {@code -Djournal.seed=N} to repeat just that one.
 */
final class JournalCrashTest {
  private static final Path DIRECTORY = Path.of("/data");
  private static final int SEEDS = 600;
  private static final int LIVES = 7;

  /** One append. */
  private sealed interface Operation {
    record AppendChunk(ChunkRef chunk) implements Operation {}

    record AppendEntry(Entry entry) implements Operation {}

    record AppendHardState(HardState state) implements Operation {}
  }

  /** What a replay of some operations must end in. */
  private static final class State {
    private final TreeSet<ChunkId> chunks = new TreeSet<>();
    private final TreeMap<Long, Entry> log = new TreeMap<>();
    private HardState hardState = HardState.INITIAL;

    void apply(Operation operation) {
      switch (operation) {
        case Operation.AppendChunk append -> chunks.add(append.chunk.id());
        case Operation.AppendEntry append -> {
          log.tailMap(append.entry.index(), true).clear();
          log.put(append.entry.index(), append.entry);
        }
        case Operation.AppendHardState append -> hardState = append.state;
      }
    }

    boolean matches(Recorder recorder) {
      return chunks.equals(new TreeSet<>(recorder.chunks.keySet()))
          && hardState.equals(recorder.hardState)
          && log.keySet().equals(recorder.log.keySet())
          && log.values().stream()
              .allMatch(each -> recorder.log.get(each.index()).term() == each.term());
    }
  }

  private final List<Operation> operations = new ArrayList<>();
  private int acknowledged;
  private long nextChunk = 1;
  private long term;
  private boolean failed;
  private int verified;

  @Test
  void whatWasReportedDurableSurvives() {
    Long only = Long.getLong("journal.seed");
    SortedMap<String, Long> counters = new TreeMap<>();
    for (long seed = only == null ? 0 : only; seed < (only == null ? SEEDS : only + 1); seed++) {
      JournalCrashTest run = new JournalCrashTest();
      Simulation.run(seed, run::live)
          .counters()
          .forEach((what, count) -> counters.merge(what, count, Long::sum));
      assertTrue(run.verified > 0, "seed " + seed + " never recovered anything");
    }
    if (only == null) {
      assertTrue(counters.getOrDefault("disk write lost or torn", 0L) > 100, counters.toString());
      assertTrue(counters.getOrDefault("tail copied", 0L) > 100, counters.toString());
      assertTrue(counters.getOrDefault("tail dropped", 0L) > 20, counters.toString());
      assertTrue(counters.getOrDefault("disk EIO on fdatasync", 0L) > 5, counters.toString());
    }
  }

  private void live(Simulation simulation) {
    SimNode node = simulation.node(1);
    boolean failingSyncs = simulation.random().chance(0.25);
    for (int life = 0; life < LIVES; life++) {
      SimWorld world = node.boot();
      node.disk(DIRECTORY).faults().syncErrorChance = failingSyncs && life > 0 ? 0.02 : 0;
      world.spawn("peer", () -> runPeer(simulation, world));
      long moment = simulation.random().chance(0.5) ? 3_000_000 : 30_000_000;
      simulation.sleep(simulation.random().between(0, moment));
      if (simulation.random().chance(0.7) && !failed) {
        node.crash();
      } else {
        node.kill();
        failed = false;
      }
    }
    node.disk(DIRECTORY).faults().syncErrorChance = 0;
    SimWorld last = node.boot();
    try {
      open(simulation, last).close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private Journal open(Simulation simulation, SimWorld world) throws IOException {
    Recorder recorder = new Recorder();
    JournalOptions options =
        JournalOptions.of(Samples.CLUSTER, error -> failed = true)
            .withSegmentBytes(Samples.SMALL_SEGMENT_BYTES);
    Journal journal = Journal.open(world, world.openDisk(DIRECTORY), options, recorder);
    verify(simulation, journal, recorder);
    return journal;
  }

  private void verify(Simulation simulation, Journal journal, Recorder recorder)
      throws IOException {
    Recovery recovery = journal.recovered();
    assertFalse(recovery.costsVote(0), recovery.toString());
    assertEquals(List.of(), recovery.damagedChunks());
    int matching = -1;
    State state = new State();
    for (int i = 0; i <= operations.size(); i++) {
      if (i >= acknowledged && state.matches(recorder)) {
        matching = i;
      }
      if (i < operations.size()) {
        state.apply(operations.get(i));
      }
    }
    assertTrue(
        matching >= 0,
        () ->
            "recovered is no prefix of the "
                + operations.size()
                + " appended, of which "
                + acknowledged
                + " were durable: "
                + recorder.chunks.keySet()
                + recorder.log.values()
                + recorder.hardState);
    for (Recorder.Located located : recorder.chunks.values()) {
      assertTrue(
          isContentOf(located.chunk(), journal.readChunk(located.chunk(), located.position())));
    }
    for (Map.Entry<Long, Entry> each : recorder.log.entrySet()) {
      assertEntry(each.getValue(), journal.readEntry(recorder.logPositions.get(each.getKey())));
    }
    operations.subList(matching, operations.size()).clear();
    acknowledged = matching;
    verified++;
    simulation.count(recovery.copiedBytes() > 0 ? "tail copied" : "nothing to copy");
    simulation.count(recovery.droppedTail() ? "tail dropped" : "tail whole");
  }

  private void runPeer(Simulation simulation, SimWorld world) {
    try {
      Journal journal = open(simulation, world);
      term++;
      while (true) {
        int burst = 1 + simulation.random().below(6);
        for (int i = 0; i < burst; i++) {
          append(simulation, journal);
        }
        int count = operations.size();
        if (simulation.random().chance(0.8)) {
          journal.whenDurable(() -> acknowledged = Math.max(acknowledged, count));
        }
        world.sleep(simulation.random().between(0, 2_000_000));
      }
    } catch (IOException | JournalFailedException e) {
      // The disk failed on purpose; the process is as good as dead.
      failed = true;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void append(Simulation simulation, Journal journal) throws NoSpaceException {
    int what = simulation.random().below(10);
    if (what < 5) {
      ChunkRef chunk = chunk(nextChunk++, 1 + simulation.random().below(6_000));
      operations.add(new Operation.AppendChunk(chunk));
      journal.appendChunk(chunk, buffer(chunk));
    } else if (what < 9) {
      long last = lastIndex();
      long back = simulation.random().chance(0.1) ? simulation.random().below(3) : 0;
      Entry entry = entry(Math.max(1, last + 1 - back), term, simulation.random().below(900));
      operations.add(new Operation.AppendEntry(entry));
      journal.appendEntry(entry);
    } else {
      HardState state = new HardState(operations.size() + 1_000L * term, 1);
      operations.add(new Operation.AppendHardState(state));
      journal.appendHardState(state);
    }
  }

  private long lastIndex() {
    for (int i = operations.size() - 1; i >= 0; i--) {
      if (operations.get(i) instanceof Operation.AppendEntry append) {
        return append.entry.index();
      }
    }
    return 0;
  }
}
